//! Regular expressions over the text, with the sieve before them.

use std::sync::OnceLock;

use crate::check::{CheckedRegex, cased};
use crate::program::{Expr, Part, RegexBank, RegexUse, Setter, TextRegex};

use super::{Compiler, rules};

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
            // `check` has refused what is too large.
            let Ok(regex) = RegexUse::Text.build(&cased(source, checked.fold.case)) else { continue };
            let view = if checked.fold.marks { &mut bank.unmarked } else { &mut bank.plain };
            let sets: Vec<Setter> = checked.sets.iter().map(rules::setter).collect();
            view.regexes.push(TextRegex {
                rule,
                label: checked.label,
                regex,
                group_types: checked.group_types.clone(),
                reads_groups: !checked.group_types.is_empty() || sets.iter().any(reads_groups),
                sets,
                loose: OnceLock::new(),
            });
        }
    }
    bank.plain.finish();
    bank.unmarked.finish();
    bank
}

/// Whether a setter asks for a group.
fn reads_groups(set: &Setter) -> bool {
    let parts = match &set.value {
        Expr::Template(parts) | Expr::Normalizer(_, Some(parts)) => parts.as_slice(),
        Expr::Normalizer(_, None) => &[],
    };
    parts.iter().any(|part| matches!(part, Part::Group(..)))
}
