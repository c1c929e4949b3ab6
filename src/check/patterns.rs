//! Patterns: lets written out, literals cut, names resolved, bindings numbered.

use super::conditions::Subject;
use super::lints::has_case;
use super::{Binding, BindingKind, CheckedCondition, CheckedPattern, Checker, TextTest};
use crate::diag::{Diagnostic, codes};
use crate::doc::schema::{BindingId, FoldFlags, PlaceId, TextField, TypeId};
use crate::prep::{fold, tokenize};
use crate::syntax::ast::{Condition, Name, Pattern, PatternKind};

/// Parts that a rule may have with its lets written out.
const MOST_PARTS: usize = 20_000;
/// The highest bound of a repetition.
const MOST_REPEATS: u32 = 1000;

/// What is known of a rule while its pattern is read.
#[derive(Default)]
pub(super) struct RuleScope {
    pub(super) bindings: Vec<Binding>,
    /// Whether a capture is written, be it of an unknown type.
    pub(super) captures: bool,
    parts: usize,
    depth: usize,
    /// Whether it was refused as too large, and is not read to its end.
    pub(super) is_too_large: bool,
    in_look: bool,
    /// The lets that are being written out, the outermost first.
    lets: Vec<String>,
}

impl RuleScope {
    /// The binding of this name.
    pub(super) fn find(&self, name: &str) -> Option<BindingId> {
        let index = self.bindings.iter().position(|binding| binding.name == name && !name.is_empty())?;
        Some(BindingId(index as u16))
    }

    pub(super) fn get(&self, id: BindingId) -> &Binding {
        &self.bindings[usize::from(id.0)]
    }

    pub(super) fn add(&mut self, name: &str, kind: BindingKind) -> BindingId {
        self.bindings.push(Binding { name: name.to_owned(), kind });
        BindingId(self.bindings.len() as u16 - 1)
    }
}

/// A pattern that never matches: what stands for a part with a mistake.
fn nothing() -> CheckedPattern {
    CheckedPattern::Token(CheckedCondition::Not(Box::new(CheckedCondition::Any)), PlaceId(0))
}

