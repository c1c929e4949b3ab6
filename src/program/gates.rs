//! Many expressions to the automata of a [`Sieve`].
//!
//! A sieve asks only whether an expression occurs. What cannot match without certain
//! letters waits for those. Of the rest, whatever may be left out at its ends
//! is left out: where `X+Y*` occurs, `X` occurs. That spares the automaton most
//! of its states, and most of its stops at a match.

use std::collections::{BTreeMap, BTreeSet};

use aho_corasick::{AhoCorasick, AhoCorasickKind};
use regex_syntax::hir::{Class, ClassUnicode, ClassUnicodeRange, Hir, HirKind, Look, Repetition};

use super::letters::{are_rare, required, tokens, words};
use super::sieve::{LetterGate, LetterGates, ShapeGate, ShapeGates, Sieve, WordGate};
use super::starts::Starts;

/// Strings that a table of all steps still has room for; it is quicker than lists.
const MOST_IN_DFA: usize = 4_000;

/// Expressions that common letters of a token may open, for each of these; more are
/// quicker looked for together.
const MOST_OF_ONE: usize = 4;
/// Expressions that are searched in each line rather than all at once.
const MOST_ALONE: usize = 2;
/// Expressions that the tokens are asked for in which their matches may begin: each new
/// form of a token is put to all of them.
const MOST_BEGINNINGS: usize = 32;

/// A sieve for some expressions, each with where its matches begin if that is known.
pub(super) fn sieve(hirs: &[Hir], starts: &[Option<Starts>]) -> Option<Sieve> {
    let (mut by_letters, mut by_words, mut beyond_words) = (Strings::new(), Strings::new(), Strings::new());
    // Those that letters cannot open: in lines as they come, and in lines of ASCII.
    let (mut shapes, mut plain) = (Vec::new(), Vec::new());
    let mut common = Vec::new();
    for (index, hir) in (0..).zip(hirs) {
        let required = required(hir);
        let held = required.as_deref().and_then(tokens).unwrap_or_default();
        let letters = required.filter(|strings| are_rare(strings));
        match &letters {
            Some(letters) => note(&mut by_letters, letters, index),
            None => shapes.push(index),
        }
        match letters.as_deref().and_then(words) {
            Some(words) => note(&mut by_words, &words, index),
            None => common.push((index, letters, held)),
        }
    }
    let mut uses: BTreeMap<&[u8], usize> = BTreeMap::new();
    for (_, _, held) in &common {
        held.iter().collect::<BTreeSet<_>>().into_iter().for_each(|held| *uses.entry(held).or_default() += 1);
    }
    let (mut numbers, mut beginnings, mut inside_words) = (Vec::new(), Vec::new(), false);
    for (index, letters, held) in &common {
        let are_few = held.iter().all(|held| uses[&**held] <= MOST_OF_ONE);
        let starts = starts[*index as usize].as_ref();
        let begins_with_digit = starts.is_some_and(Starts::begins_with_digit);
        let beginning = || starts.filter(|_| beginnings.len() < MOST_BEGINNINGS)?.beginning();
        match letters {
            _ if begins_with_digit => {
                numbers.push(*index);
                inside_words |= starts.is_some_and(Starts::begins_inside_words);
            }
            _ if are_few && !held.is_empty() => note(&mut by_words, held, *index),
            Some(letters) => note(&mut beyond_words, letters, *index),
            None => match beginning() {
                Some(beginning) => beginnings.push((*index, beginning)),
                None => plain.push(*index),
            },
        }
    }
    let letters = LetterGates {
        all: letter_gate(by_letters)?,
        words: WordGate::new(letter_gate(by_words)?, beginnings),
        beyond_words: letter_gate(beyond_words)?,
    };
    let alone = if plain.len() > MOST_ALONE { Vec::new() } else { std::mem::take(&mut plain) };
    let shapes = ShapeGates {
        plain: shape_gate(hirs, &plain, |hir| narrowed(&trimmed(hir))),
        ascii: shape_gate(hirs, &shapes, |hir| narrowed(&trimmed(hir))),
        wide: shape_gate(hirs, &shapes, |hir| unbounded(&trimmed(hir))),
        alone,
        numbers: shape_gate(hirs, &numbers, |hir| narrowed(&cut(hir, End::Tail))),
        inside_words,
    };
    Some(Sieve::new(letters, shapes, hirs.len()))
}

