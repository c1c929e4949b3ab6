//! Numbers, shares, money and quantities.

use super::Context;
use super::decimal::Decimal;
use super::words::{self, scale, unit};
use crate::doc::Value;

/// An amount, or a range of two.
struct Amount {
    low: Decimal,
    high: Option<Decimal>,
}

impl std::fmt::Display for Amount {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self.high {
            Some(high) => write!(f, "{}/{high}", self.low),
            None => write!(f, "{}", self.low),
        }
    }
}

/// Pieces of a text: numbers, words, marks.
fn pieces(text: &str) -> Vec<String> {
    let mut pieces: Vec<String> = Vec::new();
    let mut kind = ' ';
    let chars: Vec<char> = text.chars().collect();
    for (at, &c) in chars.iter().enumerate() {
        let next_is_digit = chars.get(at + 1).is_some_and(char::is_ascii_digit);
        let this = match c {
            c if c.is_ascii_digit() => 'd',
            '.' | ',' if kind == 'd' && next_is_digit => 'd',
            // A digit in a unit: `m3`, `km2`.
            c if c.is_alphabetic() || c == '²' || c == '³' => 'w',
            c if c.is_whitespace() => ' ',
            _ => 'm',
        };
        let joins = (this == kind && this != 'm') || (this == 'd' && kind == 'w' && is_power(&chars, at));
        match pieces.last_mut() {
            Some(last) if joins && this != ' ' => last.push(c),
            _ if this != ' ' => pieces.push(c.to_string()),
            _ => {}
        }
        if !(joins && this == 'd' && kind == 'w') {
            kind = this;
        }
    }
    pieces
}

/// Whether a digit right after letters is the power of a unit.
fn is_power(chars: &[char], at: usize) -> bool {
    let alone = !chars.get(at + 1).is_some_and(|c| c.is_alphanumeric() || matches!(c, '.' | ','));
    matches!(chars[at], '2' | '3') && alone && chars[at - 1].is_alphabetic()
}

/// Reads an amount from the front of the pieces; the rest is left.
fn amount(pieces: &mut &[String]) -> Option<Amount> {
    let (mut low, low_factor) = simple(pieces)?;
    let mut high = None;
    let is_range = |piece: &String| matches!(piece.as_str(), "-" | "–" | "—" | "/" | "to");
    if pieces.first().is_some_and(is_range) {
        let mut rest = &pieces[1..];
        if let Some((number, scaled)) = simple(&mut rest) {
            // In `4.5-5 billion` the word multiplies both.
            if let (Some(factor), None) = (scaled, low_factor) {
                low = low.times(factor)?;
            }
            high = Some(number);
            *pieces = rest;
        }
    }
    Some(Amount { low, high })
}

/// One number with what multiplies it, and the last factor.
fn simple(pieces: &mut &[String]) -> Option<(Decimal, Option<Decimal>)> {
    let mut total: Option<Decimal> = None;
    let mut factor_seen = None;
    while let Some((mut number, mut rest)) = number_piece(pieces, total.is_some()) {
        while let Some(factor) = rest.first().and_then(|piece| scale(&piece.to_lowercase())) {
            number = number.times(factor)?;
            factor_seen = Some(factor);
            rest = &rest[1..];
        }
        total = Some(match total {
            Some(sum) => sum.plus(number)?,
            None => number,
        });
        *pieces = rest;
    }
    total.map(|total| (total, factor_seen))
}

/// A number in digits or in a word; in the middle of an amount also after
/// `and` or a hyphen, as in `two-and-a-half`.
fn number_piece(pieces: &[String], inside: bool) -> Option<(Decimal, &[String])> {
    let mut at = 0;
    let mut skip = |word: &str| {
        if inside && pieces.get(at).is_some_and(|piece| piece == word) {
            at += 1;
        }
    };
    skip("-");
    skip("and");
    skip("-");
    let skipped = at;
    let piece = pieces.get(at)?;
    if skipped == 0 || !piece.starts_with(|c: char| c.is_ascii_digit()) {
        if let Some(number) = Decimal::parse(piece) {
            return Some((number, &pieces[at + 1..]));
        }
        let word = piece.to_lowercase();
        // `a half` is one number; `a` alone begins none inside an amount.
        if inside && word == "a" {
            let rest = &pieces[at + 1..];
            let rest = if rest.first().is_some_and(|piece| piece == "-") { &rest[1..] } else { rest };
            return rest
                .first()
                .filter(|piece| *piece == "half")
                .map(|_| (Decimal::whole(5).tenth(), &rest[1..]));
        }
        return unit(&word).map(|number| (number, &pieces[at + 1..]));
    }
    None
}

/// A number or a range, and nothing else.
pub(super) fn number(text: &str, _: &Context) -> Option<Value> {
    let pieces = pieces(text);
    let mut rest = pieces.as_slice();
    let amount = amount(&mut rest)?;
    rest.is_empty().then(|| Value::from(format!("number:{amount}")))
}

/// `14th`, `first`.
pub(super) fn ordinal(text: &str, _: &Context) -> Option<Value> {
    words::ordinal(text).map(|number| Value::from(format!("number:{number}")))
}