impl Checker<'_> {
    pub(super) fn pattern(&mut self, pattern: &Pattern, scope: &mut RuleScope) -> CheckedPattern {
        if scope.is_too_large {
            return nothing();
        }
        scope.parts = scope.parts.saturating_add(1);
        if scope.parts > MOST_PARTS || scope.depth > self.config.max_nesting.written_out() {
            self.too_large(pattern, scope);
            return nothing();
        }
        scope.depth += 1;
        let checked = self.pattern_kind(pattern, scope);
        scope.depth -= 1;
        checked
    }

    /// Reports a rule that is too large, once.
    fn too_large(&mut self, pattern: &Pattern, scope: &mut RuleScope) {
        if std::mem::replace(&mut scope.is_too_large, true) {
            return;
        }
        let deepest = self.config.max_nesting.written_out();
        let (title, or) = if scope.depth > deepest {
            let title = format!("with its lets written out this rule is nested more than {deepest} deep");
            (title, ", or allow more with `--max-nesting`")
        } else {
            (format!("with its lets written out this rule has more than {MOST_PARTS} parts"), "")
        };
        self.problem(Diagnostic::error(&codes::TOO_LARGE, title, self.file, pattern.span).help(format!(
            "make spans of the repeated part in an earlier phase, and name their type here{or}"
        )));
    }

    fn pattern_kind(&mut self, pattern: &Pattern, scope: &mut RuleScope) -> CheckedPattern {
        match &pattern.kind {
            PatternKind::Literal { text, fold_case } => self.literal(text, *fold_case, pattern),
            PatternKind::TokenRegex(literal) => match self.regex(literal) {
                Some(source) => CheckedPattern::Token(
                    CheckedCondition::Text(TextField::Text, TextTest::Matches(source)),
                    self.place(pattern.span),
                ),
                None => nothing(),
            },
            PatternKind::Token(condition) => {
                let checked = self.condition(condition, Subject::Token);
                self.impossible(&checked, pattern.span);
                CheckedPattern::Token(checked, self.place(pattern.span))
            }
            PatternKind::Name(name, filter) => self.name(name, filter.as_ref(), pattern, scope),
            PatternKind::Bind(name, inner) => self.bind(name, inner, scope),
            PatternKind::Make(label, inner) => self.make("", label, inner, scope),
            PatternKind::Sequence(parts) => {
                let checked: Vec<_> = parts.iter().map(|part| self.pattern(part, scope)).collect();
                if !scope.is_too_large {
                    self.unreached_tails(&checked, parts);
                }
                CheckedPattern::Sequence(checked)
            }
            PatternKind::Alternation(parts) => {
                let checked: Vec<_> = parts.iter().map(|part| self.pattern(part, scope)).collect();
                if !scope.is_too_large {
                    self.equal_branches(&checked, parts);
                }
                CheckedPattern::Alternation(checked)
            }
            PatternKind::Repeat { inner, min, max, lazy } => {
                let checked = self.pattern(inner, scope);
                self.check_repeat(&checked, *min, *max, pattern, scope);
                CheckedPattern::Repeat { inner: Box::new(checked), min: *min, max: *max, lazy: *lazy }
            }
            PatternKind::Gap { min, max } => {
                self.check_bounds(*min, *max, pattern);
                CheckedPattern::Gap { min: *min, max: *max, place: self.place(pattern.span) }
            }
            PatternKind::Anchor(anchor) => CheckedPattern::Anchor(*anchor, self.place(pattern.span)),
            PatternKind::Look { ahead, negative, inner } => {
                let outer = std::mem::replace(&mut scope.in_look, true);
                let checked = self.pattern(inner, scope);
                scope.in_look = outer;
                let Some(longest) = longest(&checked) else {
                    self.problem(
                        Diagnostic::error(
                            &codes::UNBOUNDED_LOOK,
                            "look-around without a bound",
                            self.file,
                            inner.span,
                        )
                        .help("write `{0,8}` instead of `*`, `+` or a bare `...`"),
                    );
                    return nothing();
                };
                CheckedPattern::Look {
                    ahead: *ahead,
                    negative: *negative,
                    inner: Box::new(checked),
                    longest,
                    place: self.place(pattern.span),
                }
            }
        }
    }

    /// A literal as the tokens that the tokenizer cuts it into.
    fn literal(&mut self, text: &str, fold_case: bool, pattern: &Pattern) -> CheckedPattern {
        let plain = text.replace("\\[", "[").replace("\\]", "]").replace("\\{", "{").replace("\\}", "}");
        let mut tokens = Vec::new();
        tokenize(&plain, &mut tokens);
        if tokens.is_empty() {
            self.problem(
                Diagnostic::error(
                    &codes::EMPTY_LITERAL,
                    "this literal holds no token",
                    self.file,
                    pattern.span,
                )
                .help("take it out; white space between tokens is never part of a pattern"),
            );
            return nothing();
        }
        let (field, flags) = if fold_case {
            (TextField::Lower, FoldFlags { case: true, marks: false })
        } else {
            (TextField::Text, FoldFlags::default())
        };
        self.cut_literal(&plain, &tokens, pattern);
        if fold_case && !plain.contains(has_case) {
            let i = crate::text::Span::new(pattern.span.end.saturating_sub(1), pattern.span.end);
            let title = "`i` after this literal changes nothing: it has no letters";
            let diagnostic = Diagnostic::warning(&codes::FOLD_CHANGES_NOTHING, title, self.file, i);
            self.problem(diagnostic.help("take it out").fix(i, ""));
        }
        let place = self.place(pattern.span);
        let token = |token: &crate::prep::Token| {
            let form = fold(token.span().slice(&plain).unwrap_or(""), flags).into_owned();
            CheckedPattern::Token(CheckedCondition::Text(field, TextTest::In(vec![form])), place)
        };
        let mut parts: Vec<CheckedPattern> = tokens.iter().map(token).collect();
        if parts.len() == 1 { parts.swap_remove(0) } else { CheckedPattern::Sequence(parts) }
    }

    /// A let, written out, or a type.
    fn name(
        &mut self,
        name: &Name,
        filter: Option<&Condition>,
        pattern: &Pattern,
        scope: &mut RuleScope,
    ) -> CheckedPattern {
        let Some(entry) = self.lets.get_mut(&name.node) else {
            let types = self.read_type(name, self.step);
            let filter = filter.map(|filter| self.condition(filter, Subject::Span));
            return CheckedPattern::Span(types, filter, self.place(pattern.span));
        };
        entry.used = true;
        let (pattern, file) = (entry.pattern.clone(), entry.file);
        if filter.is_some() {
            self.problem(
                Diagnostic::error(
                    &codes::WRONG_COMPARISON,
                    format!("`{}` is a `let`: a condition in brackets belongs to a type", name.node),
                    self.file,
                    name.span,
                )
                .help("put a space before `[` if it is a token of its own"),
            );
        }
        if scope.lets.contains(&name.node) {
            self.let_cycle(name, scope);
            return nothing();
        }
        scope.lets.push(name.node.clone());
        let outer = std::mem::replace(&mut self.file, file);
        let checked = self.pattern(&pattern, scope);
        self.file = outer;
        scope.lets.pop();
        checked
    }

    /// Reports a let that holds itself, once a rule.
    fn let_cycle(&mut self, name: &Name, scope: &mut RuleScope) {
        if std::mem::replace(&mut scope.is_too_large, true) {
            return;
        }
        let from = scope.lets.iter().position(|open| *open == name.node).unwrap_or(0);
        let title = match &scope.lets[from + 1..] {
            [] => format!("`{}` holds itself", name.node),
            through => format!("`{}` holds itself, through `{}`", name.node, through.join("`, `")),
        };
        self.problem(
            Diagnostic::error(&codes::LET_CYCLE, title, self.file, name.span)
                .help("what comes again is written `( … )*`, `( … )+` or `( … ){1,5}`"),
        );
    }

    fn bind(&mut self, name: &Name, inner: &Pattern, scope: &mut RuleScope) -> CheckedPattern {
        if scope.in_look {
            self.bound_in_look(name.span);
        }
        if let PatternKind::Make(label, inner) = &inner.kind {
            return self.make(&name.node, label, inner, scope);
        }
        let before = scope.bindings.len();
        let checked = self.pattern(inner, scope);
        let kind = match span_types(&checked) {
            Some(types) => BindingKind::Span(types),
            // A let that is one capture: the name is that of the span.
            None => match (&checked, scope.bindings.len() - before) {
                (CheckedPattern::Bind(id, _), 1) if scope.get(*id).name.is_empty() => {
                    scope.bindings[usize::from(id.0)].name.clone_from(&name.node);
                    return checked;
                }
                _ => BindingKind::Tokens,
            },
        };
        let id = self.binding(name, kind, scope);
        CheckedPattern::Bind(id, Box::new(checked))
    }

    fn make(&mut self, name: &str, label: &Name, inner: &Pattern, scope: &mut RuleScope) -> CheckedPattern {
        if scope.in_look {
            self.bound_in_look(label.span);
        }
        scope.captures = true;
        let Some(label_id) = self.types.id(&label.node) else {
            // Reported when the makers were collected.
            return self.pattern(inner, scope);
        };
        let kind = BindingKind::Make(label_id);
        let named = Name::new(name.to_owned(), label.span);
        let id = if name.is_empty() { scope.add("", kind) } else { self.binding(&named, kind, scope) };
        let inner = self.pattern(inner, scope);
        CheckedPattern::Bind(id, Box::new(inner))
    }

    fn bound_in_look(&mut self, span: crate::text::Span) {
        self.problem(
            Diagnostic::error(
                &codes::BINDING_IN_LOOK,
                "nothing can be bound in look-around",
                self.file,
                span,
            )
            .help("look-around is context; match it as part of the pattern to bind it"),
        );
    }

    /// The number of a name; the same name in several places is one binding.
    fn binding(&mut self, name: &Name, kind: BindingKind, scope: &mut RuleScope) -> BindingId {
        let Some(id) = scope.find(&name.node) else { return scope.add(&name.node, kind) };
        let known = &mut scope.bindings[usize::from(id.0)].kind;
        match (known, kind) {
            (BindingKind::Span(types), BindingKind::Span(more)) => {
                types.extend(more);
                types.sort();
                types.dedup();
            }
            (known, kind) if *known == kind => {}
            _ => self.problem(
                Diagnostic::error(
                    &codes::BOUND_TWICE,
                    format!("`{}` is bound to different kinds of thing", name.node),
                    self.file,
                    name.span,
                )
                .help("use two names"),
            ),
        }
        id
    }

    fn check_repeat(
        &mut self,
        inner: &CheckedPattern,
        min: u32,
        max: Option<u32>,
        pattern: &Pattern,
        scope: &mut RuleScope,
    ) {
        self.check_bounds(min, max, pattern);
        scope.parts =
            scope.parts.saturating_add(parts(inner).saturating_mul(max.unwrap_or(min.max(1)) as usize));
        if scope.parts > MOST_PARTS {
            self.too_large(pattern, scope);
        }
        if max.is_none() && can_be_empty(inner) {
            self.problem(
                Diagnostic::error(
                    &codes::WRONG_REPEAT,
                    "what is repeated can match nothing",
                    self.file,
                    pattern.span,
                )
                .help("make one of its parts obligatory"),
            );
        }
    }

    fn check_bounds(&mut self, min: u32, max: Option<u32>, pattern: &Pattern) {
        let problem = match max {
            Some(max) if max < min => format!("{{{min},{max}}}: the first bound is larger than the second"),
            Some(0) => "a repetition of at most 0 matches nothing".to_owned(),
            _ if min > MOST_REPEATS || max.is_some_and(|max| max > MOST_REPEATS) => {
                format!("more than {MOST_REPEATS} repetitions")
            }
            _ => return,
        };
        self.problem(
            Diagnostic::error(&codes::WRONG_REPEAT, problem, self.file, pattern.span)
                .help(format!("write bounds in order, up to {MOST_REPEATS}")),
        );
    }
}

