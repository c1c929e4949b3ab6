//! Cuts a text into tokens and loses nothing: tokens and white space tile it.
//!
//! The cut is that of Unicode word boundaries (UAX #29), but for what reports
//! are full of:
//!
//! - hyphens, dashes, slashes, colons and semicolons are tokens of their own
//!   (`18 - NQ / TW`, `14 : 34`);
//! - the possessive is cut off (`Committee 's`, `Farmers '`);
//! - a number and its unit are two (`27,300 ha`, `VNĐ 30.9`), an ordinal, a
//!   single capital and a mixed form stay whole (`14th`, `5G`, `QH15`);
//! - an abbreviation keeps its dot (`No.` before a digit, `Dr.`, `p.m.`);
//! - a web address or e-mail address is one token;
//! - dots in a row are one token.

use unicode_properties::{GeneralCategoryGroup, UnicodeGeneralCategory};
use unicode_segmentation::UnicodeSegmentation;

use super::plain_run::PlainRun;
use super::token::{Class, Token};

/// Abbreviations that keep their dot wherever they stand.
static ABBREVIATIONS: [u64; 32] = packed([
    "assoc", "co", "corp", "dr", "etc", "fig", "gen", "gov", "inc", "jr", "lt", "ltd", "messrs", "mr", "mrs",
    "ms", "ph", "prof", "rev", "sen", "sgt", "sr", "st", "vs", "jan", "feb", "apr", "aug", "sept", "oct",
    "nov", "dec",
]);

/// Bytes of the longest abbreviation, without its dot, that has none inside.
const LONGEST_ABBREVIATION: usize = 6;

/// Abbreviations that keep their dot before a number.
static BEFORE_NUMBERS: [u64; 8] = packed(["no", "nos", "art", "km", "vol", "p", "pp", "tel"]);

/// What makes a number an ordinal.
static ORDINALS: [u64; 4] = packed(["st", "nd", "rd", "th"]);

/// Letters that stand directly before an amount.
const CURRENCIES: &[&str] = &["VND", "VNĐ", "USD", "EUR", "US", "GBP", "JPY", "CNY", "Rs"];

/// What a character is to the tokenizer.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Kind {
    /// White space: between tokens.
    Space,
    /// Letters, digits, marks, `_`.
    Word,
    /// `'` and its typographic forms.
    Apostrophe,
    /// `.`
    Dot,
    /// `,`
    Comma,
    /// A sign of ASCII: a token of its own.
    Single,
    /// Signs beyond ASCII with what only changes them: cut where Unicode cuts.
    Other,
}

/// Appends the tokens of `text`, in order. O(n).
///
/// ```
/// use spanwright::prep::tokenize;
/// let text = "BHG's 27,300ha";
/// let mut tokens = Vec::new();
/// tokenize(text, &mut tokens);
/// let forms: Vec<&str> = tokens.iter().filter_map(|t| t.span().slice(text)).collect();
/// assert_eq!(forms, ["BHG", "'s", "27,300", "ha"]);
/// ```
pub fn tokenize(text: &str, tokens: &mut Vec<Token>) {
    Cutter {
        text,
        bytes: text.as_bytes(),
        tokens,
        ascii_words: true,
        has_at: memchr::memchr(b'@', text.as_bytes()).is_some(),
    }
    .run();
}

/// The same with every word put to the Unicode rules: the plain version that
/// [`tokenize`] is tested against.
pub fn tokenize_plainly(text: &str, tokens: &mut Vec<Token>) {
    Cutter { text, bytes: text.as_bytes(), tokens, ascii_words: false, has_at: true }.run();
}

struct Cutter<'a> {
    text: &'a str,
    bytes: &'a [u8],
    tokens: &'a mut Vec<Token>,
    /// Whether a run of ASCII letters and digits is known to be one word.
    ascii_words: bool,
    /// Whether e-mail addresses may be in the text.
    has_at: bool,
}

