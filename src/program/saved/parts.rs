//! How each part of a program lies in bytes. What can be worked out is not kept.

use std::sync::OnceLock;

use rustc_hash::FxHashMap;

use super::codec::{Broken, Reader, Stored, Taken, Writer, enums, ids, structs};
use super::sound::is_sound;
use crate::doc::schema::{
    Anchor, BindingId, ColumnId, Direction, FeatureId, Filter, FoldFlags, ItemInfo, LinkMethod, NumberField,
    NumberTest, Order, Overlap, PlaceId, Rank, RelationInfo, RelationTypeId, RuleId, RuleKind, SourcePlace,
    SpanRelation, Standing, TextField, TokenFlag, TypeId, TypeInfo,
};
use crate::program::{
    AnywhereBuilder, AnywherePhrases, BindingInfo, BindingUse, ContextRule, Expr, HeadPlan, Inst, Link,
    Opening, Origin, Part, PatternProgram, PatternTest, Pc, Phase, PhraseEntries, PhraseEntry, PhraseTrie,
    PredicateId, Predicates, RegexBank, RegexUse, RegexView, Requirement, RuleSet, Setter, Side, SpanCheck,
    SpanTest, TextCheck, TextRegex, TokenRule, TokenTest, Way, Where,
};
use crate::value;

ids! {
    TypeId of types
    RelationTypeId of relations
    FeatureId of features
    ColumnId of columns
    BindingId of bindings
    RuleId of rules
    PredicateId of predicates
}

/// Only ever asked for: one that is not there is no place.
impl Stored for PlaceId {
    fn put(&self, to: &mut Writer) {
        self.0.put(to);
    }

    fn take(from: &mut Reader<'_>) -> Taken<Self> {
        u32::take(from).map(Self)
    }
}

structs! {
    TypeInfo { name, public, is_abstract, parent, doc, color }
    RelationInfo { name, roles, accepts, optional, symmetric, event, doc }
    FoldFlags { case, marks }
    Rank { priority, nested, overrides, anchor }
    SourcePlace { file, line, column, text }
    ItemInfo { id, kind, place, tags }
    Origin { id, info, rank, makes, on }
    Link { on, by, spread_value }
    ContextRule { cue, direction, within, stops, on }
    Requirement { forms, types }
    BindingInfo { name, kind, read }
    HeadPlan { relation, args }
    Setter { target, feature, value }
}

