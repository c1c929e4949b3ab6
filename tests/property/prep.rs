//! Tokens tile, offsets are boundaries, folding maps back.

use proptest::prelude::*;
use spanwright::doc::schema::FoldFlags;
use spanwright::prep::{Class, Prepared, Token, fold, fold_with_map, tokenize, tokenize_plainly};
use spanwright::text::{OffsetUnit, Span, UnitIndex};
use unicode_normalization::UnicodeNormalization;

use super::text;

fn cut(text: &str) -> Vec<Token> {
    let mut tokens = Vec::new();
    tokenize(text, &mut tokens);
    tokens
}

const FLAGS: [FoldFlags; 4] = [
    FoldFlags { case: false, marks: false },
    FoldFlags { case: true, marks: false },
    FoldFlags { case: false, marks: true },
    FoldFlags { case: true, marks: true },
];

/// White space, or the space of no width, which parts tokens too.
fn parts(c: char) -> bool {
    c.is_whitespace() || c == '\u{200b}'
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(512))]

    #[test]
    fn tokens_and_white_space_tile_any_text(text in text()) {
        let mut at = 0;
        for token in cut(&text) {
            prop_assert!(token.start < token.end);
            let gap = text.get(at as usize..token.start as usize);
            prop_assert!(gap.is_some_and(|gap| gap.chars().all(parts)), "{gap:?}");
            prop_assert!(token.span().slice(&text).is_some_and(|form| !form.contains(char::is_whitespace)));
            at = token.end;
        }
        prop_assert!(text[at as usize..].chars().all(parts));
    }

    #[test]
    fn the_ascii_path_cuts_as_the_unicode_path(text in text()) {
        let mut plain = Vec::new();
        tokenize_plainly(&text, &mut plain);
        prop_assert_eq!(cut(&text), plain);
    }

    #[test]
    fn ascii_text_is_cut_alike_on_both_paths(text in "[ -~\n]{0,80}") {
        let mut plain = Vec::new();
        tokenize_plainly(&text, &mut plain);
        prop_assert_eq!(cut(&text), plain);
    }

    /// What looks letters up by tokens rests on it.
    #[test]
    fn no_token_ends_between_two_letters_or_two_digits_of_ascii(text in prop_oneof![text(), "[ab@.12_'é:/wD-]{0,30}"]) {
        let bytes = text.as_bytes();
        for token in cut(&text) {
            let inside = |at: u32| {
                let pair = |is: fn(&u8) -> bool| bytes[at as usize - 1..].iter().take(2).filter(|b| is(b)).count() == 2;
                at > 0 && (pair(u8::is_ascii_alphabetic) || pair(u8::is_ascii_digit))
            };
            prop_assert!(!inside(token.start) && !inside(token.end), "{:?}", token.span().slice(&text));
        }
    }

    #[test]
    fn a_line_before_shifts_every_token(text in text()) {
        let before = "Đi ra.\n";
        let shifted = format!("{before}{text}");
        let shift = before.len() as u32;
        let moved: Vec<Span> = cut(&text).iter().map(|t| Span::new(t.start + shift, t.end + shift)).collect();
        let got: Vec<Span> = cut(&shifted).iter().skip(cut(before).len()).map(Token::span).collect();
        // A mark at the very start joins what stands before it, except after a line end.
        prop_assert_eq!(got, moved);
    }

    #[test]
    fn every_line_and_sentence_begins_and_ends_once(text in text()) {
        let prepared = Prepared::new(&text);
        for (ranges, first, last) in [
            (prepared.lines(), Class::LINE_START, Class::LINE_END),
            (prepared.sentences(), Class::SENTENCE_START, Class::SENTENCE_END),
        ] {
            let mut at = 0;
            for range in ranges {
                prop_assert_eq!(range.start, at);
                prop_assert!(range.end > range.start);
                let tokens = &prepared.tokens()[range.start as usize..range.end as usize];
                prop_assert!(tokens[0].class.contains(first) && tokens[tokens.len() - 1].class.contains(last));
                prop_assert!(tokens[1..].iter().all(|token| !token.class.contains(first)));
                at = range.end;
            }
            prop_assert_eq!(at as usize, prepared.tokens().len());
        }
    }

    #[test]
    fn folding_maps_back_to_whole_characters(text in text()) {
        for flags in FLAGS {
            let folded = fold_with_map(&text, flags);
            for (at, c) in folded.text.char_indices() {
                let span = Span::new(at as u32, (at + c.len_utf8()) as u32);
                let original = folded.map.to_original(span);
                prop_assert!(original.slice(&text).is_some_and(|part| !part.is_empty()), "{c:?} at {at}: {original}");
            }
            let whole = folded.map.to_original(Span::new(0, folded.text.len() as u32));
            prop_assert!(whole.slice(&text).is_some());
        }
    }

    #[test]
    fn a_folded_stretch_of_the_text_is_the_fold_of_its_original(text in text()) {
        for flags in FLAGS {
            let folded = fold_with_map(&text, flags);
            for token in cut(&folded.text) {
                let original = folded.map.to_original(token.span()).slice(&text).unwrap_or("").to_owned();
                let again = fold(&original, flags).into_owned();
                let form = token.span().slice(&folded.text).unwrap_or("");
                prop_assert!(again.contains(form), "{form:?} came from {original:?}, which folds to {again:?}");
            }
        }
    }

    #[test]
    fn folding_twice_changes_nothing_more(text in text()) {
        for flags in FLAGS {
            let once = fold(&text, flags).into_owned();
            prop_assert_eq!(fold(&once, flags).into_owned(), once);
        }
    }

    #[test]
    fn composed_and_decomposed_texts_fold_alike(text in text()) {
        let (composed, decomposed): (String, String) = (text.nfc().collect(), text.nfd().collect());
        for flags in FLAGS {
            prop_assert_eq!(fold(&composed, flags).into_owned(), fold(&decomposed, flags).into_owned());
        }
    }

    #[test]
    fn offsets_come_back_from_every_unit(text in text()) {
        for unit in [OffsetUnit::Chars, OffsetUnit::Bytes, OffsetUnit::Utf16] {
            let units = UnitIndex::new(&text, unit);
            for (at, _) in text.char_indices().chain([(text.len(), ' ')]) {
                prop_assert_eq!(units.to_byte(units.from_byte(at as u32)), Some(at as u32));
            }
        }
    }
}