/// Adds an expression to those that some strings open.
fn note(all: &mut Strings, strings: &[Box<[u8]>], index: u32) {
    strings.iter().for_each(|string| all.entry(string.clone()).or_default().push(index));
}

fn shape_gate(hirs: &[Hir], opens: &[u32], over: fn(&Hir) -> Hir) -> Option<ShapeGate> {
    let cut = |index: &u32| over(&hirs[*index as usize]);
    (!opens.is_empty()).then(|| ShapeGate::new(opens.iter().map(cut).collect(), opens.to_vec()))
}

/// Strings, each with the expressions that it opens.
type Strings = BTreeMap<Box<[u8]>, Vec<u32>>;

fn letter_gate(strings: Strings) -> Option<Option<LetterGate>> {
    if strings.is_empty() {
        return Some(None);
    }
    let kind = (strings.len() <= MOST_IN_DFA).then_some(AhoCorasickKind::DFA);
    let finder = AhoCorasick::builder().kind(kind).build(strings.keys()).ok()?;
    let opens = strings.into_values().map(|mut indices| {
        indices.dedup();
        indices.into()
    });
    Some(Some(LetterGate { finder, opens: opens.collect() }))
}

/// The expression without what may be left out at its ends: it occurs in every
/// text in which the expression occurs.
fn trimmed(hir: &Hir) -> Hir {
    let tail = cut(hir, End::Tail);
    cut(&tail, End::Head)
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum End {
    Head,
    Tail,
}

/// Cuts at one end.
fn cut(hir: &Hir, end: End) -> Hir {
    match hir.kind() {
        HirKind::Repetition(Repetition { min: 0, .. }) => Hir::empty(),
        HirKind::Repetition(Repetition { min: 1, sub, .. }) => cut(sub, end),
        HirKind::Repetition(repetition) => Hir::repetition(Repetition {
            min: repetition.min,
            max: Some(repetition.min),
            greedy: true,
            sub: repetition.sub.clone(),
        }),
        HirKind::Capture(capture) => cut(&capture.sub, end),
        HirKind::Alternation(parts) => Hir::alternation(parts.iter().map(|part| cut(part, end)).collect()),
        HirKind::Concat(parts) => cut_sequence(parts, end),
        HirKind::Empty | HirKind::Literal(_) | HirKind::Class(_) | HirKind::Look(_) => hir.clone(),
    }
}

/// Cuts the last part of a sequence (or the first), and goes on while nothing
/// is left of it. A boundary beyond a part that can be cut goes too: it would
/// keep the part, and says little.
fn cut_sequence(parts: &[Hir], end: End) -> Hir {
    let mut parts = parts.to_vec();
    if end == End::Head {
        parts.reverse();
    }
    while let Some(last) = parts.pop() {
        let is_boundary = matches!(last.kind(), HirKind::Look(look) if !is_edge(*look));
        let before_is_cut = parts.last().is_some_and(|part| cut(part, end) != *part);
        if is_boundary && before_is_cut {
            continue;
        }
        let rest = cut(&last, end);
        if *rest.kind() != HirKind::Empty {
            parts.push(rest);
            break;
        }
    }
    if end == End::Head {
        parts.reverse();
    }
    Hir::concat(parts)
}

/// Whether a look is one at the ends of texts and lines.
fn is_edge(look: Look) -> bool {
    use Look::{End, EndCRLF, EndLF, Start, StartCRLF, StartLF};
    matches!(look, Start | End | StartLF | EndLF | StartCRLF | EndCRLF)
}

/// Whether a look is one at Unicode word boundaries.
pub(super) fn is_word(look: Look) -> bool {
    narrow_look(look) != look
}

/// The boundary of ASCII that a Unicode boundary is in ASCII text.
fn narrow_look(look: Look) -> Look {
    match look {
        Look::WordUnicode => Look::WordAscii,
        Look::WordUnicodeNegate => Look::WordAsciiNegate,
        Look::WordStartUnicode => Look::WordStartAscii,
        Look::WordEndUnicode => Look::WordEndAscii,
        Look::WordStartHalfUnicode => Look::WordStartHalfAscii,
        Look::WordEndHalfUnicode => Look::WordEndHalfAscii,
        Look::Start
        | Look::End
        | Look::StartLF
        | Look::EndLF
        | Look::StartCRLF
        | Look::EndCRLF
        | Look::WordAscii
        | Look::WordAsciiNegate
        | Look::WordStartAscii
        | Look::WordEndAscii
        | Look::WordStartHalfAscii
        | Look::WordEndHalfAscii => look,
    }
}

/// The expression over ASCII text: the same matches there, with few classes.
pub(super) fn narrowed(hir: &Hir) -> Hir {
    let ascii = ClassUnicode::new([ClassUnicodeRange::new('\0', '\x7f')]);
    mapped(hir, &|hir| match hir.kind() {
        HirKind::Look(look) => Some(Hir::look(narrow_look(*look))),
        HirKind::Class(Class::Unicode(class)) => {
            let mut class = class.clone();
            class.intersect(&ascii);
            Some(Hir::class(Class::Unicode(class)))
        }
        _ => None,
    })
}

/// The expression with every Unicode word boundary met.
pub(super) fn unbounded(hir: &Hir) -> Hir {
    mapped(hir, &|hir| match hir.kind() {
        HirKind::Look(look) if is_word(*look) => Some(Hir::empty()),
        _ => None,
    })
}

/// The expression with every look met.
pub(super) fn without_looks(hir: &Hir) -> Hir {
    mapped(hir, &|hir| matches!(hir.kind(), HirKind::Look(_)).then(Hir::empty))
}

/// Puts other leaves into an expression.
fn mapped(hir: &Hir, leaf: &dyn Fn(&Hir) -> Option<Hir>) -> Hir {
    if let Some(other) = leaf(hir) {
        return other;
    }
    match hir.kind() {
        HirKind::Repetition(repetition) => {
            Hir::repetition(Repetition { sub: Box::new(mapped(&repetition.sub, leaf)), ..repetition.clone() })
        }
        HirKind::Capture(capture) => mapped(&capture.sub, leaf),
        HirKind::Concat(parts) => Hir::concat(parts.iter().map(|part| mapped(part, leaf)).collect()),
        HirKind::Alternation(parts) => {
            Hir::alternation(parts.iter().map(|part| mapped(part, leaf)).collect())
        }
        HirKind::Empty | HirKind::Literal(_) | HirKind::Class(_) | HirKind::Look(_) => hir.clone(),
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use regex::Regex;

    use super::super::sieve::WordScratch;
    use super::super::starts::Words;
    use super::*;

    fn of(sources: &[&str]) -> Sieve {
        let hirs: Vec<Hir> =
            sources.iter().map(|source| regex_syntax::parse(source).expect("an expression")).collect();
        let starts: Vec<Option<Starts>> = hirs.iter().map(Starts::new).collect();
        sieve(&hirs, &starts).expect("small expressions")
    }

    fn open(sources: &[&str], line: &str) -> Vec<usize> {
        let sieve = of(sources);
        sieve.open(line, None::<(fn(&mut dyn FnMut(&[u32])), &Words)>, &mut sieve.scratch()).collect()
    }

    /// The same, where the tokens of a line of ASCII are asked.
    fn open_by_tokens(sources: &[&str], line: &str) -> Vec<usize> {
        let sieve = of(sources);
        let mut tokens = Vec::new();
        crate::prep::tokenize(line, &mut tokens);
        let mut scratch = WordScratch::default();
        let words = |open: &mut dyn FnMut(&[u32])| {
            let forms = tokens.iter().filter_map(|token| token.span().slice(line));
            let gates = || sieve.words().into_iter();
            forms.for_each(|form| gates().for_each(|gate| gate.each(form, &mut scratch, &mut *open)));
        };
        let mut digits = Words::default();
        digits.read(line.as_bytes());
        sieve.open(line, Some((words, &digits)), &mut sieve.scratch()).collect()
    }

    #[test]
    fn ends_that_may_be_left_out_are() {
        let parsed = |source: &str| regex_syntax::parse(source).expect("an expression");
        let cut = |source: &str| parsed(&trimmed(&parsed(source)).to_string());
        assert_eq!(cut("[0-9]+ tons(?:,? [0-9]{4})?\\b"), parsed("[0-9] tons"));
        assert_eq!(cut("(?:of )?a+(?:b|c)+"), parsed("a[b-c]"));
        assert_eq!(cut("\\btons\\b"), parsed("\\btons\\b"));
        assert_eq!(cut("\\b[a-z]{2,6}\\b"), parsed("\\b[a-z]{2}"));
        assert_eq!(cut("a*"), parsed("(?:)"));
    }

    #[test]
    fn a_line_opens_the_expressions_that_occur_in_it() {
        let sources = [r"\b[0-9]+ tons\b", r"(?i)\bhà giang\b", r"\bGiang\w+", "$", r"\btons(?: of [a-z]+)*"];
        // Letters are enough, where an expression has rare ones.
        assert_eq!(open(&sources, "12 tons to Ha Giang"), [0, 2, 3, 4]);
        assert_eq!(open(&sources, "HÀ GIANG"), [1, 3]);
        assert_eq!(open(&sources, "Giangs"), [2, 3]);
        assert_eq!(open(&sources, "1 tonsil"), [3, 4]);
        assert_eq!(open_by_tokens(&sources, "1 tonsil"), [3, 4]);
    }

    #[test]
    fn what_common_letters_open_is_looked_for_together_where_it_is_much() {
        let share = [r"\b[0-9]+ ?%", r"[0-9]+\.[0-9]+", "[A-Z]{3,}"];
        // A sign, a digit, nothing at all.
        assert_eq!(open_by_tokens(&share, "a b"), [2]);
        assert_eq!(open_by_tokens(&share, "1%"), [0, 2]);
        let many: Vec<String> = (0..=MOST_OF_ONE).map(|at| format!("the [a-z]+ [0-9]{{{at}}}x")).collect();
        let many: Vec<&str> = many.iter().map(String::as_str).collect();
        assert_eq!(open_by_tokens(&many, "the end"), [0; 0]);
        assert_eq!(open_by_tokens(&many[1..], "the end"), [0, 1, 2, 3]);
    }

    #[test]
    fn expressions_that_begin_with_digits_are_asked_where_one_stands() {
        let numbers: Vec<String> = (1..=6).map(|length| format!(r"\b[0-9]{{{length}}} [a-z]")).collect();
        let mut numbers: Vec<&str> = numbers.iter().map(String::as_str).collect();
        assert_eq!(open_by_tokens(&numbers, "a1 a 4567 b; 89"), [3]);
        numbers.push(r"[0-9]{2} [a-z]");
        assert_eq!(open_by_tokens(&numbers, "123 a"), [2, 6]);
        assert_eq!(open_by_tokens(&numbers, "12 a, 4567 b; 89"), [1, 3, 6]);
        assert_eq!(open_by_tokens(&numbers, "a123 a"), [6]);
        assert_eq!(open_by_tokens(&numbers, "no digits"), [0; 0]);
        // Where there are very many, all are searched.
        assert_eq!(open_by_tokens(&numbers, &"1 ".repeat(64)), [0; 0]);
        assert_eq!(open_by_tokens(&numbers, &"1 ".repeat(65)), [0, 1, 2, 3, 4, 5, 6]);
    }

    #[test]
    fn expressions_that_few_words_begin_are_opened_by_those() {
        let count = "one|two|three|four|five|six|seven|eight|nine|ten|eleven|twelve";
        let sources = [" ", "[ ,]", "[ ;]"].map(|between| format!(r"(?i)\b(?:{count}){between}\w+"));
        let sources: Vec<&str> = sources.iter().map(String::as_str).collect();
        assert_eq!(open_by_tokens(&sources, "once Tenth"), [0; 0]);
        assert_eq!(open_by_tokens(&sources, "Ten more"), [0, 1, 2]);
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(512))]

        #[test]
        fn an_expression_that_occurs_alone_is_open(
            sources in prop::collection::vec(
                r"(\\b)?((a|b|1|/|\.|\[a-c\]|é|\\w|\\d|\[\^a\]|\\s|\(ab\|c\)|\(é\|b\)|\^|\\B)([*+?]|\{1,2\})?){1,4}(\\b|\$)?",
                1..5,
            ),
            line in "[abcdé ’1./_]{0,12}",
        ) {
            let regexes: Vec<(String, Regex)> = sources
                .into_iter()
                .filter_map(|source| Regex::new(&source).ok().map(|regex| (source, regex)))
                .collect();
            let names: Vec<&str> = regexes.iter().map(|(source, _)| source.as_str()).collect();
            let by_tokens = line.is_ascii().then(|| open_by_tokens(&names, &line));
            for open in std::iter::once(open(&names, &line)).chain(by_tokens) {
                for (index, (source, regex)) in regexes.iter().enumerate() {
                    prop_assert!(
                        !regex.is_match(&line) || open.contains(&index),
                        "`{source}` occurs in {line:?} and is shut"
                    );
                }
            }
        }
    }
}
