//! [`Shrinking`]: a text that grows smaller while it still breaks a law.

use proptest::strategy::{NewTree, Strategy, ValueTree};
use proptest::test_runner::TestRunner;

/// A strategy for texts whose values shrink as texts, whatever they were made
/// of: stretches are cut out, the longest first, then characters become plain.
#[derive(Clone, Debug)]
pub(super) struct Shrinking<S>(pub(super) S);

impl<S: Strategy<Value = String>> Strategy for Shrinking<S> {
    type Tree = Smaller;
    type Value = String;

    fn new_tree(&self, runner: &mut TestRunner) -> NewTree<Self> {
        Ok(Smaller::new(&self.0.new_tree(runner)?.current()))
    }
}

/// What characters become, the plainest first.
const PLAIN: &[char] = &['a', 'A', '0', ' ', '\n', '.', 'é', '\u{301}', '漢', '😀'];

/// Attempts after which a text stays as it is.
const MOST_ATTEMPTS: u32 = 20_000;

/// The next thing to try.
#[derive(Clone, Copy, Debug)]
enum Attempt {
    /// Cut out `len` characters at `at`.
    Cut { at: usize, len: usize },
    /// Make the character at `at` the plain one of this number.
    Plain { at: usize, with: usize },
    /// Nothing is left to try.
    Done,
}

/// A text that breaks a law, and one that may.
#[derive(Clone, Debug)]
pub(super) struct Smaller {
    breaks: Vec<char>,
    attempt: Attempt,
    /// Whether an attempt has been made at all.
    tried: bool,
    /// Whether anything became smaller since the longest stretches were tried.
    gained: bool,
    attempts: u32,
}

impl Smaller {
    pub(super) fn new(text: &str) -> Self {
        let breaks: Vec<char> = text.chars().collect();
        let attempt = Attempt::Cut { at: 0, len: breaks.len() };
        Self { breaks, attempt, tried: false, gained: false, attempts: 0 }
    }

    fn changed(&self) -> Vec<char> {
        let mut text = self.breaks.clone();
        match self.attempt {
            Attempt::Cut { at, len } => drop(text.drain(at..(at + len).min(self.breaks.len()))),
            Attempt::Plain { at, with } => text[at] = PLAIN[with],
            Attempt::Done => {}
        }
        text
    }

    /// Goes on until there is something to try; tells whether there is.
    fn settle(&mut self) -> bool {
        self.attempts += 1;
        if self.attempts > MOST_ATTEMPTS {
            self.attempt = Attempt::Done;
        }
        loop {
            self.attempt = match self.attempt {
                Attempt::Done => return false,
                Attempt::Cut { at, len } if len > 0 && at < self.breaks.len() => return true,
                Attempt::Cut { len, .. } if len > 1 => {
                    Attempt::Cut { at: 0, len: (len / 2).min(self.breaks.len().max(1)) }
                }
                Attempt::Cut { .. } => Attempt::Plain { at: 0, with: 0 },
                Attempt::Plain { at, .. } if at >= self.breaks.len() => {
                    if !std::mem::take(&mut self.gained) {
                        Attempt::Done
                    } else {
                        Attempt::Cut { at: 0, len: self.breaks.len() }
                    }
                }
                Attempt::Plain { at, with } => {
                    let rank = PLAIN.iter().position(|c| *c == self.breaks[at]).unwrap_or(PLAIN.len());
                    if with < rank {
                        return true;
                    }
                    Attempt::Plain { at: at + 1, with: 0 }
                }
            };
        }
    }
}

impl ValueTree for Smaller {
    type Value = String;

    fn current(&self) -> String {
        if self.tried { self.changed().into_iter().collect() } else { self.breaks.iter().collect() }
    }

    /// The text of the last attempt breaks the law too: from here on.
    fn simplify(&mut self) -> bool {
        if self.tried {
            self.breaks = self.changed();
            self.gained = true;
            if let Attempt::Plain { at, .. } = self.attempt {
                self.attempt = Attempt::Plain { at: at + 1, with: 0 };
            }
        }
        self.tried = self.settle();
        self.tried
    }

    /// The text of the last attempt holds: another attempt.
    fn complicate(&mut self) -> bool {
        if !self.tried {
            return false;
        }
        match &mut self.attempt {
            Attempt::Cut { at, len } => *at += *len,
            Attempt::Plain { with, .. } => *with += 1,
            Attempt::Done => {}
        }
        self.tried = self.settle();
        self.tried
    }
}