enums! {
    RuleKind { 0 = Gazetteer {} 1 = Regex {} 2 = Rule {} 3 = Drop {} 4 = Context {} 5 = Link {} }
    LinkMethod {
        0 = Text { 0: flags } 1 = Feature { 0: name } 2 = Value {} 3 = Abbreviation {} 4 = LastPart {}
        5 = NumberPrefix {}
    }
    Order { 0 = Priority {} 1 = Longest {} 2 = Shortest {} 3 = Earliest {} 4 = Latest {} }
    Overlap { 0 = None {} 1 = Starts {} 2 = All {} }
    Direction { 0 = Forward {} 1 = Backward {} 2 = Both {} }
    Anchor { 0 = LineStart {} 1 = LineEnd {} 2 = SentenceStart {} 3 = SentenceEnd {} }
    Standing { 0 = In {} 1 = Starts {} 2 = Ends {} }
    NumberTest { 0 = Equal { 0: n } 1 = Less { 0: n } 2 = Greater { 0: n } }
    NumberField { 0 = Len {} 1 = Tokens {} 2 = Line {} }
    TextField {
        0 = Text {} 1 = Lower {} 2 = Fold {} 3 = Shape {} 4 = Kind {} 5 = Value {} 6 = Feature { 0: id }
        7 = Column { 0: id }
    }
    TokenFlag {
        0 = Word {} 1 = Number {} 2 = Punct {} 3 = Symbol {} 4 = Capitalized {} 5 = AllCaps {} 6 = Lowercase {}
        7 = Mixed {} 8 = LineStart {} 9 = LineEnd {} 10 = SentenceStart {}
    }
    Filter { 0 = Lower {} 1 = Upper {} 2 = Hyphen {} 3 = Squeeze {} 4 = Unmark {} }
    SpanRelation {
        0 = Inside {} 1 = Contains {} 2 = Touches {} 3 = Equals {} 4 = Overlaps {} 5 = Before {} 6 = After {}
        7 = SameLine {} 8 = SameSentence {} 9 = WithinTokens { 0: most }
    }
    Inst {
        0 = Token { test: test, next: next }
        1 = Span { types: types, test: test, binding: binding, next: next }
        2 = Gap { next: next }
        3 = SameSentence { 0: next }
        4 = Split { 0: first, 1: second }
        5 = Open { 0: binding, 1: next }
        6 = Close { 0: binding, 1: next }
        7 = Assert { 0: anchor, 1: next }
        8 = Look { start: start, negative: negative, next: next }
        9 = Match {}
    }
    TokenTest {
        0 = Any {} 1 = Not { 0: inner } 2 = And { 0: list } 3 = Or { 0: list } 4 = Class { 0: bits }
        5 = Form { 0: id } 6 = Line { 0: test } 7 = Standing { 0: standing, 1: types } 8 = Column { 0: check }
    }
    SpanTest {
        0 = Any {} 1 = Not { 0: inner } 2 = And { 0: list } 3 = Or { 0: list } 4 = Flag { 0: flag }
        5 = Text { 0: field, 1: check } 6 = Number { 0: field, 1: test }
    }
    Where {
        0 = And { 0: list } 1 = Or { 0: list } 2 = Not { 0: inner }
        3 = Relation { 0: left, 1: relation, 2: right } 4 = Outermost { 0: id } 5 = Is { 0: id, 1: test }
        6 = SameText { 0: left, 1: right }
    }
    Side { 0 = Binding { 0: id } 1 = Any { 0: name, 1: types, 2: test } }
    BindingUse { 0 = Tokens {} 1 = Span {} 2 = Make { 0: label } 3 = Joined {} }
    Part {
        0 = Literal { 0: text } 1 = Group { 0: name, 1: filters } 2 = Field { 0: id, 1: field, 2: filters }
        3 = Whole { 0: filters }
    }
}

impl Stored for Expr {
    fn put(&self, to: &mut Writer) {
        match self {
            Self::Template(parts) => {
                to.bytes.push(0);
                parts.put(to);
            }
            Self::Normalizer(normalizer, parts) => {
                to.bytes.push(1);
                to.text(normalizer.name);
                parts.put(to);
            }
        }
    }

    fn take(from: &mut Reader<'_>) -> Taken<Self> {
        match from.byte()? {
            0 => Vec::take(from).map(Self::Template),
            1 => {
                let normalizer = value::normalizer(from.text()?).ok_or(Broken)?;
                Ok(Self::Normalizer(normalizer, Stored::take(from)?))
            }
            _ => Err(Broken),
        }
    }
}

impl Stored for TextCheck {
    fn put(&self, to: &mut Writer) {
        match self {
            Self::In(list) => {
                to.bytes.push(0);
                list.put(to);
            }
            Self::Regex(regex) => {
                to.bytes.push(1);
                to.regex(RegexUse::Field, regex);
            }
        }
    }

    fn take(from: &mut Reader<'_>) -> Taken<Self> {
        match from.byte()? {
            0 => Vec::take(from).map(Self::In),
            1 => from.regex(RegexUse::Field).map(Self::Regex),
            _ => Err(Broken),
        }
    }
}

impl Stored for Way {
    fn put(&self, to: &mut Writer) {
        self.to.put(to);
    }

    fn take(from: &mut Reader<'_>) -> Taken<Self> {
        Pc::take(from).map(Self::to)
    }
}

impl Stored for SpanCheck {
    fn put(&self, to: &mut Writer) {
        self.test.put(to);
    }

    fn take(from: &mut Reader<'_>) -> Taken<Self> {
        Ok(Self::new(Stored::take(from)?))
    }
}

impl Stored for PatternTest {
    fn put(&self, to: &mut Writer) {
        self.whole.put(to);
    }

