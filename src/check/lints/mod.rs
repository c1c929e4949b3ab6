//! Lints: what is no mistake of the language, but never what its author meant.

mod contradiction;
mod cost;
mod inclusion;
mod phrases;

pub(super) use phrases::MetPhrases;

use regex_syntax::hir::{Hir, HirKind};
use rustc_hash::FxHashMap;
use unicode_normalization::is_nfc;

use super::{BindingKind, CheckedCondition, CheckedPack, CheckedPattern, CheckedRule, Checker};
use crate::diag::{Diagnostic, codes};
use crate::doc::schema::{PlaceId, TextField, TypeId};
use crate::prep::tokenize;
use crate::syntax::ast::{Pattern, RegexLiteral, RulePack};
use crate::text::{FileId, Span};
use contradiction::{contradiction, implies};

/// Whether case folding may change a letter.
pub(super) fn has_case(c: char) -> bool {
    c.is_lowercase() || c.is_uppercase()
}

impl Checker<'_> {
    /// Warns of a literal that is cut differently beside other text.
    pub(super) fn cut_literal(&mut self, plain: &str, tokens: &[crate::prep::Token], pattern: &Pattern) {
        let alone: Vec<(u32, u32)> = tokens.iter().map(|token| (token.start, token.end)).collect();
        for (before, after) in [("a ", " b"), ("1 ", " 2"), ("A ", " B")] {
            let text = format!("{before}{plain}{after}");
            let shift = before.len() as u32;
            let mut cut = Vec::new();
            tokenize(&text, &mut cut);
            let within: Vec<(u32, u32)> = cut[1..cut.len().saturating_sub(1).max(1)]
                .iter()
                .map(|token| (token.start.saturating_sub(shift), token.end.saturating_sub(shift)))
                .collect();
            if within == alone {
                continue;
            }
            let shown: Vec<String> = cut
                .iter()
                .filter(|token| token.start >= shift && token.end <= shift + plain.len() as u32)
                .map(|token| format!("\"{}\"", token.span().slice(&text).unwrap_or("")))
                .collect();
            let title = format!("\"{plain}\" is cut differently beside other text");
            self.problem(Diagnostic::warning(&codes::CUT_LITERAL, title, self.file, pattern.span).help(
                format!(
                    "in \"{text}\" its tokens are {}: write them, or use `/…/` for one token",
                    shown.join(" ")
                ),
            ));
            return;
        }
    }

    pub(super) fn folds_nothing(&mut self, title: &str, span: Span) {
        self.problem(
            Diagnostic::warning(&codes::FOLD_CHANGES_NOTHING, title, self.file, span).help("take it out"),
        );
    }

    /// Warns of an expression in whose text letters stand apart from their marks.
    pub(super) fn not_composed(&mut self, literal: &RegexLiteral) {
        if !is_nfc(&literal.source) {
            self.problem(
                Diagnostic::warning(
                    &codes::NOT_COMPOSED,
                    "this expression has combining marks apart from their letters",
                    self.file,
                    literal.span,
                )
                .help("write the composed letters: text is read in its composed form (NFC)"),
            );
        }
    }

    /// Warns of capitals in an expression over a field without capitals.
    pub(super) fn never_matches_small(&mut self, field: TextField, source: &str, span: Span) {
        if !matches!(field, TextField::Lower | TextField::Fold) {
            return;
        }
        let Ok(hir) = regex_syntax::parse(source) else { return };
        if let Some(literal) = capital_literal(&hir) {
            self.problem(
                Diagnostic::warning(
                    &codes::NEVER_EQUAL,
                    format!("this field never holds \"{literal}\": it is in small letters"),
                    self.file,
                    span,
                )
                .help("write small letters"),
            );
        }
    }

    /// Warns of a condition that no token meets.
    pub(super) fn impossible(&mut self, condition: &CheckedCondition, span: Span) {
        if let Some(reason) = contradiction(condition, self.columns.is_empty()) {
            self.problem(
                Diagnostic::warning(
                    &codes::IMPOSSIBLE,
                    format!("no token meets this condition: {reason}"),
                    self.file,
                    span,
                )
                .help("take one of the parts out"),
            );
        }
    }

    /// Warns of branches that stand twice.
    pub(super) fn equal_branches(&mut self, checked: &[CheckedPattern], parts: &[Pattern]) {
        let mut firsts: FxHashMap<String, usize> = FxHashMap::default();
        for (later, branch) in checked.iter().enumerate() {
            let first = *firsts.entry(key(branch)).or_insert(later);
            if first != later {
                self.shadowed(
                    self.file,
                    parts[first].span,
                    parts[later].span,
                    "it says the same as a branch before it",
                );
            }
        }
    }

    /// Warns of branches at the end of a pattern of which an earlier one is
    /// the beginning: the earlier matches, and nothing asks for more.
    pub(super) fn prefix_branches(&mut self, pattern: &CheckedPattern) {
        match pattern {
            CheckedPattern::Bind(_, inner) => self.prefix_branches(inner),
            CheckedPattern::Sequence(parts) => {
                if let Some(last) = parts.last() {
                    self.prefix_branches(last);
                }
            }
            CheckedPattern::Alternation(parts) => {
                type Leaves = (Vec<String>, Vec<PlaceId>);
                let branches: Vec<Leaves> =
                    parts.iter().filter_map(leaves).map(|leaves| leaves.into_iter().unzip()).collect();
                let mut firsts: FxHashMap<&[String], usize> = FxHashMap::default();
                for (later, (keys, places)) in branches.iter().enumerate() {
                    let first = (1..keys.len()).filter_map(|end| firsts.get(&keys[..end]).copied()).min();
                    firsts.entry(keys).or_insert(later);
                    if let Some(first) = first {
                        let ((_, a), (file, b)) =
                            (self.span_of(branches[first].1[0]), self.span_of(places[0]));
                        self.shadowed(
                            file,
                            a,
                            b,
                            "a branch before it matches its beginning, and nothing follows",
                        );
                    }
                }
            }
            CheckedPattern::Token(..)
            | CheckedPattern::Span(..)
            | CheckedPattern::Repeat { .. }
            | CheckedPattern::Gap { .. }
            | CheckedPattern::Anchor(..)
            | CheckedPattern::Look { .. } => {}
        }
    }

    fn span_of(&self, place: PlaceId) -> (FileId, Span) {
        self.places.get_index(place.0 as usize).copied().unwrap_or((self.file, Span::default()))
    }

    fn shadowed(&mut self, file: FileId, first: Span, later: Span, why: &str) {
        self.problem(
            Diagnostic::warning(
                &codes::SHADOWED,
                format!("this branch is never reached: {why}"),
                file,
                later,
            )
            .secondary(file, first, "this one matches")
            .help("put the longer branch first, or take this one out"),
        );
    }

    /// Warns of optional parts behind an unbounded repetition of the same.
    pub(super) fn unreached_tails(&mut self, checked: &[CheckedPattern], parts: &[Pattern]) {
        for index in 1..checked.len() {
            let CheckedPattern::Repeat { inner: head, max: None, lazy: false, .. } = &checked[index - 1]
            else {
                continue;
            };
            let CheckedPattern::Repeat { inner: tail, min: 0, max: Some(_), .. } = &checked[index] else {
                continue;
            };
            let (CheckedPattern::Token(all, _), CheckedPattern::Token(some, _)) = (&**head, &**tail) else {
                continue;
            };
            if implies(some, all) {
                self.problem(
                    Diagnostic::warning(
                        &codes::TAIL_NEVER_REACHED,
                        "this optional part never matches",
                        self.file,
                        parts[index].span,
                    )
                    .secondary(self.file, parts[index - 1].span, "this takes all that it could match")
                    .help("take it out, or exclude it from the repetition"),
                );
            }
        }
    }

    /// Lints that need the whole pack: what is never made, and rules that
    /// match the same.
    pub(super) fn lint(&mut self, pack: &RulePack, checked: &CheckedPack) {
        self.never_made(pack, checked);
        for phase in &checked.phases {
            self.equal_rules(&phase.rules);
            self.beaten_rules(&phase.rules);
        }
    }

    fn never_made(&mut self, pack: &RulePack, checked: &CheckedPack) {
        let Some(file) = pack.manifest.file else { return };
        let idle: Vec<_> = pack
            .manifest
            .entities
            .iter()
            .filter(|entity| !entity.is_abstract && self.types.is_idle(&entity.name.node))
            .map(|entity| (&entity.name, "type"))
            .collect();
        let headed = |name: &str| {
            checked.phases.iter().flat_map(|phase| &phase.rules).flat_map(|rule| &rule.heads).any(|head| {
                self.relations.get(usize::from(head.relation.0)).is_some_and(|info| *info.name == *name)
            })
        };
        let relations = pack.manifest.relations.iter().map(|item| (&item.name, "relation"));
        let events = pack.manifest.events.iter().map(|item| (&item.name, "event"));
        let idle: Vec<_> =
            idle.into_iter().chain(relations.chain(events).filter(|(name, _)| !headed(&name.node))).collect();
        for (name, kind) in idle {
            self.problem(
                Diagnostic::warning(
                    &codes::NEVER_MADE_TYPE,
                    format!("nothing makes the {kind} `{}`", name.node),
                    file,
                    name.span,
                )
                .help("write a rule that makes it, or take it out"),
            );
        }
    }

    /// Rules of one step whose spans are all taken by a rule of higher priority.
    fn beaten_rules(&mut self, rules: &[CheckedRule]) {
        for loser in rules {
            let beats = |winner: &&CheckedRule| inclusion::always_beaten(loser, winner);
            let Some(winner) =
                rules.iter().find(beats).filter(|winner| key(&winner.pattern) != key(&loser.pattern))
            else {
                continue;
            };
            let ((file, span), (first_file, first_span)) =
                (self.span_of(loser.info.place), self.span_of(winner.info.place));
            self.problem(
                Diagnostic::warning(
                    &codes::SHADOWED,
                    format!(
                        "`{}` is beaten wherever `{}` stays: that matches all that it matches, with the higher priority",
                        loser.info.id, winner.info.id
                    ),
                    file,
                    span,
                )
                .secondary(first_file, first_span, "the winner")
                .help("take it out, or give it the higher priority"),
            );
        }
    }

    /// Rules of one step that match the same and make spans of it.
    fn equal_rules(&mut self, rules: &[CheckedRule]) {
        let mut seen: FxHashMap<String, &CheckedRule> = FxHashMap::default();
        for rule in rules {
            let makes = labels(rule);
            if makes.is_empty() || rule.condition.is_some() || !rule.heads.is_empty() {
                continue;
            }
            let Some(first) = seen.insert(format!("{} {}", key(&rule.pattern), rule.across_lines), rule)
            else {
                continue;
            };
            let place = |place: PlaceId| self.places.get_index(place.0 as usize).copied();
            let (Some((file, span)), Some((first_file, first_span))) =
                (place(rule.info.place), place(first.info.place))
            else {
                continue;
            };
            let diagnostic = if labels(first) == makes {
                let (later_wins, ids) =
                    (rule.rank.priority > first.rank.priority, (&rule.info.id, &first.info.id));
                let (winner, loser) = if later_wins { ids } else { (ids.1, ids.0) };
                let title = format!("`{loser}` is always beaten by `{winner}`: both match the same");
                Diagnostic::warning(&codes::SHADOWED, title, file, span)
            } else {
                let title =
                    format!("`{}` matches the same as `{}`, of another type", rule.info.id, first.info.id);
                Diagnostic::warning(&codes::EQUAL_RANK, title, file, span)
            };
            self.problem(
                diagnostic.secondary(first_file, first_span, "first").help("take one of the two out"),
            );
        }
    }
}