impl Cutter<'_> {
    fn run(&mut self) {
        let mut at = 0;
        while let Some(&byte) = self.bytes.get(at) {
            let kind = ASCII_KINDS[usize::from(byte)];
            if kind == Kind::Space {
                at += 1;
                continue;
            }
            if kind == Kind::Word
                && self.ascii_words
                && let Some(next) = self.plain_word(at)
            {
                at = next;
                continue;
            }
            let (kind, len) = self.kind(at);
            if kind == Kind::Space {
                at += len;
                continue;
            }
            let opens = kind == Kind::Word && self.opens(at);
            if opens && let Some(end) = self.address(at) {
                self.push(at, end);
                at = end;
                continue;
            }
            at = match kind {
                Kind::Word => self.word(at),
                Kind::Apostrophe => self.apostrophe(at, len),
                Kind::Dot => self.dots(at),
                Kind::Other => self.others(at, len),
                Kind::Comma | Kind::Single | Kind::Space => {
                    let class = Class::of_sign(self.bytes[at]);
                    self.tokens.push(Token { start: at as u32, end: (at + len) as u32, class });
                    at + len
                }
            };
        }
    }

    /// Takes the nearly always plain case whole: letters alone or digits alone,
    /// before something that cannot join them to what follows or make them the
    /// head of an address. Returns where to go on: at the end, or after the space there.
    #[inline]
    fn plain_word(&mut self, start: usize) -> Option<usize> {
        let PlainRun { len, kinds } = PlainRun::new(self.bytes, start);
        let end = start + len;
        let class = PLAIN[kinds % PlainRun::KINDS]?;
        let next = self.bytes.get(end).copied().unwrap_or(b' ');
        if MAY_JOIN[usize::from(next)] && !self.stands_alone(start, end) {
            return None;
        }
        self.tokens.push(Token { start: start as u32, end: end as u32, class });
        match next {
            b'.' if len <= LONGEST_ABBREVIATION => Some(self.abbreviation(end)),
            _ => Some(end + usize::from(next == b' ')),
        }
    }

    /// Whether letters alone or digits alone are a token, whatever stands after them.
    fn stands_alone(&self, start: usize, end: usize) -> bool {
        match self.bytes.get(end) {
            Some(b',') => !self.may_go_on(end + 1),
            Some(b'.') => {
                let is_web = end - start == 3 && self.bytes[start].eq_ignore_ascii_case(&b'w');
                !self.may_go_on(end + 1) && !self.has_at && !is_web
            }
            Some(b'-' | b'+' | b'%') => !self.has_at,
            Some(b'\'') => !self.may_go_on(end + 1) || self.is_possessive(end + 1),
            // `http://`
            Some(b':') => self.bytes.get(end + 1) != Some(&b'/'),
            Some(b'_' | b'@' | 128..) => false,
            Some(_) | None => true,
        }
    }

    /// Whether what stands here may go on with a word that a dot or the like joins.
    #[inline]
    fn may_go_on(&self, at: usize) -> bool {
        self.bytes.get(at).is_some_and(|&byte| byte >= 128 || ascii_kind(byte) == Kind::Word)
    }

    fn push(&mut self, start: usize, end: usize) {
        let class = Class::of_form(&self.text[start..end]);
        self.tokens.push(Token { start: start as u32, end: end as u32, class });
    }

    fn kind(&self, at: usize) -> (Kind, usize) {
        match self.bytes.get(at) {
            None => (Kind::Space, 0),
            Some(&byte) if byte < 128 => (ASCII_KINDS[usize::from(byte)], 1),
            Some(_) => {
                self.text[at..].chars().next().map_or((Kind::Space, 0), |c| (wide_kind(c), c.len_utf8()))
            }
        }
    }

    /// Whether what stands before `at` lets an address begin.
    fn opens(&self, at: usize) -> bool {
        let Some(before) = self.text[..at].chars().next_back() else { return true };
        let kind = if before.is_ascii() { ascii_kind(before as u8) } else { wide_kind(before) };
        let signs = ['(', '<', '[', '"', '\'', ':', ',', ';', '“', '‘', '«'];
        kind == Kind::Space || signs.contains(&before)
    }

    /// The end of the web or e-mail address that begins here.
    fn address(&self, at: usize) -> Option<usize> {
        let rest = &self.text[at..];
        let first = rest.as_bytes()[0];
        let stop =
            |c: char| c.is_whitespace() || matches!(c, '\u{200b}' | '<' | '>' | '"' | '“' | '”' | '«' | '»');
        let is_web = matches!(first, b'h' | b'H' | b'w' | b'W' | b'f')
            && ["http://", "https://", "ftp://", "www."]
                .iter()
                .any(|head| rest.get(..head.len()).is_some_and(|start| start.eq_ignore_ascii_case(head)));
        if is_web {
            let end = rest.find(stop).unwrap_or(rest.len());
            return Some(at + trim_address(&rest[..end]));
        }
        let name = rest.bytes().take_while(|b| b.is_ascii_alphanumeric() || b"._%+-".contains(b)).count();
        if name == 0 || rest.as_bytes().get(name) != Some(&b'@') {
            return None;
        }
        let host = &rest[name + 1..];
        let len = host.bytes().take_while(|b| b.is_ascii_alphanumeric() || b".-".contains(b)).count();
        let host = host[..len].trim_end_matches(['.', '-']);
        let is_host = host.contains('.') && !host.starts_with('.');
        is_host.then(|| at + name + 1 + host.len())
    }

    /// Cuts a word, and joins to it what dots, commas and apostrophes join.
    fn word(&mut self, start: usize) -> usize {
        let mut end = start;
        loop {
            end = self.run_end(end);
            let (kind, len) = self.kind(end);
            let next = end + len;
            if self.kind(next).0 != Kind::Word || !self.joins(end, next, kind) {
                break;
            }
            end = next;
        }
        self.pieces(start, end);
        self.abbreviation(end)
    }

    fn run_end(&self, mut at: usize) -> usize {
        loop {
            match self.kind(at) {
                (Kind::Word, len) => at += len,
                _ => return at,
            }
        }
    }

    /// Whether the character between `end` and `next` joins the two sides.
    fn joins(&self, end: usize, next: usize, kind: Kind) -> bool {
        // The way back to a base is long where all is marks: what joins nothing must not ask for it.
        if matches!(kind, Kind::Space | Kind::Word | Kind::Single | Kind::Other) {
            return false;
        }
        let before = last_base(&self.text[..end]);
        let after = self.text[next..].chars().next();
        let (Some(before), Some(after)) = (before, after) else { return false };
        let digits = before.is_numeric() && after.is_numeric();
        let letters = before.is_alphabetic() && after.is_alphabetic();
        match kind {
            Kind::Comma => digits,
            Kind::Dot => digits || letters,
            Kind::Apostrophe => letters && !self.is_possessive(next),
            Kind::Space | Kind::Word | Kind::Single | Kind::Other => false,
        }
    }

    /// Whether an `s` at `at` is all that follows the apostrophe.
    fn is_possessive(&self, at: usize) -> bool {
        matches!(self.bytes.get(at), Some(b's' | b'S')) && self.kind(at + 1).0 != Kind::Word
    }

    /// Pushes the tokens of a joined word: one, or several where Unicode or
    /// the line between number and letters cuts it.
    fn pieces(&mut self, start: usize, end: usize) {
        let word = &self.text[start..end];
        if self.ascii_words && word.is_ascii() {
            self.cut_amount(start, end);
            return;
        }
        let mut from = start;
        let mut runs: Vec<(usize, usize)> = Vec::new();
        for piece in word.split_word_bounds() {
            let to = from + piece.len();
            // A joint that Unicode would not make, such as a dot in `T.H` before
            // a digit, stays where the joining rules put it.
            match runs.last_mut() {
                Some(last) if self.is_joint(from, to, end) => last.1 = to,
                _ => runs.push((from, to)),
            }
            from = to;
        }
        for (from, to) in runs {
            self.cut_amount(from, to);
        }
    }

    /// Whether a piece that is not the first, or the one before it, is a joint inside a
    /// joined word.
    fn is_joint(&self, from: usize, to: usize, end: usize) -> bool {
        let joint = |at: usize| !matches!(self.kind(at).0, Kind::Word);
        (joint(from) && to < end) || self.text[..from].chars().next_back().is_some_and(is_joint_char)
    }

    /// Parts a number from the letters after it, and a currency from its amount.
    fn cut_amount(&mut self, start: usize, end: usize) {
        let form = &self.text[start..end];
        let cut = match form.chars().next() {
            Some(first) if first.is_numeric() => unit_cut(form),
            Some(_) => currency_cut(form),
            None => None,
        };
        match cut {
            Some(cut) => {
                self.push(start, start + cut);
                self.push(start + cut, end);
            }
            None => self.push(start, end),
        }
    }

    /// Takes the dot after the last token into it if that is an abbreviation.
    fn abbreviation(&mut self, end: usize) -> usize {
        if self.bytes.get(end) != Some(&b'.') || self.bytes.get(end + 1) == Some(&b'.') {
            return end;
        }
        let Some(token) = self.tokens.last_mut() else { return end };
        let form = &self.text[token.start as usize..end];
        let is_dotted = form.contains('.') && form.split('.').all(|part| part.chars().count() == 1);
        let before_number = || {
            let rest = self.text[end + 1..].trim_start_matches(|c: char| c.is_whitespace() && c != '\n');
            // Alone, as rules write it, it is the abbreviation too.
            rest.is_empty() || rest.starts_with(char::is_numeric)
        };
        let keeps = (is_dotted && form.chars().all(|c| c == '.' || c.is_alphabetic()))
            || is_in(&ABBREVIATIONS, form)
            || (is_in(&BEFORE_NUMBERS, form) && before_number());
        if keeps {
            token.end += 1;
            return end + 1;
        }
        end
    }

    fn apostrophe(&mut self, at: usize, len: usize) -> usize {
        let after_word = self.tokens.last().is_some_and(|token| token.end as usize == at);
        let end = if after_word && self.is_possessive(at + len) { at + len + 1 } else { at + len };
        self.push(at, end);
        end
    }

    fn dots(&mut self, at: usize) -> usize {
        let end = at + self.bytes[at..].iter().take_while(|&&byte| byte == b'.').count();
        self.push(at, end);
        end
    }

    /// Takes signs with the marks on them; the first is one.
    fn others(&mut self, at: usize, len: usize) -> usize {
        let mut end = at + len;
        loop {
            let (kind, len) = self.kind(end);
            let extends = kind == Kind::Word && self.text[end..].chars().next().is_some_and(extends);
            if kind != Kind::Other && !extends {
                break;
            }
            end += len;
        }
        if end == at + len {
            self.push(at, end);
            return end;
        }
        let mut from = at;
        for piece in self.text[at..end].split_word_bounds() {
            self.push(from, from + piece.len());
            from += piece.len();
        }
        end
    }
}

