use proptest::prelude::*;

use super::*;

fn starts(source: &str) -> Option<Starts> {
    Starts::new(&regex_syntax::parse(source).expect("an expression"))
}

fn found(source: &str, line: &str) -> Option<Vec<Range<usize>>> {
    let (starts, plain) = (starts(source)?, Regex::new(source).expect("an expression"));
    let (mut words, mut cache) = (Words::default(), None);
    words.read(line.as_bytes());
    let (mut all, mut next, mut from) = (Vec::new(), 0, 0);
    while let Some(found) = starts.find_at((line, &words), (&mut next, from), &mut cache, &plain) {
        from = found.end;
        all.push(found);
    }
    Some(all)
}

proptest! {
    #[test]
    fn words_are_those_of_one_byte_at_a_time(line in "([a-zA-Z0-9_]{0,9}[ -~\\x00-\\x1f]){0,4}") {
        let bytes = line.as_bytes();
        let mut words = Words::default();
        words.read(bytes);
        let is_inside = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'_';
        let begins = |at: usize| is_inside(bytes[at]) && (at == 0 || !is_inside(bytes[at - 1]));
        let (digits, others): (Vec<usize>, Vec<usize>) =
            (0..bytes.len()).partition(|at| bytes[*at].is_ascii_digit());
        let digits: Vec<_> = digits.into_iter().map(|at| (at as u32, begins(at))).collect();
        let others = others.into_iter().filter(|at| begins(*at));
        prop_assert_eq!(words.digits, digits);
        prop_assert_eq!(words.words, others.map(|at| (at as u32, bytes[at])).collect::<Vec<_>>());
    }

    #[test]
    fn words_are_found_by_their_letters_as_by_a_look_at_each(
        lines in prop::collection::vec("([ab]c ){0,5}|([a-d]x? ){60,70}", 1..4),
        letters in prop::sample::subsequence(b"abcd".to_vec(), 1..4),
    ) {
        let starts = Starts {
            at: Place::Words,
            letters: letters.iter().fold([0; 2], |all, letter| [all[0], all[1] | 1 << (letter % 64)]),
            each_letter: letters.clone().into(),
            is_short: true,
            expression: Hir::empty(),
            automaton: OnceLock::new(),
        };
        let mut words = Words::default();
        for line in lines {
            words.read(line.as_bytes());
            let marked = words.beginning_with(&starts.each_letter);
            let mut next = 0;
            let found: Vec<usize> =
                std::iter::from_fn(|| starts.place((&words, marked), &mut next)).collect();
            let fits = |(_, letter): &&(u32, u8)| letters.contains(letter);
            let plain: Vec<usize> = words.words.iter().filter(fits).map(|(at, _)| *at as usize).collect();
            prop_assert_eq!(found, plain);
        }
    }
}

#[test]
fn only_what_begins_with_words_or_digits_has_starts() {
    let place = |source| starts(source).map(|starts| (starts.at, starts.each_letter));
    let words = |letters: &str| Some((Place::Words, letters.as_bytes().into()));
    assert_eq!(place(r"\b[0-2]+ tons"), Some((Place::NumberWords, Box::default())));
    assert_eq!(place(r"[0-2]+ tons"), Some((Place::Digits, Box::default())));
    assert_eq!(place(r"(?:\b19|20)[0-9]"), Some((Place::Digits, Box::default())));
    assert_eq!(place(r"\b(?:of )?(?:a|the) \w"), words("aot"));
    assert_eq!(place(r"^(?:ab|c)"), words("ac"));
    assert_eq!(place(r"\b\u{e9}?a"), words("a"));
    for elsewhere in
        ["ab", r"\b.a", r"\b-", r"\ba?", r"(?:\ba|b)", r"(?:\b)?a", r"\Ba", r"\b[a-z]?-", r"\b\w+"]
    {
        assert_eq!(place(elsewhere), None, "{elsewhere}");
    }
}

