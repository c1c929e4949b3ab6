//! [`Program`]: the immutable tables that run. The waist of the library.
//!
//! Everything above this module turns rules into a program; everything below
//! runs one and knows nothing of files, names or syntax.

mod anywhere;
mod boundaries;
mod entries;
mod gates;
mod kinds;
mod letters;
mod openings;
mod pattern;
mod phrases;
mod predicates;
mod prepare;
mod regexes;
mod rule_set;
mod rules;
mod saved;
mod sieve;
mod starts;
mod steps;
mod texts;

pub use anywhere::{AnywhereBuilder, AnywhereMatch, AnywherePhrases};
pub use boundaries::Loose;
pub use entries::{PhraseEntries, PhraseEntry};
pub(crate) use kinds::bits;
pub use kinds::{KindBuilder, KindTestId, KindTests};
pub use openings::{OpenRule, Opening, Openings, Use};
pub use pattern::{
    First, Inst, NO_JOIN, PatternProgram, PatternTest, Pc, SpanCheck, TextTestId, TokenTest, Way,
};
pub use phrases::{PhraseNode, PhraseOpening, PhraseTrie, PhraseTrieBuilder};
pub use predicates::{FormField, PredicateId, Predicates, regex_set};
pub use regexes::{RegexBank, RegexUse, RegexView, Search, TextRegex};
pub use rule_set::{OnType, RuleSet, Tested};
pub use rules::{
    BindingInfo, BindingUse, ContextRule, Expr, HeadPlan, Part, Requirement, Setter, Side, SpanTest,
    TextCheck, TokenRule, Where,
};
pub use saved::{LoadConfig, LoadError, Saved};
pub use sieve::{LetterGate, LetterGates, ShapeGate, ShapeGates, Sieve, SieveScratch, WordGate, WordScratch};
pub use starts::{Starts, Words, has_digits};
pub use texts::{NO_WORD, Vocabulary};

use std::sync::Arc;

use crate::doc::schema::{
    ColumnId, FoldFlags, ItemInfo, LinkMethod, Order, PlaceId, Rank, RelationInfo, RuleId, SourcePlace,
    TypeId, TypeInfo,
};

/// A compiled rule pack: immutable, shared by all threads.
#[derive(Debug, Default)]
pub struct Program {
    /// The name of the pack.
    pub name: String,
    /// The version of the pack.
    pub version: String,
    /// A hash over every file of the pack, hexadecimal.
    pub fingerprint: String,
    /// Every type, by [`TypeId`].
    pub types: Vec<TypeInfo>,
    /// Every relation type, by its id.
    pub relations: Vec<RelationInfo>,
    /// Names of features, by their id.
    pub features: Vec<Arc<str>>,
    /// What made a span, by [`RuleId`]: its name as `file:rule` and its rank.
    pub origins: Vec<Origin>,
    /// All tests on token forms.
    pub predicates: Predicates,
    /// All tests on kinds of tokens.
    pub kinds: KindTests,
    /// Which rules may match in a line, by the kinds of its tokens.
    pub openings: Openings,
    /// How many tests there are that the text of a span decides.
    pub text_tests: usize,
    /// The tokens of all phrases, one vocabulary for each folding in use.
    pub vocabularies: Vec<(FoldFlags, Vocabulary)>,
    /// The phases in order.
    pub phases: Vec<Phase>,
    /// The links in order.
    pub links: Vec<Link>,
    /// Whether some test asks in which spans a token stands.
    pub asks_standing: bool,
    /// Names of the columns that tokens bring with them, by [`ColumnId`].
    pub columns: Vec<Arc<str>>,
    /// Tests on columns.
    pub column_checks: Vec<(ColumnId, TextCheck)>,
    /// For each type the group in which its spans compete.
    pub groups: Vec<u16>,
    /// The steps that decide which of two spans stays.
    pub order: Vec<Order>,
    /// Places in the sources, by [`PlaceId`].
    pub places: Vec<SourcePlace>,
}

/// What made a span or a relation.
#[derive(Clone, Debug)]
pub struct Origin {
    /// `file:rule`
    pub id: Arc<str>,
    /// Its kind, place and tags.
    pub info: ItemInfo,
    /// Priority and so on.
    pub rank: Rank,
    /// The types of the spans that it makes.
    pub makes: Vec<TypeId>,
    /// Whether it runs.
    pub on: bool,
}

/// One phase of a program.
#[derive(Debug, Default)]
pub struct Phase {
    /// Phrases: for each folding, by index into [`Program::vocabularies`].
    pub phrases: Vec<(usize, PhraseTrie)>,
    /// Phrases that may begin and end inside tokens: one for each folding.
    pub anywhere: Vec<AnywherePhrases>,
    /// Regular expressions over the text.
    pub regexes: RegexBank,
    /// Token rules.
    pub rules: RuleSet,
    /// Rules that take back.
    pub drops: RuleSet,
    /// Cues that give features to the spans in their scope.
    pub contexts: Vec<ContextRule>,
}

/// Which mentions are of one thing.
#[derive(Clone, Debug)]
pub struct Link {
    /// The types whose mentions it joins.
    pub on: Vec<TypeId>,
    /// The ways.
    pub by: Vec<LinkMethod>,
    /// Whether the fullest value of a chain goes to all of it.
    pub spread_value: bool,
}

impl Phase {
    /// The number of the set of token rules, and of that of the drops, of the
    /// phase at `index`, among all sets of a program.
    #[must_use]
    pub const fn set_numbers(index: usize) -> (usize, usize) {
        (index * 2, index * 2 + 1)
    }
}

impl Program {
    /// The name of the pack.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.name
    }

    /// The version of the pack.
    #[must_use]
    pub fn version(&self) -> &str {
        &self.version
    }

    /// A hash over every file of the pack, hexadecimal.
    #[must_use]
    pub fn fingerprint(&self) -> &str {
        &self.fingerprint
    }

    /// What a rule is called and how it ranks.
    #[must_use]
    pub fn origin(&self, rule: RuleId) -> &Origin {
        &self.origins[rule.0 as usize]
    }

    /// Whether some pattern looks back at spans: what stands before a match.
    #[must_use]
    pub fn looks_back_at_spans(&self) -> bool {
        let patterns = |phase: &Phase| {
            let contexts = phase.contexts.iter();
            let of_contexts = contexts.flat_map(|context| context.stops.iter().chain([&context.cue]));
            let rules = phase.rules.rules().iter().chain(phase.drops.rules());
            rules.chain(of_contexts).any(|rule| rule.pattern.looks_back_at_spans())
        };
        self.phases.iter().any(patterns)
    }

    /// A place in the sources.
    #[must_use]
    pub fn place(&self, id: PlaceId) -> Option<&SourcePlace> {
        self.places.get(id.0 as usize)
    }

    /// What is known about a type.
    #[must_use]
    pub fn type_info(&self, label: TypeId) -> &TypeInfo {
        &self.types[label.0 as usize]
    }
}