/// The types that a rule makes, in the order of its bindings.
fn labels(rule: &CheckedRule) -> Vec<TypeId> {
    let made = rule.bindings.iter().filter_map(|binding| match &binding.kind {
        BindingKind::Make(label) => Some(*label),
        BindingKind::Tokens | BindingKind::Span(_) | BindingKind::Joined(_) => None,
    });
    made.collect()
}

/// What a pattern says, without where: equal keys match the same.
fn key(pattern: &CheckedPattern) -> String {
    let list = |parts: &[CheckedPattern]| parts.iter().map(key).collect::<Vec<_>>().join(" ");
    match pattern {
        CheckedPattern::Token(condition, _) => format!("[{condition:?}]"),
        CheckedPattern::Span(types, condition, _) => format!("{types:?}{condition:?}"),
        CheckedPattern::Bind(id, inner) => format!("{}=({})", id.0, key(inner)),
        CheckedPattern::Sequence(parts) => format!("({})", list(parts)),
        CheckedPattern::Alternation(parts) => format!("|({})", list(parts)),
        CheckedPattern::Repeat { inner, min, max, lazy } => {
            format!("({}){{{min},{max:?},{lazy}}}", key(inner))
        }
        CheckedPattern::Gap { min, max, .. } => format!("...{{{min},{max:?}}}"),
        CheckedPattern::Anchor(anchor, _) => format!("{anchor:?}"),
        CheckedPattern::Look { ahead, negative, inner, .. } => format!("(?{ahead}{negative}{})", key(inner)),
    }
}