/// What each byte is; one that is not ASCII counts as part of some other character.
static ASCII_KINDS: [Kind; 256] = {
    let mut table = [Kind::Other; 256];
    let mut byte = 0;
    while byte < 128 {
        table[byte] = ascii_kind(byte as u8);
        byte += 1;
    }
    table
};

/// The bytes that may join what stands before them to what follows, or make it the head of
/// an address.
static MAY_JOIN: [bool; 256] = {
    let mut table = [false; 256];
    let mut byte = 0;
    while byte < 256 {
        table[byte] =
            matches!(byte as u8, b',' | b'.' | b'-' | b'+' | b'%' | b'\'' | b':' | b'_' | b'@' | 128..);
        byte += 1;
    }
    table
};

/// The classes of forms of letters alone, or digits alone, by the kinds of them; nothing for
/// those of both.
static PLAIN: [Option<Class>; PlainRun::KINDS] = {
    let mut table = [None; PlainRun::KINDS];
    table[PlainRun::DIGITS] = Some(Class::NUMBER);
    let mut kinds = 1;
    while kinds < PlainRun::DIGITS {
        let mut class = Class::WORD;
        let (first, later) = (kinds & PlainRun::FIRST_CAPITAL != 0, kinds & PlainRun::LATER_CAPITALS != 0);
        let small = kinds & PlainRun::SMALL != 0;
        if first {
            class.insert(Class::CAPITALIZED);
        }
        if later && !small {
            class.insert(Class::ALL_CAPS);
        }
        if !first && !later {
            class.insert(Class::LOWER);
        }
        if later && small {
            class.insert(Class::MIXED);
        }
        table[kinds] = Some(class);
        kinds += 1;
    }
    table
};

