//! Tests on kinds of tokens: what the form of a token and its properties decide.
//!
//! Two tokens are of one *kind* if their forms answer all tests on forms alike
//! and if they have the same properties: no test on a token alone tells them
//! apart. A text has thousands of forms, but only some hundreds of kinds, nearly
//! all rare words being of the same few. So everything that rules ask about a
//! token is answered once a kind, and kept as one bit.

use indexmap::{IndexMap, IndexSet};

use crate::doc::schema::{Standing, TypeId};

use super::{PredicateId, TokenTest};

/// The index of a test in [`KindTests`], and of its bit in the answers of a kind.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct KindTestId(pub u32);

impl KindTestId {
    /// Whether the answers of a kind, as bits, say yes to it.
    #[must_use]
    #[inline]
    pub fn is_in(self, answers: &[u64]) -> bool {
        answers.get(self.0 as usize / 64).is_some_and(|word| word >> (self.0 % 64) & 1 == 1)
    }
}

/// Numbers the tests on kinds; equal tests share a number.
#[derive(Debug, Default)]
pub struct KindBuilder {
    tests: IndexSet<TokenTest>,
}

impl KindBuilder {
    /// The number of what the kind of a token says about a test.
    pub fn number(&mut self, test: &TokenTest) -> KindTestId {
        KindTestId(self.tests.insert_full(test.of_kind()).0 as u32)
    }

    /// All of them.
    #[must_use]
    pub fn finish(self) -> KindTests {
        KindTests::new(self.tests.into_iter().collect())
    }
}

/// All tests on kinds of tokens.
#[derive(Clone, Debug, Default)]
pub struct KindTests {
    tests: Vec<TokenTest>,
    classes: u32,
    /// For each test on forms the tests in which it stands.
    by_form: Vec<Vec<KindTestId>>,
    /// What is left of tests for a kind whose forms meet nothing, each with the
    /// tests of which that is left. Many tests, but few rests.
    rests: Vec<(TokenTest, Vec<KindTestId>)>,
}

impl KindTests {
    /// Takes tests that ask for nothing but forms and properties: see
    /// [`TokenTest::of_kind`].
    #[must_use]
    pub fn new(tests: Vec<TokenTest>) -> Self {
        let classes = tests.iter().map(classes).fold(0, |all, one| all | one);
        let mut by_form: Vec<Vec<KindTestId>> = Vec::new();
        let mut rests: IndexMap<TokenTest, Vec<KindTestId>> = IndexMap::new();
        for (id, test) in (0..).map(KindTestId).zip(&tests) {
            test.each_form(&mut |form| {
                let at = form.0 as usize;
                by_form.resize_with(by_form.len().max(at + 1), Vec::new);
                by_form[at].push(id);
            });
            if let Some(rest) = test.without_forms() {
                rests.entry(rest).or_default().push(id);
            }
        }
        Self { tests, classes, by_form, rests: rests.into_iter().collect() }
    }

    /// How many there are.
    #[must_use]
    pub fn len(&self) -> usize {
        self.tests.len()
    }

    /// Whether there are none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.tests.is_empty()
    }

    /// The properties that some test asks about, as bits.
    #[must_use]
    pub fn classes(&self) -> u32 {
        self.classes
    }

    /// Words of 64 bits that the answers of a kind take.
    #[must_use]
    pub fn words(&self) -> usize {
        self.tests.len().div_ceil(64)
    }

    /// Sets the bits of the tests that a kind meets, given the answers of its forms
    /// and its properties; all are 0 before. Only tests in which a form stands that
    /// it meets are put to it, and what is left of all others.
    pub fn met(&self, forms: &[u64], classes: u32, met: &mut [u64]) {
        for (_, ids) in self.rests.iter().filter(|(rest, _)| meets(rest, &[], classes)) {
            ids.iter().for_each(|id| met[id.0 as usize / 64] |= 1 << (id.0 % 64));
        }
        for id in bits(forms).filter_map(|form| self.by_form.get(form)).flatten() {
            let (word, bit) = (&mut met[id.0 as usize / 64], 1 << (id.0 % 64));
            match meets(&self.tests[id.0 as usize], forms, classes) {
                true => *word |= bit,
                false => *word &= !bit,
            }
        }
    }
}

/// The places of the bits that are set, in order.
pub(crate) fn bits(words: &[u64]) -> impl Iterator<Item = usize> + '_ {
    words.iter().enumerate().flat_map(|(at, &word)| {
        let mut rest = word;
        std::iter::from_fn(move || {
            let bit = (rest != 0).then(|| rest.trailing_zeros() as usize)?;
            rest &= rest - 1;
            Some(at * 64 + bit)
        })
    })
}

