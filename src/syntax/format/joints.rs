//! What may stand between each lexeme of an item and the one before it.

use super::super::lexer::{Kind, Lexeme};

/// What stands between a lexeme and the one before it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Joint {
    /// Nothing.
    Glued,
    /// Nothing, or the author's line break.
    Tight,
    /// A space.
    Fixed,
    /// A space, or the author's line break.
    Spaced,
    /// A space, or a line break in a body of several lines. What follows on
    /// further lines is indented deeper where it hangs on a keyword.
    Clause { hangs: bool },
}

/// What a lexeme opens or closes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Nesting {
    Flat,
    Open,
    Close,
    OpenBody,
    CloseBody,
}

/// How a lexeme is set.
#[derive(Clone, Copy, Debug)]
pub(super) struct Setting {
    pub(super) joint: Joint,
    pub(super) nesting: Nesting,
}

/// Words that begin clauses, by item. Items that are not named here know them all.
const CLAUSES: [(&str, &[&str]); 7] = [
    ("gazetteer", &["file", "match", "set", "value"]),
    ("regex", &["match", "set", "value"]),
    ("rule", &["where", "set", "value"]),
    ("drop", &["where"]),
    ("context", &["cue", "scope", "on", "set", "value"]),
    ("link", &["by", "spread"]),
    ("test", &["none"]),
];
const ALL_CLAUSES: &[&str] =
    &["where", "set", "value", "file", "match", "by", "spread", "none", "cue", "scope", "stop", "on"];

/// Says for each lexeme of one item how it is set.
pub(super) fn settings(item: &[Lexeme]) -> Vec<Setting> {
    let kind = item.first().map_or("", |lexeme| word(lexeme).unwrap_or(""));
    let clauses = CLAUSES.iter().find(|(name, _)| *name == kind).map_or(ALL_CLAUSES, |(_, words)| words);
    let mut walk = Walk { item, kind, clauses, part: Part::Head, clause: "", open: Vec::new(), before: None };
    (0..item.len()).map(|at| walk.step(at)).collect()
}

/// What a lexeme does to the white space around it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Sign {
    /// Names, strings, numbers and what else stands for itself.
    Word,
    Open(Bracket),
    Close(Bracket),
    /// `? * +`
    Repeat,
    /// The `=` of `x=PERSON`.
    Bind,
    /// Stands between spaces.
    Operator,
    Dot,
    Not,
    Comma,
    Colon,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Bracket {
    Round,
    /// `(?=` and its like.
    Look,
    Square,
    Angle,
    /// `{2,4}`
    Bounds,
    Body,
}

/// The part of an item in which a lexeme stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Part {
    /// Up to the body, or to the `=` of a `let`.
    Head,
    Pattern,
    /// After `where`.
    Facts,
    /// After `set`, `value`.
    Value,
    /// After `=>`.
    Relation,
    /// Words and strings.
    Words,
}

/// A walk over the lexemes of an item.
struct Walk<'a> {
    item: &'a [Lexeme],
    kind: &'a str,
    clauses: &'static [&'static str],
    part: Part,
    /// The keyword of the current clause; empty where it has none.
    clause: &'a str,
    open: Vec<Bracket>,
    before: Option<Sign>,
}