fn is_joint_char(c: char) -> bool {
    matches!(c, '.' | ',' | '\'' | '’' | '‘' | 'ʼ' | '＇')
}

/// The last character that is no mark and no format character.
fn last_base(text: &str) -> Option<char> {
    text.chars().rev().find(|&c| !extends(c))
}

/// Whether a character only changes the one before it.
fn extends(c: char) -> bool {
    !c.is_ascii()
        && (c.general_category_group() == GeneralCategoryGroup::Mark
            || (c.general_category_group() == GeneralCategoryGroup::Other && !c.is_alphanumeric()))
}

/// Words of up to eight ASCII letters, each as one number: a list is looked through
/// at a comparison a word.
const fn packed<const N: usize>(words: [&str; N]) -> [u64; N] {
    let (mut all, mut at) = ([0; N], 0);
    while at < N {
        all[at] = packed_word(words[at].as_bytes());
        at += 1;
    }
    all
}

/// A word of up to eight ASCII characters as a number, its letters small; 0 where it
/// is longer.
const fn packed_word(word: &[u8]) -> u64 {
    let (mut number, mut at) = (0, 0);
    while at < word.len() && word.len() <= 8 {
        number = number << 8 | word[at].to_ascii_lowercase() as u64;
        at += 1;
    }
    number
}