    fn take(from: &mut Reader<'_>) -> Taken<Self> {
        TokenTest::take(from).map(Self::new)
    }
}

impl Stored for PatternProgram {
    fn put(&self, to: &mut Writer) {
        let Self { insts, backward, places, start, tests, .. } = self;
        insts.put(to);
        backward.put(to);
        places.put(to);
        start.put(to);
        tests.put(to);
    }

    fn take(from: &mut Reader<'_>) -> Taken<Self> {
        let program = Self {
            insts: Stored::take(from)?,
            backward: Stored::take(from)?,
            places: Stored::take(from)?,
            start: Stored::take(from)?,
            tests: Stored::take(from)?,
            ..Self::default()
        };
        if !is_sound(&program) {
            return Err(Broken);
        }
        Ok(program)
    }
}

/// Its bindings come first: everything else is about them.
impl Stored for TokenRule {
    fn put(&self, to: &mut Writer) {
        let Self {
            rule,
            pattern,
            requires,
            rarest,
            needs,
            opening: _,
            overlap,
            across_lines,
            bindings,
            condition,
            facts,
            sets,
            heads,
        } = self;
        bindings.put(to);
        rule.put(to);
        pattern.put(to);
        requires.put(to);
        rarest.put(to);
        needs.put(to);
        overlap.put(to);
        across_lines.put(to);
        condition.put(to);
        facts.put(to);
        sets.put(to);
        heads.put(to);
    }

    fn take(from: &mut Reader<'_>) -> Taken<Self> {
        let bindings: Vec<BindingInfo> = Stored::take(from)?;
        from.counts.bindings = bindings.len() as u32;
        let rule = Self {
            bindings,
            rule: Stored::take(from)?,
            pattern: Stored::take(from)?,
            requires: Stored::take(from)?,
            rarest: Stored::take(from)?,
            needs: Stored::take(from)?,
            opening: Opening::default(),
            overlap: Stored::take(from)?,
            across_lines: Stored::take(from)?,
            condition: Stored::take(from)?,
            facts: Stored::take(from)?,
            sets: Stored::take(from)?,
            heads: Stored::take(from)?,
        };
        from.counts.bindings = 0;
        Ok(rule)
    }
}

impl Stored for RuleSet {
    fn put(&self, to: &mut Writer) {
        to.number(self.rules().len() as u64);
        self.rules().iter().for_each(|rule| rule.put(to));
    }

    fn take(from: &mut Reader<'_>) -> Taken<Self> {
        Vec::take(from).map(Self::new)
    }
}

impl Stored for TextRegex {
    fn put(&self, to: &mut Writer) {
        let Self { rule, label, regex, group_types, sets, reads_groups, loose: _ } = self;
        to.regex(RegexUse::Text, regex);
        rule.put(to);
        label.put(to);
        group_types.put(to);
        sets.put(to);
        reads_groups.put(to);
    }

    fn take(from: &mut Reader<'_>) -> Taken<Self> {
        Ok(Self {
            regex: from.regex(RegexUse::Text)?,
            rule: Stored::take(from)?,
            label: Stored::take(from)?,
            group_types: Stored::take(from)?,
            sets: Stored::take(from)?,
            reads_groups: Stored::take(from)?,
            loose: OnceLock::new(),
        })
    }
}

impl Stored for RegexView {
    fn put(&self, to: &mut Writer) {
        self.regexes.put(to);
    }

    fn take(from: &mut Reader<'_>) -> Taken<Self> {
        Ok(Self { regexes: Stored::take(from)?, ..Self::default() })
    }
}

structs! {
    RegexBank { plain, unmarked }
}

/// A map in the order of its keys, so that equal programs are equal bytes.
impl<T: Stored> Stored for FxHashMap<Box<str>, T> {
    fn put(&self, to: &mut Writer) {
        let mut items: Vec<_> = self.iter().collect();
        items.sort_by_key(|(key, _)| *key);
        to.number(items.len() as u64);
        for (key, item) in items {
            key.put(to);
            item.put(to);
        }
    }

    fn take(from: &mut Reader<'_>) -> Taken<Self> {
        Ok(Vec::<(Box<str>, T)>::take(from)?.into_iter().collect())
    }
}