#[test]
fn tries_in_vain_come_to_an_end() {
    let line = format!("{}a. ab", "a ".repeat(3 * MOST_TRIES));
    let texts = |source| {
        let found = found(source, &line).expect("an expression that begins with a word");
        found.into_iter().map(|found| &line[found]).collect::<Vec<_>>()
    };
    assert_eq!(texts(r"\ba[a ]*b"), ["ab"]);
    assert_eq!(texts(r"\ba\."), ["a."]);
    let beginning = starts(r"\bone[a-z]*-x").and_then(|starts| starts.beginning()).expect("a beginning");
    let asked = |count| beginning.may_be_in(&"one.".repeat(count), &mut BeginningScratch::default());
    assert!(!asked(MOST_TRIES) && asked(MOST_TRIES + 1));
}

#[test]
fn the_second_and_third_bytes_tell_most_words_apart() {
    let allows = |source: &str, rest: &str| {
        let hir = regex_syntax::parse(source).expect("an expression");
        Automaton::new(&narrowed(&hir)).expect("a small one").ahead.allows(rest.as_bytes())
    };
    let cases = [
        (r"\bI-[0-9]{1,5}\b", ["-1", "-12"], ["", "-", " 1", "--", "t-"]),
        (r"\b(?:ties|tons?) (?:in|at)", ["ies", "on "], ["", "i", "he", "o ", "to"]),
        (r"\ba[bc]?(?:x|\b)", ["", "b"], ["x", "c", "zz", "-", "1"]),
    ];
    for (at, (source, met, other)) in cases.into_iter().enumerate() {
        met.into_iter().for_each(|rest| assert!(allows(source, rest), "{source} {rest:?}"));
        // A match of one byte may be followed by anything.
        other.into_iter().for_each(|rest| assert_eq!(allows(source, rest), at == 2, "{source} {rest:?}"));
    }
}

#[test]
fn a_token_tells_whether_a_match_may_begin_in_it() {
    let may = |source: &str, form: &str| {
        let starts = starts(source).expect("an expression that begins with a word");
        let beginning = starts.beginning().expect("one that few words begin");
        beginning.may_be_in(form, &mut BeginningScratch::default())
    };
    let numbers = r"(?i)\b(?:one|two|ten|twenty) (?:years|months)\b";
    for form in ["one", "Ten", "twenty", "forty-one", "x.TEN"] {
        assert!(may(numbers, form), "{form}");
    }
    for form in ["on", "ones", "to", "tent", "bone", "twen", "years", "1", "", "één", "one-", "_two"] {
        assert!(!may(numbers, form), "{form}");
    }
    for (source, form, is) in
        [(r"\bno\.?[0-9]", "no", true), (r"\bno\.?[0-9]", "no.", true), (r"\bno\.[0-9]", "nos", false)]
    {
        assert_eq!(may(source, form), is, "{source} {form}");
    }
    for common in [r"\b[A-Z][a-z]+ [0-9]", r"\bthe [a-z]", r"\b[0-9]+ tons", r"\b[a-z]"] {
        assert!(starts(common).is_none_or(|starts| starts.beginning().is_none()), "{common}");
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(2048))]

    #[test]
    fn the_matches_are_those_of_a_plain_search(
        source in r"(\\b|\^)?((a|b|1|\[a-c\]|é|\\w|\\d|\[a1-\]|\\s|\(ab\|c\)|\(\\bé\|b\\b\)|\\B|\\b|-)([*+?]|\{1,2\}|\+\?)?){1,4}(\\b|\$)?",
        line in "[abcd 1_.-]{0,16}",
    ) {
        if let Some(found) = found(&source, &line) {
            let plain = Regex::new(&source).expect("it was built before");
            let wanted: Vec<Range<usize>> = plain.find_iter(&line).map(|found| found.range()).collect();
            prop_assert_eq!(found, wanted);
        }
    }
}
