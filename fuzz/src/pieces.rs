//! What generated packs are put together from.

pub(super) const MANIFEST: &str = r#"[pack]
name = "p"
version = "1"
phases = ["a.span", "b.span"]
[entities]
AGENT = { abstract = true }
PERSON = { is = "AGENT" }
ORG = { is = "AGENT" }
LOC = {}
NUM = {}
[relations]
IN = { from = ["AGENT", "LOC", "NUM"], to = ["AGENT", "LOC", "NUM"] }
NEAR = { from = ["AGENT", "LOC", "NUM"], to = ["AGENT", "LOC", "NUM"], symmetric = true }
[events]
MEETING = { roles = { host = ["AGENT", "LOC", "NUM"], guest = ["AGENT", "LOC", "NUM"] }, optional = ["guest"] }
"#;
/// Spans of every type, so that what comes later has something to stand on.
pub(super) const BASE: &str = r#"gazetteer people -> PERSON { "Lan" match fold-case set f = column("f") file "f.tsv" }
gazetteer bodies -> ORG { "Mayor of Lan" "the Mayor" }
gazetteer places -> LOC { "Hà Giang" match fold-marks }
gazetteer cues -> _cue { "of" "the" }
regex numbers -> NUM { /[0-9]+(?:[.,][0-9]+)*/ value = number() }
"#;
/// A list with a feature.
pub(super) const LIST: &str = "phrase\tf\nlan giang\tx\nMayor\tlan\n";
pub(super) const RESOLVE: [&str; 4] = [
    "",
    "[resolve]\norder = [\"priority\", \"shortest\", \"latest\"]\n",
    "[resolve]\nexclusive = [[\"AGENT\", \"LOC\"]]\n",
    "[resolve]\norder = [\"earliest\", \"longest\"]\nexclusive = [[\"PERSON\", \"NUM\"], [\"ORG\", \"LOC\"]]\n",
];
pub(super) const TYPES: [&str; 5] = ["PERSON", "ORG", "LOC", "NUM", "_cue"];
/// What patterns may name: one of them has no spans of its own.
pub(super) const NAMED: [&str; 6] = ["PERSON", "ORG", "LOC", "NUM", "_cue", "AGENT"];
pub(super) const WORDS: [&str; 24] = [
    "Lan",
    "lan",
    "Hà Giang",
    "Ha Giang",
    "of",
    "the",
    "Mayor",
    "tons",
    "7",
    "3.5",
    "No.",
    "17/03/2025",
    ",",
    ".",
    "(",
    ")",
    "ß",
    "İ",
    "ﬁ",
    "e\\u{301}",
    "漢字",
    "عربى",
    "9%",
    "’",
];
pub(super) const EXPRESSIONS: [&str; 14] = [
    "[0-9]+",
    r"\d{1,2}\/\d{1,2}\/\d{4}",
    r"\b\w+an\b",
    "(?<n>[A-Z])[a-z]*",
    "L.*n",
    r"\p{Lu}\w*",
    "İ|ß|ﬁ",
    ".",
    "a+?",
    r"of|the|(?i:mayor)",
    r"[^a-z ]+",
    r"\w+\s+\w+",
    r"(?:Ha|Hà) G",
    "e\\u{301}?",
];
pub(super) const FIELDS: [&str; 26] = [
    "word",
    "number",
    "punct",
    "capitalized",
    "lowercase",
    "allcaps",
    "mixed",
    "symbol",
    "sentence-start",
    "line-end",
    "text = \"Lan\"",
    "lower = \"lan\"",
    "fold ~ /a/",
    "text = /L.*/",
    "shape = \"Xx\"",
    "len > 2",
    "len < 4",
    "kind = \"word\"",
    "in PERSON",
    "starts LOC",
    "ends ORG",
    "!in _cue",
    "text in (\"of\", \"the\")",
    "lower != \"of\"",
    "(word | number) & !capitalized",
    "text ~ /[0-9]/",
];
pub(super) const MATCHES: [&str; 4] =
    ["", " match fold-case", " match fold-marks", " match fold-case, fold-marks"];
/// How gazetteers match.
pub(super) const PHRASES_MATCH: [&str; 8] = [
    "",
    " match fold-case",
    " match fold-marks",
    " match fold-case, fold-marks",
    " match anywhere",
    " match fold-case, anywhere",
    " match anywhere, fold-marks",
    " match fold-case, fold-marks, anywhere",
];
pub(super) const OVERLAPS: [&str; 3] = ["", " overlap starts", " overlap all"];
pub(super) const RELATIONS: [&str; 12] = [
    "inside",
    "contains",
    "touches",
    "equals",
    "overlaps",
    "before",
    "after",
    "same line",
    "same sentence",
    "within 3 tokens",
    "within 1 tokens",
    "before",
];
pub(super) const VALUES: [&str; 6] =
    ["number()", "date()", "percent()", "money()", "\"v:{text|lower}\"", "ordinal()"];
