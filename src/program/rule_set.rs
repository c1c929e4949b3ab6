//! [`RuleSet`]: the rules of one step.

use crate::doc::schema::TypeId;

use super::openings::place;
use super::prepare::TextTests;
use super::{Inst, KindBuilder, KindTestId, Pc, SpanCheck, TextTestId, TokenRule};

/// The rules of one step.
#[derive(Debug, Default)]
pub struct RuleSet {
    /// In the order of the pack.
    rules: Vec<TokenRule>,
    /// For each type the rules that may begin with a span of it.
    by_type: Vec<Option<Box<OnType>>>,
    /// Whether some rule requires a span in the line.
    requires_spans: bool,
}

/// The rules that may begin with a span of a type.
#[derive(Debug, Default)]
pub struct OnType {
    /// A bit for each that asks nothing of the first token of the span, by its number among
    /// all rules: words that are not zero, each with its index.
    pub free: Vec<(usize, u64)>,
    /// The others, each with what that token must be.
    pub asking: Vec<(u32, KindTestId)>,
    /// Those that ask the text of the span something, by words of such tests.
    pub tested: Vec<Tested>,
}

/// The rules that may begin with a span whose text meets one of some tests.
#[derive(Debug, Default)]
pub struct Tested {
    /// The number of the word of bits among those of all [`TextTestId`]s.
    pub word: usize,
    /// The bits of the tests.
    pub tests: u64,
    /// Each of them, by its bit, with a rule that asks it, and where in its pattern.
    pub rules: Vec<(u64, u32, Pc)>,
}

impl RuleSet {
    /// Takes rules in the order of the pack.
    #[must_use]
    pub fn new(rules: Vec<TokenRule>) -> Self {
        Self { rules, ..Self::default() }
    }

    /// Prepares the rules, and puts them in reach of the spans that they begin with. `base` is
    /// the number of the first among all rules.
    pub(super) fn prepare(&mut self, base: u32, kinds: &mut KindBuilder, texts: &mut TextTests) {
        self.by_type.clear();
        for (index, rule) in (0..).zip(&mut self.rules) {
            rule.prepare(kinds, texts);
            self.requires_spans |= rule.requires.iter().any(|needed| needed.forms.is_empty());
            for (label, places) in &rule.opening.types {
                let at = usize::from(label.0);
                if self.by_type.len() <= at {
                    self.by_type.resize_with(at + 1, || None);
                }
                let OnType { free, asking, tested } = &mut **self.by_type[at].get_or_insert_default();
                if !places.is_empty() {
                    let tests = places.iter().filter_map(|&pc| Some((check(rule, pc)?.text?, pc)));
                    tests.for_each(|test| Tested::add(tested, index, test));
                    continue;
                }
                let (word, bit) = place(base + index);
                match (rule.opening.stands, free.last_mut()) {
                    (Some(test), _) => asking.push((index, test)),
                    (None, Some((last, bits))) if *last == word => *bits |= bit,
                    (None, _) => free.push((word, bit)),
                }
            }
        }
    }

    /// The rules, in the order of the pack.
    #[must_use]
    pub fn rules(&self) -> &[TokenRule] {
        &self.rules
    }

    /// What a rule asks of a span at a place of its pattern.
    #[must_use]
    pub fn check(&self, rule: u32, pc: Pc) -> Option<&SpanCheck> {
        check(self.rules.get(rule as usize)?, pc)
    }

    /// Whether some rule may begin with a span.
    #[must_use]
    pub fn begins_with_spans(&self) -> bool {
        !self.by_type.is_empty()
    }

    /// Whether some rule asks for the spans of a line: to begin with one, or because it
    /// requires one.
    #[must_use]
    pub fn asks_for_spans(&self) -> bool {
        self.begins_with_spans() || self.requires_spans
    }

    /// The rules that may begin with a span of a type, if there are any.
    #[must_use]
    pub fn on_type(&self, label: TypeId) -> Option<&OnType> {
        self.by_type.get(usize::from(label.0))?.as_deref()
    }
}

impl Tested {
    /// Notes a test of a rule among those of its word.
    fn add(all: &mut Vec<Self>, rule: u32, (test, pc): (TextTestId, Pc)) {
        let (word, bit) = (test.0 as usize / 64, 1 << (test.0 % 64));
        let at = all.iter().position(|tested| tested.word == word).unwrap_or_else(|| {
            all.push(Self { word, ..Self::default() });
            all.len() - 1
        });
        all[at].tests |= bit;
        all[at].rules.push((bit, rule, pc));
    }
}

/// What a rule asks of a span at a place of its pattern.
fn check(rule: &TokenRule, pc: Pc) -> Option<&SpanCheck> {
    match rule.pattern.insts.get(pc as usize)? {
        Inst::Span { test, .. } => test.as_deref(),
        _ => None,
    }
}