/// The types of a pattern that is one span and nothing else.
fn span_types(pattern: &CheckedPattern) -> Option<Vec<TypeId>> {
    match pattern {
        CheckedPattern::Span(types, ..) => Some(types.clone()),
        CheckedPattern::Alternation(parts) => {
            let mut types = parts.iter().map(span_types).collect::<Option<Vec<_>>>()?.concat();
            types.sort();
            types.dedup();
            Some(types)
        }
        CheckedPattern::Token(..)
        | CheckedPattern::Bind(..)
        | CheckedPattern::Sequence(_)
        | CheckedPattern::Repeat { .. }
        | CheckedPattern::Gap { .. }
        | CheckedPattern::Anchor(..)
        | CheckedPattern::Look { .. } => None,
    }
}

/// Whether a pattern can match without consuming anything.
pub(super) fn can_be_empty(pattern: &CheckedPattern) -> bool {
    match pattern {
        CheckedPattern::Token(..) | CheckedPattern::Span(..) => false,
        CheckedPattern::Bind(_, inner) => can_be_empty(inner),
        CheckedPattern::Sequence(parts) => parts.iter().all(can_be_empty),
        CheckedPattern::Alternation(parts) => parts.iter().any(can_be_empty),
        CheckedPattern::Repeat { inner, min, .. } => *min == 0 || can_be_empty(inner),
        CheckedPattern::Gap { min, .. } => *min == 0,
        CheckedPattern::Anchor(..) | CheckedPattern::Look { .. } => true,
    }
}