/// The properties that a test asks about.
fn classes(test: &TokenTest) -> u32 {
    match test {
        TokenTest::Class(bits) => *bits,
        TokenTest::Not(inner) => classes(inner),
        TokenTest::And(list) | TokenTest::Or(list) => list.iter().map(classes).fold(0, |all, one| all | one),
        TokenTest::Any
        | TokenTest::Form(_)
        | TokenTest::Line(_)
        | TokenTest::Standing(..)
        | TokenTest::Column(_) => 0,
    }
}

fn meets(test: &TokenTest, forms: &[u64], classes: u32) -> bool {
    match test {
        TokenTest::Not(inner) => !meets(inner, forms, classes),
        TokenTest::And(list) => list.iter().all(|part| meets(part, forms, classes)),
        TokenTest::Or(list) => list.iter().any(|part| meets(part, forms, classes)),
        TokenTest::Class(bits) => classes & bits == *bits,
        TokenTest::Form(id) => forms.get(id.0 as usize / 64).is_some_and(|word| word >> (id.0 % 64) & 1 == 1),
        // A test of a kind holds nothing else.
        TokenTest::Any | TokenTest::Line(_) | TokenTest::Standing(..) | TokenTest::Column(_) => true,
    }
}

impl TokenTest {
    /// Whether the kind of a token decides the test.
    #[must_use]
    pub fn is_of_kind(&self) -> bool {
        match self {
            Self::Any | Self::Class(_) | Self::Form(_) => true,
            Self::Not(inner) => inner.is_of_kind(),
            Self::And(list) | Self::Or(list) => list.iter().all(Self::is_of_kind),
            Self::Line(_) | Self::Standing(..) | Self::Column(_) => false,
        }
    }

    /// What the kind of a token says about the test: the test itself where the
    /// kind decides it, else one that every token meets which meets this.
    #[must_use]
    pub fn of_kind(&self) -> Self {
        match self {
            _ if self.is_of_kind() => self.clone(),
            Self::And(list) => Self::all(list.iter().map(Self::of_kind).collect()),
            Self::Or(list) => Self::one(list.iter().map(Self::of_kind).collect()),
            _ => Self::Any,
        }
    }

    /// Shows every test on forms in it.
    fn each_form(&self, show: &mut impl FnMut(PredicateId)) {
        match self {
            Self::Form(id) => show(*id),
            Self::Not(inner) => inner.each_form(show),
            Self::And(list) | Self::Or(list) => list.iter().for_each(|part| part.each_form(show)),
            Self::Any | Self::Class(_) | Self::Line(_) | Self::Standing(..) | Self::Column(_) => {}
        }
    }

    /// What is left of it where no test on forms is met; nothing where it cannot be
    /// met then.
    fn without_forms(&self) -> Option<Self> {
        match self {
            Self::Form(_) => None,
            Self::Not(inner) => match inner.without_forms() {
                None => Some(Self::Any),
                Some(Self::Any) => None,
                Some(rest) => Some(Self::Not(Box::new(rest))),
            },
            Self::And(list) => {
                list.iter().map(Self::without_forms).collect::<Option<Vec<_>>>().map(Self::all)
            }
            Self::Or(list) => {
                let rests: Vec<Self> = list.iter().filter_map(Self::without_forms).collect();
                (!rests.is_empty()).then(|| Self::one(rests))
            }
            other => Some(other.clone()),
        }
    }

    /// The tests on forms of which a token must meet one, if it must.
    #[must_use]
    pub fn needed_forms(&self) -> Option<Vec<PredicateId>> {
        match self {
            Self::Form(id) => Some(vec![*id]),
            Self::And(list) => list.iter().find_map(Self::needed_forms),
            Self::Or(list) => {
                let sets = list.iter().map(Self::needed_forms).collect::<Option<Vec<_>>>();
                sets.map(|sets| sets.concat())
            }
            Self::Any
            | Self::Not(_)
            | Self::Class(_)
            | Self::Line(_)
            | Self::Column(_)
            | Self::Standing(..) => None,
        }
    }

    /// The types of the spans of which a token must be the first of one, if it must.
    #[must_use]
    pub fn started(&self) -> Option<Vec<TypeId>> {
        match self {
            Self::Standing(Standing::Starts, types) => Some(types.to_vec()),
            Self::And(list) => list.iter().find_map(Self::started),
            Self::Or(list) => {
                let types = list.iter().map(Self::started).collect::<Option<Vec<_>>>();
                types.map(|types| types.concat())
            }
            Self::Any
            | Self::Not(_)
            | Self::Class(_)
            | Self::Form(_)
            | Self::Line(_)
            | Self::Column(_)
            | Self::Standing(..) => None,
        }
    }

