//! [`Token`]: a piece of text without white space, with what its letters say.

use unicode_properties::{GeneralCategoryGroup, UnicodeGeneralCategory};

use crate::doc::schema::TokenFlag;
use crate::text::Span;

/// One token of a text.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Token {
    /// First byte.
    pub start: u32,
    /// One past the last byte.
    pub end: u32,
    /// What its letters and its place say.
    pub class: Class,
}

impl Token {
    /// Where it stands.
    #[must_use]
    pub const fn span(&self) -> Span {
        Span::new(self.start, self.end)
    }
}

/// A set of properties of a token.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default)]
pub struct Class(u16);

impl Class {
    /// Holds a letter.
    pub const WORD: Self = Self(1);
    /// Holds digits, and else only separators.
    pub const NUMBER: Self = Self(1 << 1);
    /// Punctuation.
    pub const PUNCT: Self = Self(1 << 2);
    /// Anything else.
    pub const SYMBOL: Self = Self(1 << 3);
    /// The first letter is a capital.
    pub const CAPITALIZED: Self = Self(1 << 4);
    /// Two letters or more, none of them small.
    pub const ALL_CAPS: Self = Self(1 << 5);
    /// Letters, none of them a capital.
    pub const LOWER: Self = Self(1 << 6);
    /// A small letter, and a capital that is not the first letter.
    pub const MIXED: Self = Self(1 << 7);
    /// First of its line.
    pub const LINE_START: Self = Self(1 << 8);
    /// Last of its line.
    pub const LINE_END: Self = Self(1 << 9);
    /// First of its sentence.
    pub const SENTENCE_START: Self = Self(1 << 10);
    /// Last of its sentence.
    pub const SENTENCE_END: Self = Self(1 << 11);

    /// The names of all properties, in the order of their bits.
    pub const NAMES: [&'static str; 12] = [
        "word",
        "number",
        "punct",
        "symbol",
        "capitalized",
        "allcaps",
        "lowercase",
        "mixed",
        "line-start",
        "line-end",
        "sentence-start",
        "sentence-end",
    ];

    /// The property behind a flag of the rule language.
    #[must_use]
    pub const fn of(flag: TokenFlag) -> Self {
        match flag {
            TokenFlag::Word => Self::WORD,
            TokenFlag::Number => Self::NUMBER,
            TokenFlag::Punct => Self::PUNCT,
            TokenFlag::Symbol => Self::SYMBOL,
            TokenFlag::Capitalized => Self::CAPITALIZED,
            TokenFlag::AllCaps => Self::ALL_CAPS,
            TokenFlag::Lowercase => Self::LOWER,
            TokenFlag::Mixed => Self::MIXED,
            TokenFlag::LineStart => Self::LINE_START,
            TokenFlag::LineEnd => Self::LINE_END,
            TokenFlag::SentenceStart => Self::SENTENCE_START,
        }
    }

    /// Whether all properties of `other` are here.
    #[must_use]
    pub const fn contains(self, other: Self) -> bool {
        self.0 & other.0 == other.0
    }

    /// Adds the properties of `other`.
    pub const fn insert(&mut self, other: Self) {
        self.0 |= other.0;
    }

    /// The properties as bits.
    #[must_use]
    pub const fn bits(self) -> u32 {
        self.0 as u32
    }

    /// The names of the properties that are here.
    pub fn names(self) -> impl Iterator<Item = &'static str> {
        Self::NAMES
            .into_iter()
            .enumerate()
            .filter(move |(bit, _)| self.0 >> bit & 1 == 1)
            .map(|(_, name)| name)
    }

    /// What [`Class::of_form`] says of a sign of ASCII alone.
    pub(super) const fn of_sign(sign: u8) -> Self {
        match sign {
            b'$' | b'+' | b'<' | b'=' | b'>' | b'^' | b'`' | b'|' | b'~' => Self::SYMBOL,
            b'!'..=b'/' | b':'..=b'@' | b'['..=b'_' | b'{'..=b'}' => Self::PUNCT,
            _ => Self::SYMBOL,
        }
    }

    /// What the letters of a form say. O(n).
    #[must_use]
    pub fn of_form(form: &str) -> Self {
        if form.is_ascii() { count_ascii(form.as_bytes()).class() } else { count(form).class() }
    }
}

/// How many characters of each kind a form has.
#[derive(Default)]
struct Counts {
    letters: u32,
    upper: u32,
    lower: u32,
    digits: u32,
    others: u32,
    punct: u32,
    first_is_upper: bool,
}

impl Counts {
    fn letter(&mut self, upper: bool, lower: bool) {
        self.first_is_upper |= self.letters == 0 && upper;
        self.letters += 1;
        self.upper += u32::from(upper);
        self.lower += u32::from(lower);
    }

    fn class(&self) -> Class {
        let mut class = Class::default();
        if self.letters > 0 {
            class.insert(Class::WORD);
        } else if self.digits > 0 {
            class.insert(Class::NUMBER);
        } else if self.punct > 0 && self.others == 0 {
            class.insert(Class::PUNCT);
        } else {
            class.insert(Class::SYMBOL);
        }
        if self.first_is_upper {
            class.insert(Class::CAPITALIZED);
        }
        if self.upper > 1 && self.upper == self.letters {
            class.insert(Class::ALL_CAPS);
        }
        if self.lower > 0 && self.upper == 0 {
            class.insert(Class::LOWER);
        }
        if self.lower > 0 && self.upper > u32::from(self.first_is_upper) {
            class.insert(Class::MIXED);
        }
        class
    }
}

fn count_ascii(form: &[u8]) -> Counts {
    let mut counts = Counts::default();
    for byte in form {
        match byte {
            b'A'..=b'Z' => counts.letter(true, false),
            b'a'..=b'z' => counts.letter(false, true),
            b'0'..=b'9' => counts.digits += 1,
            sign if Class::of_sign(*sign).contains(Class::PUNCT) => counts.punct += 1,
            _ => counts.others += 1,
        }
    }
    counts
}

fn count(form: &str) -> Counts {
    let mut counts = Counts::default();
    for c in form.chars() {
        if c.is_alphabetic() && c.general_category_group() != GeneralCategoryGroup::Mark {
            counts.letter(c.is_uppercase(), c.is_lowercase());
            continue;
        }
        match c.general_category_group() {
            GeneralCategoryGroup::Number => counts.digits += 1,
            GeneralCategoryGroup::Punctuation => counts.punct += 1,
            // Marks and format characters belong to the letter before them.
            GeneralCategoryGroup::Mark | GeneralCategoryGroup::Other => {}
            GeneralCategoryGroup::Letter | GeneralCategoryGroup::Separator | GeneralCategoryGroup::Symbol => {
                counts.others += 1
            }
        }
    }
    counts
}

/// The shape of a form: `X` for a capital, `x` for a small letter, `d` for a
/// digit, anything else as it is; of a run of one kind at most four are kept.
///
/// ```
/// use spanwright::prep::shape;
/// assert_eq!(shape("Politburo"), "Xxxxx");
/// assert_eq!(shape("117/2024"), "ddd/dddd");
/// ```
#[must_use]
pub fn shape(form: &str) -> String {
    let (mut shape, mut last, mut run) = (String::with_capacity(form.len()), '\0', 0);
    for c in form.chars() {
        let kind = match c {
            c if c.is_uppercase() => 'X',
            c if c.is_alphabetic() => 'x',
            c if c.is_numeric() => 'd',
            other => other,
        };
        run = if kind == last { run + 1 } else { 1 };
        last = kind;
        if run <= 4 {
            shape.push(kind);
        }
    }
    shape
}