/// The expressions that are searched together lie beside the others.
impl Stored for Predicates {
    fn put(&self, to: &mut Writer) {
        let Self { count: _, literals, regexes, descriptions, lengths } = self;
        literals.iter().for_each(|of_field| of_field.put(to));
        regexes.iter().for_each(|of_field| of_field.as_ref().map(|(_, ids)| ids.clone()).put(to));
        descriptions.put(to);
        lengths.put(to);
    }

    fn take(from: &mut Reader<'_>) -> Taken<Self> {
        let mut predicates = Self { count: from.counts.predicates, ..Self::default() };
        for of_field in &mut predicates.literals {
            *of_field = Stored::take(from)?;
        }
        for field in 0..predicates.regexes.len() {
            let Some(ids) = <Option<Vec<PredicateId>> as Stored>::take(from)? else { continue };
            let set = from.sets[field].take().filter(|set| set.len() == ids.len()).ok_or(Broken)?;
            predicates.regexes[field] = Some((set, ids));
        }
        predicates.descriptions = Stored::take(from)?;
        predicates.lengths = Stored::take(from)?;
        // Every test says something, so that their number costs bytes.
        match predicates.descriptions.len() == predicates.count as usize {
            true => Ok(predicates),
            false => Err(Broken),
        }
    }
}

/// The automaton is built anew.
impl Stored for AnywherePhrases {
    fn put(&self, to: &mut Writer) {
        self.fold().put(to);
        to.number(self.phrases.len() as u64);
        for (phrase, entries) in self.each() {
            to.text(phrase);
            to.number(entries.len() as u64);
            for entry in entries {
                let (rule, label) = self.said().kind(entry);
                rule.put(to);
                label.put(to);
                self.said().value(entry).map(Box::<str>::from).put(to);
                let features = self.said().features(entry);
                features.map(|(id, text)| (id, text.into())).collect::<Vec<(FeatureId, Box<str>)>>().put(to);
            }
        }
    }

    fn take(from: &mut Reader<'_>) -> Taken<Self> {
        type Said = ((RuleId, TypeId), (Option<Box<str>>, Vec<(FeatureId, Box<str>)>));
        let mut builder = AnywhereBuilder::new(Stored::take(from)?);
        let phrases: Vec<(Box<str>, Vec<Said>)> = Stored::take(from)?;
        for (phrase, said) in &phrases {
            for ((rule, label), (value, features)) in said {
                let (rule, label) = (*rule, *label);
                builder.insert(phrase, PhraseEntry { rule, label, value: value.as_deref(), features });
            }
        }
        Ok(builder.finish())
    }
}

/// The tables of its phrases lie behind all this.
impl Stored for Phase {
    fn put(&self, to: &mut Writer) {
        let Self { phrases, anywhere, regexes, rules, drops, contexts } = self;
        to.number(phrases.len() as u64);
        for (vocabulary, trie) in phrases {
            to.number(*vocabulary as u64);
            trie.entries.kinds.put(to);
        }
        anywhere.put(to);
        regexes.put(to);
        rules.put(to);
        drops.put(to);
        contexts.put(to);
    }

    fn take(from: &mut Reader<'_>) -> Taken<Self> {
        let phrases: Vec<(u32, Vec<(RuleId, TypeId)>)> = Stored::take(from)?;
        let trie = |(vocabulary, kinds)| {
            let entries = PhraseEntries { kinds, ..PhraseEntries::default() };
            (vocabulary as usize, PhraseTrie { entries, ..PhraseTrie::default() })
        };
        let phrases: Vec<(usize, PhraseTrie)> = phrases.into_iter().map(trie).collect();
        if phrases.iter().any(|(vocabulary, _)| *vocabulary >= from.counts.vocabularies as usize) {
            return Err(Broken);
        }
        Ok(Self {
            phrases,
            anywhere: Stored::take(from)?,
            regexes: Stored::take(from)?,
            rules: Stored::take(from)?,
            drops: Stored::take(from)?,
            contexts: Stored::take(from)?,
        })
    }
}
