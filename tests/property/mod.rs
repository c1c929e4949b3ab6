//! Laws that hold for every input.

mod engine;
mod eval;
mod fmt;
mod io;
mod mutation;
mod prep;
mod print;
mod syntax;
mod whole;

use proptest::prelude::*;

/// Text as it comes: letters with and without marks, numbers, addresses,
/// typographic signs, emoji, line ends of all kinds.
fn text() -> impl Strategy<Value = String> {
    let piece = prop_oneof![
        6 => "[A-Za-z]{1,8}",
        3 => " {1,2}",
        2 => "[0-9]{1,4}([.,/:-][0-9]{1,3}){0,2}",
        2 => prop::sample::select(vec![
            "Hà Giang", "Đồng Văn", "ha\u{300}", "’s", "'s", "“", "”", "–", "—", "\u{a0}", "\u{ad}", "…", "ﬁ", "ＡＢ", "½",
            "👩‍👩‍👧", "📷", "ß", "İ", "No.", "p.m.", "U.S.", "https://a.vn/x,", "a@b.vn", "\n", "\r\n", "\r", "\u{2028}",
            "\u{200b}", "\u{feff}", "漢字", "ไทย", "नमस्ते", "عربى", "e\u{301}\u{323}", "\u{301}", "\0", "VNĐ30.9", "27,300ha", "N°", "³",
        ]).prop_map(str::to_owned),
        2 => "[.,;:!?()\\[\\]\"'/%$&-]{1,3}",
        1 => any::<char>().prop_map(String::from),
    ];
    prop::collection::vec(piece, 0..24).prop_map(|pieces| pieces.concat())
}