    /// What is left to ask of a token that meets [`TokenTest::of_kind`], if anything.
    #[must_use]
    pub fn beyond_kind(&self) -> Option<Self> {
        match self {
            _ if self.is_of_kind() => None,
            Self::And(list) => Some(Self::all(list.iter().filter_map(Self::beyond_kind).collect())),
            _ => Some(self.clone()),
        }
    }

    /// All of them.
    #[must_use]
    pub fn all(mut tests: Vec<Self>) -> Self {
        tests.retain(|test| *test != Self::Any);
        match tests.len() {
            0 => Self::Any,
            1 => tests.swap_remove(0),
            _ => Self::And(tests),
        }
    }

    /// One of them; of none, none.
    #[must_use]
    pub fn one(mut tests: Vec<Self>) -> Self {
        if tests.contains(&Self::Any) {
            return Self::Any;
        }
        match tests.len() {
            1 => tests.swap_remove(0),
            _ => Self::Or(tests),
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::doc::schema::NumberTest;
    use crate::prep::Class;

    fn test() -> impl Strategy<Value = TokenTest> {
        let leaf = prop_oneof![
            4 => (0u32..130).prop_map(|id| TokenTest::Form(PredicateId(id))),
            1 => (0u32..4).prop_map(|bit| TokenTest::Class(1 << bit)),
            1 => Just(TokenTest::Any),
        ];
        leaf.prop_recursive(3, 12, 3, |inner| {
            prop_oneof![
                inner.clone().prop_map(|test| TokenTest::Not(Box::new(test))),
                prop::collection::vec(inner.clone(), 0..3).prop_map(TokenTest::And),
                prop::collection::vec(inner, 0..3).prop_map(TokenTest::Or),
            ]
        })
    }

    proptest! {
        #[test]
        fn tests_that_hang_on_words_are_met_as_if_each_was_asked(
            all in prop::collection::vec(test(), 0..12),
            forms in prop::collection::vec(prop_oneof![any::<u64>(), Just(0)], 3),
            classes in 0u32..16,
        ) {
            let mut met = [0];
            KindTests::new(all.clone()).met(&forms, classes, &mut met);
            let plain = all.iter().enumerate().filter(|(_, test)| meets(test, &forms, classes));
            prop_assert_eq!(bits(&met).collect::<Vec<_>>(), plain.map(|(at, _)| at).collect::<Vec<_>>());
        }
    }

    #[test]
    fn what_a_kind_cannot_tell_is_left_open() {
        let (word, line) = (TokenTest::Form(PredicateId(65)), TokenTest::Line(NumberTest::Equal(1)));
        let both = TokenTest::And(vec![word.clone(), line.clone()]);
        assert_eq!(both.of_kind(), word);
        assert_eq!((both.beyond_kind(), word.beyond_kind()), (Some(line.clone()), None));
        let either = TokenTest::Or(vec![word.clone(), line]);
        assert_eq!((either.of_kind(), either.beyond_kind()), (TokenTest::Any, Some(either)));
        assert_eq!(TokenTest::Not(Box::new(both)).of_kind(), TokenTest::Any);
        let not = TokenTest::Not(Box::new(word));
        assert_eq!(not.of_kind(), not);
    }

    #[test]
    fn a_kind_meets_what_its_forms_and_properties_say() {
        let (word, number) = (TokenTest::Form(PredicateId(65)), TokenTest::Class(Class::NUMBER.bits()));
        let tests = KindTests::new(vec![
            TokenTest::Any,
            word.clone(),
            TokenTest::Not(Box::new(number.clone())),
            TokenTest::And(vec![word.clone(), number.clone()]),
            TokenTest::Or(vec![word, number]),
            TokenTest::Or(Vec::new()),
        ]);
        assert_eq!((tests.len(), tests.words(), tests.classes()), (6, 1, Class::NUMBER.bits()));
        let met = |forms: &[u64], class: Class| -> Vec<u32> {
            let mut met = [0];
            tests.met(forms, class.bits(), &mut met);
            bits(&met).map(|at| at as u32).collect()
        };
        assert_eq!(met(&[0, 2], Class::WORD), [0, 1, 2, 4]);
        assert_eq!(met(&[0, 2], Class::NUMBER), [0, 1, 3, 4]);
        assert_eq!(met(&[], Class::WORD), [0, 2]);
    }
}