/// Whether a word is in a list of words in small ASCII letters, be it in capitals.
fn is_in(words: &[u64], form: &str) -> bool {
    let number = match form.is_ascii() {
        true => packed_word(form.as_bytes()),
        // Some other letters have small ones that are ASCII, as the sign of Kelvin has.
        false => Some(form.to_lowercase())
            .filter(|lower| lower.is_ascii())
            .map_or(0, |lower| packed_word(lower.as_bytes())),
    };
    number != 0 && words.contains(&number)
}

/// Where the letters of `27,300ha` or `30days` begin, if they are a unit.
fn unit_cut(form: &str) -> Option<usize> {
    // A sign may be number and letter in one.
    let cut = form.find(|c: char| c.is_alphabetic()).filter(|&cut| cut > 0)?;
    let (number, letters) = form.split_at(cut);
    let has_point = number.contains(['.', ',']);
    let is_unit =
        letters.chars().all(|c| c.is_alphabetic() || extends(c)) || matches!(letters, "m2" | "m3" | "km2");
    let is_ordinal = is_in(&ORDINALS, letters);
    let is_single = letters.chars().count() == 1 && letters.chars().all(char::is_uppercase);
    (is_unit && !is_ordinal && (has_point || !is_single)).then_some(cut)
}

/// Where the amount of `VNĐ30.9` begins.
fn currency_cut(form: &str) -> Option<usize> {
    let cut = form.find(|c: char| c.is_numeric())?;
    let (letters, number) = form.split_at(cut);
    let is_amount = number.chars().all(|c| c.is_numeric() || matches!(c, '.' | ','));
    let has_point = number.contains(['.', ',']) && !letters.contains(['.', ',']);
    (is_amount && (has_point || CURRENCIES.contains(&letters))).then_some(cut)
}

