//! Numbers in words, and the words that multiply them.

use super::decimal::Decimal;

const UNITS: [&str; 20] = [
    "zero",
    "one",
    "two",
    "three",
    "four",
    "five",
    "six",
    "seven",
    "eight",
    "nine",
    "ten",
    "eleven",
    "twelve",
    "thirteen",
    "fourteen",
    "fifteen",
    "sixteen",
    "seventeen",
    "eighteen",
    "nineteen",
];
const TENS: [&str; 10] =
    ["", "", "twenty", "thirty", "forty", "fifty", "sixty", "seventy", "eighty", "ninety"];
const ORDINALS: [&str; 20] = [
    "zeroth",
    "first",
    "second",
    "third",
    "fourth",
    "fifth",
    "sixth",
    "seventh",
    "eighth",
    "ninth",
    "tenth",
    "eleventh",
    "twelfth",
    "thirteenth",
    "fourteenth",
    "fifteenth",
    "sixteenth",
    "seventeenth",
    "eighteenth",
    "nineteenth",
];

/// A word that multiplies the number before it.
pub(super) fn scale(word: &str) -> Option<Decimal> {
    let factor = match word {
        "hundred" => 100,
        "thousand" => 1_000,
        "million" | "millions" | "mn" => 1_000_000,
        "billion" | "billions" | "bn" => 1_000_000_000,
        "trillion" | "trillions" => 1_000_000_000_000,
        _ => return None,
    };
    Some(Decimal::whole(factor))
}

/// A single number word: `seven`, `forty`, `a`.
pub(super) fn unit(word: &str) -> Option<Decimal> {
    if matches!(word, "a" | "an") {
        return Some(Decimal::whole(1));
    }
    if word == "half" {
        return Some(Decimal::whole(5).tenth());
    }
    let small = UNITS.iter().position(|known| *known == word);
    let number = small
        .or_else(|| TENS.iter().position(|known| !known.is_empty() && *known == word).map(|n| n * 10))?;
    Some(Decimal::whole(number as i128))
}

/// `first`, `14th`, `twenty-first`.
pub(super) fn ordinal(text: &str) -> Option<i128> {
    let text = text.trim().to_lowercase();
    let digits = ["st", "nd", "rd", "th"].iter().find_map(|ending| text.strip_suffix(ending));
    // A sign is part of no ordinal.
    let digits = digits.filter(|digits| digits.bytes().all(|byte| byte.is_ascii_digit()));
    if let Some(number) = digits.and_then(|digits| digits.parse().ok()) {
        return Some(number);
    }
    if let Some(number) = ORDINALS.iter().position(|known| *known == text) {
        return Some(number as i128);
    }
    if let Some(tens) =
        TENS.iter().position(|tens| !tens.is_empty() && text == format!("{}ieth", &tens[..tens.len() - 1]))
    {
        return Some(tens as i128 * 10);
    }
    let (tens, unit) = text.split_once(['-', ' '])?;
    let tens = TENS.iter().position(|known| !known.is_empty() && *known == tens)?;
    let unit = ORDINALS[1..10].iter().position(|known| *known == unit)?;
    Some(tens as i128 * 10 + unit as i128 + 1)
}
