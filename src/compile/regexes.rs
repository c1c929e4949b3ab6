//! Regular expressions over the text, with the literals that gate them.

use aho_corasick::AhoCorasick;
use regex::RegexBuilder;
use regex_syntax::hir::literal::Extractor;
use rustc_hash::FxHashMap;

use crate::check::CheckedRegex;
use crate::program::{RegexBank, RegexView, TextRegex};

use super::{Compiler, rules};

/// Bytes that the lazy automaton of one expression may use for its states.
const CACHE: usize = 8 << 20;
/// More literals than this are not worth a gate.
const MOST_LITERALS: usize = 64;

/// The regular expressions of one phase.
pub(super) fn bank(regexes: &[CheckedRegex], compiler: &mut Compiler) -> RegexBank {
    let mut bank = RegexBank::default();
    for checked in regexes {
        let groups = checked.group_types.iter().map(|(_, label)| *label);
        let makes = std::iter::once(checked.label).chain(groups).collect();
        let rule = compiler.origin(&checked.info, checked.rank, makes);
        if !compiler.is_on(rule) {
            continue;
        }
        for source in &checked.patterns {
            let built = RegexBuilder::new(&cased(source, checked.fold.case)).dfa_size_limit(CACHE).build();
            let Ok(regex) = built else { continue };
            let view = if checked.fold.marks { &mut bank.unmarked } else { &mut bank.plain };
            view.regexes.push(TextRegex {
                rule,
                label: checked.label,
                regex,
                group_types: checked.group_types.clone(),
                sets: checked.sets.iter().map(rules::setter).collect(),
            });
        }
    }
    gate(&mut bank.plain);
    gate(&mut bank.unmarked);
    bank
}

/// Builds the gate of a view.
fn gate(view: &mut RegexView) {
    let mut openers: FxHashMap<Vec<u8>, Vec<u32>> = FxHashMap::default();
    for (index, regex) in view.regexes.iter().enumerate() {
        match openings(regex.regex.as_str()) {
            Some(literals) => {
                for literal in literals {
                    let opened = openers.entry(literal).or_default();
                    if opened.last() != Some(&(index as u32)) {
                        opened.push(index as u32);
                    }
                }
            }
            None => view.ungated.push(index as u32),
        }
    }
    let mut openers: Vec<_> = openers.into_iter().collect();
    openers.sort();
    match AhoCorasick::new(openers.iter().map(|(literal, _)| literal)) {
        Ok(gate) if !openers.is_empty() => {
            view.gate = Some(gate);
            view.opens = openers.into_iter().map(|(_, opened)| opened).collect();
        }
        _ => view.ungated = (0..view.regexes.len() as u32).collect(),
    }
}

/// The literals of which one begins every match, if they are few and not empty.
fn openings(source: &str) -> Option<Vec<Vec<u8>>> {
    let hir = regex_syntax::parse(source).ok()?;
    let literals = Extractor::new().extract(&hir);
    let literals = literals.literals()?;
    let usable =
        !literals.is_empty() && literals.len() <= MOST_LITERALS && literals.iter().all(|l| !l.is_empty());
    usable.then(|| literals.iter().map(|literal| literal.as_bytes().to_vec()).collect())
}

/// Writes case folding into the expression, so that its literals know of it.
fn cased(source: &str, fold_case: bool) -> String {
    if fold_case { format!("(?i:{source})") } else { source.to_owned() }
}