/// The length of an address without the punctuation that ends the sentence. A
/// bracket that closes is such, unless the address opens one.
fn trim_address(address: &str) -> usize {
    let opens = address.contains('(');
    let ends = |c: char| matches!(c, '.' | ',' | ';' | ':' | '!' | '?' | '\'' | '’' | '…' | ']' | '}');
    address.trim_end_matches(|c| ends(c) || (c == ')' && !opens)).len()
}

const fn ascii_kind(byte: u8) -> Kind {
    match byte {
        b'\t'..=b'\r' | b' ' => Kind::Space,
        b'0'..=b'9' | b'A'..=b'Z' | b'a'..=b'z' | b'_' => Kind::Word,
        b'\'' => Kind::Apostrophe,
        b'.' => Kind::Dot,
        b',' => Kind::Comma,
        _ => Kind::Single,
    }
}

fn wide_kind(c: char) -> Kind {
    match c {
        '’' | '‘' | 'ʼ' | '＇' => Kind::Apostrophe,
        '\u{200b}' => Kind::Space,
        c if c.is_whitespace() => Kind::Space,
        c if c.is_alphanumeric() || extends(c) => Kind::Word,
        _ => Kind::Other,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_are_found_in_lists_whatever_their_capitals() {
        for form in ["mr", "Mr", "MESSRS", "sept"] {
            assert!(is_in(&ABBREVIATIONS, form), "{form}");
        }
        for form in ["", "m", "mrx", "messrsxx", "messrsxxx", "m\0", "mř", "\u{1f1f2}r"] {
            assert!(!is_in(&ABBREVIATIONS, form), "{form}");
        }
        // The sign of Kelvin, whose small letter is that of ASCII.
        assert!(is_in(&BEFORE_NUMBERS, "\u{212a}m"));
    }

    #[test]
    fn no_abbreviation_is_longer_than_the_longest() {
        let longest = ABBREVIATIONS.iter().chain(&BEFORE_NUMBERS).max().copied();
        assert_eq!(longest.map(|word| word.leading_zeros() as usize / 8), Some(8 - LONGEST_ABBREVIATION));
    }

    #[test]
    fn words_before_signs_are_cut_alike_the_short_way() {
        let texts = [
            "a.-b@c.de",
            "a-.b@c.de",
            "a+b@c.de",
            "5%x@c.de",
            "a.b@c.de d.",
            "x@y z.-w",
            "www.)x",
            "WWW.!x",
            "wwx.)y",
            "www.",
            "www. x",
            "http://a.b",
            "ftp:x",
            "http:/",
            "a:b",
            "a,b",
            "1,5",
            "1,b",
            "a.b",
            "1.5",
            "1.b",
            "a.é",
            "a,é",
            "é.a",
            "it's",
            "a's.",
            "a'",
            "a'sx",
            "a'é",
            "1's",
            "a'1",
            "Mr. X",
            "No. 5",
            "a..b",
            "a_b",
            "A",
            "AB",
            "Ab",
            "aB",
            "ABc",
            "aBCDEFGHIJ",
            "ABCDEFGHIJ",
            "Abcdefghij",
            "12345678901",
        ];
        for text in texts {
            let (mut short, mut plain) = (Vec::new(), Vec::new());
            tokenize(text, &mut short);
            tokenize_plainly(text, &mut plain);
            assert_eq!(short, plain, "{text:?}");
        }
    }

    #[test]
    fn a_sign_has_the_class_of_its_form() {
        for sign in (0..128).filter(|sign| ascii_kind(*sign) == Kind::Single || *sign == b',') {
            let form = char::from(sign).to_string();
            let mut tokens = Vec::new();
            tokenize(&form, &mut tokens);
            assert_eq!(
                tokens.iter().map(|token| token.class).collect::<Vec<_>>(),
                [Class::of_form(&form)],
                "{form:?}"
            );
        }
    }
}