impl Walk<'_> {
    fn step(&mut self, at: usize) -> Setting {
        let sign = self.sign(at);
        if matches!(sign, Sign::Close(_)) {
            self.open.pop();
        }
        let joint = self.joint(at, sign);
        let nesting = match sign {
            Sign::Open(Bracket::Body) => Nesting::OpenBody,
            Sign::Close(Bracket::Body) => Nesting::CloseBody,
            Sign::Open(_) => Nesting::Open,
            Sign::Close(_) => Nesting::Close,
            _ => Nesting::Flat,
        };
        if let Sign::Open(bracket) = sign {
            self.open.push(bracket);
        }
        if sign == Sign::Open(Bracket::Body) {
            let holds_pattern = !["gazetteer", "regex", "link", "test", "context"].contains(&self.kind);
            self.part = if holds_pattern { Part::Pattern } else { Part::Words };
        } else if self.part == Part::Head && sign == Sign::Operator && self.kind == "let" {
            self.part = Part::Pattern;
        }
        self.before = Some(sign);
        Setting { joint, nesting }
    }

    fn sign(&self, at: usize) -> Sign {
        let Kind::Mark(mark) = self.item[at].kind else { return Sign::Word };
        match mark {
            "(" => Sign::Open(Bracket::Round),
            "(?=" | "(?!" | "(?<=" | "(?<!" => Sign::Open(Bracket::Look),
            "[" => Sign::Open(Bracket::Square),
            "{" if self.begins_bounds(at) => Sign::Open(Bracket::Bounds),
            "{" => Sign::Open(Bracket::Body),
            "<" if !self.is_comparison(at) => Sign::Open(Bracket::Angle),
            ">" if self.open.last() == Some(&Bracket::Angle) => Sign::Close(Bracket::Angle),
            ")" | "]" | "}" => Sign::Close(self.open.last().copied().unwrap_or(Bracket::Body)),
            "=" if !self.is_comparison(at) => Sign::Bind,
            "?" | "*" | "+" => Sign::Repeat,
            // `"a"#2` with a space before `#` would be a comment.
            "." | "#" => Sign::Dot,
            "!" => Sign::Not,
            "," => Sign::Comma,
            ":" => Sign::Colon,
            "..." | "^" | "$" | "^s" | "$s" => Sign::Word,
            _ => Sign::Operator,
        }
    }

    /// `{2}`, `{2,}`, `{2,4}`
    fn begins_bounds(&self, at: usize) -> bool {
        let after = |by: usize| self.item.get(at + by).map(|lexeme| &lexeme.kind);
        matches!(after(1), Some(Kind::Number(_))) && matches!(after(2), Some(Kind::Mark("," | "}")))
    }

    /// Whether `=` or `<` compares or assigns; else it binds or opens.
    fn is_comparison(&self, at: usize) -> bool {
        match self.part {
            _ if self.open.contains(&Bracket::Square) => true,
            Part::Pattern => false,
            // `x.text = "a"`, but `x=PERSON`.
            Part::Facts => at >= 2 && self.item[at - 2].kind == Kind::Mark("."),
            Part::Head | Part::Value | Part::Relation | Part::Words => true,
        }
    }

    fn joint(&mut self, at: usize, sign: Sign) -> Joint {
        use Bracket::{Angle, Body, Bounds, Look, Round, Square};
        use Sign::{Bind, Close, Colon, Comma, Dot, Not, Open, Repeat};
        let Some(before) = self.before else { return Joint::Fixed };
        if let Some(hangs) = self.begins_clause(at, before, sign) {
            return Joint::Clause { hangs };
        }
        match (before, sign) {
            (Open(Body), Close(Body)) => Joint::Tight,
            (_, Repeat | Comma | Colon | Dot | Bind | Open(Bounds) | Close(Bounds)) => Joint::Glued,
            (Dot | Not | Bind | Open(Bounds | Angle), _) => Joint::Glued,
            (Comma, _) if self.open.last() == Some(&Bounds) => Joint::Glued,
            (Open(Round | Square), _) | (_, Close(Round | Look | Square | Angle)) => Joint::Tight,
            (_, Open(Square)) if self.touches_name(at) => Joint::Glued,
            (_, Open(Round)) if self.is_call(at) => Joint::Glued,
            _ if self.part == Part::Head || self.item[at].kind == Kind::Mark("=") => Joint::Fixed,
            _ => Joint::Spaced,
        }
    }

    /// Whether the lexeme touches a name: `ORG[id = "x"]` is another pattern
    /// than `ORG [id = "x"]`.
    fn touches_name(&self, at: usize) -> bool {
        let before = &self.item[at - 1];
        word(before).is_some() && before.span.end == self.item[at].span.start
    }

    /// Whether a round bracket holds arguments, as in `date()` and `PART_OF(a, b)`.
    fn is_call(&self, at: usize) -> bool {
        let Some(name) = word(&self.item[at - 1]) else { return false };
        match self.part {
            _ if self.open.contains(&Bracket::Square) => false,
            Part::Value | Part::Relation => true,
            Part::Facts => !["where", "and", "or", "not", "in"].contains(&name) && self.touches_name(at),
            Part::Head | Part::Words => self.touches_name(at),
            Part::Pattern => false,
        }
    }

    /// Whether a clause begins here, and if so, whether it hangs on a keyword.
    fn begins_clause(&mut self, at: usize, before: Sign, sign: Sign) -> Option<bool> {
        if self.open != [Bracket::Body] || matches!(sign, Sign::Close(_)) {
            return None;
        }
        let is_first = before == Sign::Open(Bracket::Body);
        let (begins, clause, part) = match &self.item[at].kind {
            Kind::Name(name) => match self.clauses.iter().find(|word| *word == name) {
                Some(clause) => (!self.is_operand(at, before), *clause, part_of(clause)),
                None => return is_first.then_some(false),
            },
            Kind::Mark(mark @ ("=>" | "==")) => (true, *mark, Part::Relation),
            Kind::Text(..) if self.kind == "gazetteer" => {
                let is_phrase = match word(&self.item[at - 1]) {
                    Some(_) => self.clause == "match",
                    None => before != Sign::Operator,
                };
                // Only the first of several phrases begins a clause.
                (is_phrase && (is_first || !self.clause.is_empty()), "", Part::Words)
            }
            Kind::Text(..) if self.kind == "test" => (word(&self.item[at - 1]).is_none(), "", Part::Words),
            Kind::Regex(..) if self.kind == "regex" => (before != Sign::Operator, "", Part::Words),
            _ => return is_first.then_some(false),
        };
        if begins {
            self.clause = clause;
            self.part = part;
        }
        begins.then_some(!clause.is_empty())
    }

    /// Whether a word that may begin a clause is only what another word speaks
    /// of, such as the second of `spread value` and `set value`.
    fn is_operand(&self, at: usize, before: Sign) -> bool {
        let follows_keyword = word(&self.item[at - 1]).is_some_and(|word| word == self.clause);
        follows_keyword || matches!(before, Sign::Dot | Sign::Bind | Sign::Operator | Sign::Comma)
    }
}

/// The part of an item that a keyword begins.
fn part_of(clause: &str) -> Part {
    match clause {
        "where" => Part::Facts,
        "set" | "value" => Part::Value,
        "cue" | "stop" => Part::Pattern,
        _ => Part::Words,
    }
}

fn word(lexeme: &Lexeme) -> Option<&str> {
    match &lexeme.kind {
        Kind::Name(name) => Some(name),
        _ => None,
    }
}