/// A pattern that is a plain sequence of tokens and spans.
fn leaves(pattern: &CheckedPattern) -> Option<Vec<(String, PlaceId)>> {
    match pattern {
        CheckedPattern::Token(_, place) | CheckedPattern::Span(_, _, place) => {
            Some(vec![(key(pattern), *place)])
        }
        CheckedPattern::Sequence(parts) => {
            parts.iter().map(leaves).collect::<Option<Vec<_>>>().map(|parts| parts.concat())
        }
        CheckedPattern::Bind(..)
        | CheckedPattern::Alternation(_)
        | CheckedPattern::Repeat { .. }
        | CheckedPattern::Gap { .. }
        | CheckedPattern::Anchor(..)
        | CheckedPattern::Look { .. } => None,
    }
}

/// A literal with a capital in an expression.
fn capital_literal(hir: &Hir) -> Option<String> {
    match hir.kind() {
        HirKind::Literal(literal) => {
            let text = String::from_utf8_lossy(&literal.0);
            text.chars().any(char::is_uppercase).then(|| text.into_owned())
        }
        HirKind::Repetition(repetition) => capital_literal(&repetition.sub),
        HirKind::Capture(capture) => capital_literal(&capture.sub),
        HirKind::Concat(parts) | HirKind::Alternation(parts) => parts.iter().find_map(capital_literal),
        HirKind::Empty | HirKind::Class(_) | HirKind::Look(_) => None,
    }
}

/// Whether case folding changes what an expression matches.
pub(super) fn case_matters(source: &str) -> bool {
    match (regex_syntax::parse(source), regex_syntax::parse(&format!("(?i:{source})"))) {
        (Ok(plain), Ok(folded)) => plain != folded,
        _ => true,
    }
}