/// `8%`, `12 per cent`, `2‰`, `6-6.5%`.
pub(super) fn percent(text: &str, _: &Context) -> Option<Value> {
    let pieces = pieces(text);
    // `6%-7%`: the first sign says nothing more.
    let signs = |piece: &&String| matches!(piece.as_str(), "%" | "‰");
    let last_sign = pieces.iter().rposition(|piece| signs(&piece));
    let inner: Vec<String> = pieces
        .iter()
        .enumerate()
        .filter(|(at, piece)| Some(*at) == last_sign || !signs(piece))
        .map(|(_, piece)| piece.clone())
        .collect();
    let mut rest = inner.as_slice();
    let mut amount = amount(&mut rest)?;
    let rest: Vec<String> = rest.iter().map(|piece| piece.to_lowercase()).collect();
    match rest.iter().map(String::as_str).collect::<Vec<_>>().as_slice() {
        ["%"] | ["percent"] | ["per", "cent"] | ["percentage", "points"] | ["percentage", "point"] => {}
        ["‰"] => {
            amount.low = amount.low.tenth();
            amount.high = amount.high.map(Decimal::tenth);
        }
        _ => return None,
    }
    Some(Value::from(format!("number:{amount}")))
}

/// The currency that a word or sign names.
fn currency(word: &str) -> Option<&'static str> {
    Some(match word.to_lowercase().as_str() {
        "vnd" | "vnđ" | "dong" | "đồng" | "dongs" | "đ" => "VND",
        "usd" | "$" | "dollar" | "dollars" | "us$" => "USD",
        "eur" | "€" | "euro" | "euros" => "EUR",
        "gbp" | "£" | "pound" | "pounds" => "GBP",
        "jpy" | "¥" | "yen" => "JPY",
        "cny" | "rmb" | "ndt" | "yuan" | "renminbi" => "CNY",
        "krw" | "₩" | "won" => "KRW",
        "lak" | "kip" => "LAK",
        "thb" | "baht" => "THB",
        "khr" | "riel" => "KHR",
        "sgd" => "SGD",
        "aud" => "AUD",
        "hkd" => "HKD",
        "twd" => "TWD",
        "inr" | "rupee" | "rupees" => "INR",
        "rub" | "ruble" | "rubles" | "rouble" | "roubles" => "RUB",
        "chf" => "CHF",
        "cad" => "CAD",
        _ => return None,
    })
}

/// An amount with a currency before or after it.
pub(super) fn money(text: &str, _: &Context) -> Option<Value> {
    let pieces = pieces(text);
    let mut rest = pieces.as_slice();
    let mut code = None;
    let is_us = |rest: &[String]| rest.first().is_some_and(|piece| piece.eq_ignore_ascii_case("us"));
    if is_us(rest) {
        rest = &rest[1..];
    }
    if let Some(found) = rest.first().and_then(|piece| currency(piece)) {
        code = Some(found);
        rest = &rest[1..];
    }
    let amount = amount(&mut rest)?;
    if code.is_none() {
        if is_us(rest) {
            rest = &rest[1..];
        }
        code = rest.first().and_then(|piece| currency(piece));
        rest = &rest[rest.len().min(1)..];
    }
    let code = code?;
    rest.is_empty().then(|| Value::from(format!("money:{amount} {code}")))
}

/// An amount with a unit; the unit as it is written, in the singular.
pub(super) fn quantity(text: &str, _: &Context) -> Option<Value> {
    let pieces = pieces(text);
    let mut rest = pieces.as_slice();
    let amount = amount(&mut rest)?;
    let mut rest: Vec<&str> = rest.iter().map(String::as_str).collect();
    if rest.first() == Some(&"-") {
        rest.remove(0);
    }
    // `5 more days` are five days.
    rest.retain(|word| !matches!(*word, "more" | "consecutive" | "full"));
    if rest.is_empty() || !rest[0].starts_with(char::is_alphabetic) {
        return None;
    }
    let mut unit = String::new();
    let mut tight = true;
    for (at, word) in rest.iter().enumerate() {
        let is_mark = !word.starts_with(char::is_alphanumeric);
        if !tight && !is_mark && at > 0 {
            unit.push(' ');
        }
        // Of `square metres` the last word has the plural, of `tonnes/ha` the first.
        let next_is_mark = rest.get(at + 1).is_none_or(|next| !next.starts_with(char::is_alphanumeric));
        unit.push_str(&if next_is_mark { singular(word) } else { (*word).to_owned() });
        tight = is_mark;
    }
    Some(Value::from(format!("quantity:{amount} {unit}")))
}

/// The singular of a unit.
fn singular(word: &str) -> String {
    match word {
        "feet" => return "foot".to_owned(),
        "inches" => return "inch".to_owned(),
        "centuries" => return "century".to_owned(),
        _ => {}
    }
    let is_plural = word.len() > 3 && word.ends_with('s') && !word.ends_with("ss");
    if is_plural { word[..word.len() - 1].to_owned() } else { word.to_owned() }
}