#[test]
fn a_mark_behind_what_vanishes_meets_its_letter() {
    for invisible in ['\u{200b}', '\u{ad}', '\u{feff}', '\u{2060}'] {
        let text = format!("c{invisible}{invisible}\u{301} x\u{200b}y");
        assert_eq!(fold(&text, FoldFlags::default()), "ć xy", "{invisible:?}");
    }
}

/// Does something that is over at once in linear time, and in hours otherwise.
fn in_linear_time(work: impl FnOnce()) {
    let started = std::time::Instant::now();
    work();
    assert!(started.elapsed().as_secs() < 120, "{:?}", started.elapsed());
}

#[test]
fn long_runs_of_what_vanishes_fold_in_time_linear_in_the_text() {
    in_linear_time(|| {
        for vanishes in ["\u{200b}", "\u{ad}", "\u{feff}", "\u{200b}\u{ad}"] {
            let (run, text) = (vanishes.repeat(100_000), "c".to_owned() + &vanishes.repeat(100_000));
            assert_eq!(fold(&run, FoldFlags::default()), "");
            assert_eq!(fold(&(text.clone() + "d"), FoldFlags::default()), "cd");
            assert_eq!(fold(&(text + "\u{301}"), FoldFlags::default()), "ć");
        }
    });
}

#[test]
fn odd_text_of_any_length_is_cut_in_time_linear_in_it() {
    in_linear_time(|| {
        for (piece, tokens) in
            [("\u{200b}\u{301}", 1), ("\" ", 1), (") ", 1), ("\u{301}.", 2), ("“", 1), ("a.", 0)]
        {
            let text = piece.repeat(100_000);
            let prepared = Prepared::new(&text);
            assert_eq!(prepared.tokens().len(), (tokens * 100_000).max(1), "{piece:?}");
        }
    });
}

#[test]
fn a_quote_that_begins_a_line_ends_no_sentence() {
    for before in ["", "He spoke.\n"] {
        let text = format!("{before}” A");
        let prepared = Prepared::new(&text);
        let last = prepared.sentences().pop().map(|tokens| tokens.len());
        assert_eq!(last, Some(2), "{text:?}");
    }
}

#[test]
fn an_address_ends_before_any_number_of_brackets() {
    let text = format!("www.a.vn{}", ").".repeat(200_000));
    assert_eq!(cut(&text)[0].span(), Span::new(0, 8));
    let text = "www.a.vn/x_(y)). (www.b.vn).";
    let forms: Vec<&str> = cut(text).iter().filter_map(|token| token.span().slice(text)).collect();
    assert_eq!(forms, ["www.a.vn/x_(y))", ".", "(", "www.b.vn", ")", "."]);
}

#[test]
fn an_address_ends_before_a_space_of_no_width() {
    let text = "www.a.vn/x\u{200b}says";
    let forms: Vec<&str> = cut(text).iter().filter_map(|token| token.span().slice(text)).collect();
    assert_eq!(forms, ["www.a.vn/x", "says"]);
}

#[test]
fn letters_that_meet_when_a_mark_goes_are_composed() {
    for (text, plain, unmarked) in [
        ("가\u{301}\u{11a8}", "가\u{301}\u{11a8}", "각"),
        ("가\u{ad}\u{11a8}", "각", "각"),
        ("\u{1100}\u{200b}\u{1161}", "가", "가"),
        // Half width: what they become composes, though they do not.
        ("\u{ffa1}\u{ffc2}", "가", "가"),
        ("\u{301}\u{200b}\u{ff9e}", "\u{3099}\u{301}", ""),
    ] {
        assert_eq!(fold(text, FoldFlags::default()), plain, "{text:?}");
        assert_eq!(fold(text, FoldFlags { case: false, marks: true }), unmarked, "{text:?}");
    }
}

#[test]
fn an_apostrophe_that_case_folding_makes_is_the_plain_one() {
    for flags in FLAGS {
        let once = fold("ŉ gesê", flags).into_owned();
        assert_eq!(fold(&once, flags), once);
    }
    assert_eq!(fold("ŉ", FoldFlags { case: true, marks: false }), "'n");
}

#[test]
fn a_sign_that_is_number_and_letter_in_one_is_no_amount() {
    let tokens = cut("𒐀Hà Giang 5km");
    assert!(tokens.iter().all(|token| token.start < token.end), "{tokens:?}");
    assert_eq!(tokens.len(), 4);
}