/// The most tokens that a pattern can consume, where there is a bound. A span
/// counts as one: it is one letter.
fn longest(pattern: &CheckedPattern) -> Option<u32> {
    match pattern {
        CheckedPattern::Token(..) | CheckedPattern::Span(..) => Some(1),
        CheckedPattern::Bind(_, inner) => longest(inner),
        CheckedPattern::Sequence(parts) => {
            parts.iter().map(longest).try_fold(0u32, |sum, part| Some(sum.saturating_add(part?)))
        }
        CheckedPattern::Alternation(parts) => {
            parts.iter().map(longest).try_fold(0u32, |most, part| Some(most.max(part?)))
        }
        CheckedPattern::Repeat { inner, max, .. } => Some(longest(inner)?.saturating_mul((*max)?)),
        CheckedPattern::Gap { max, .. } => *max,
        CheckedPattern::Anchor(..) | CheckedPattern::Look { .. } => Some(0),
    }
}

pub(super) fn parts(pattern: &CheckedPattern) -> usize {
    let inner = match pattern {
        CheckedPattern::Bind(_, inner) | CheckedPattern::Look { inner, .. } => parts(inner),
        CheckedPattern::Sequence(list) | CheckedPattern::Alternation(list) => {
            list.iter().map(parts).fold(0, usize::saturating_add)
        }
        CheckedPattern::Repeat { inner, min, max, .. } => {
            parts(inner).saturating_mul(max.unwrap_or(min.saturating_add(1)) as usize)
        }
        CheckedPattern::Token(..)
        | CheckedPattern::Span(..)
        | CheckedPattern::Gap { .. }
        | CheckedPattern::Anchor(..) => 0,
    };
    inner.saturating_add(1)
}
