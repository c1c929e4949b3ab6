//! Codes of problems found while reading `pack.toml` and rule files.

super::codes! {
    UNEXPECTED_TOKEN = "E001" "unexpected-token"
        "Something else was expected here. The message names what may stand at this place.";
    UNTERMINATED_STRING = "E002" "unterminated-string"
        "A string begins with a double quote and must end with one on the same line. A line break inside it is written `\\n`.";
    UNKNOWN_ESCAPE = "E003" "unknown-escape"
        "After a backslash in a string only `\"`, `\\`, `n`, `t`, brackets, braces and `u{…}` may stand.";
    UNTERMINATED_REGEX = "E004" "unterminated-regex"
        "A regular expression begins with a slash and must end with one on the same line. A slash inside it is written `\\/`.";
    UNKNOWN_ITEM = "E005" "unknown-item"
        "A rule file consists of gazetteers, regexes, lets, rules, drops, contexts, links and tests. Something else stands where one of these should begin.";
    STRANGE_CHARACTER = "E006" "strange-character"
        "This character is no part of the rule language. Text to be matched stands between double quotes.";
    NESTED_TOO_DEEPLY = "E007" "nested-too-deeply"
        "Groups, conditions and captures may be nested to a stated depth only. Name the inner parts with `let`.";
    BROKEN_TEMPLATE = "E008" "broken-template"
        "In a template `{name}` stands for a text and `{name|filter}` for a changed one. A plain brace is written twice, or with a backslash.";
    NUMBER_TOO_LARGE = "E009" "number-too-large"
        "The number does not fit. Counts of repetitions and priorities are small numbers.";
    BROKEN_TOML = "E010" "broken-toml"
        "`pack.toml` is not valid TOML at this place.";
    UNKNOWN_KEY = "E011" "unknown-key"
        "`pack.toml` knows no such key. An unknown key is an error, because a misspelt option would otherwise be ignored in silence.";
    MISSING_KEY = "E012" "missing-key"
        "`pack.toml` must state `name`, `version` and `phases` under `[pack]`.";
    WRONG_VALUE = "E013" "wrong-value"
        "The value in `pack.toml` has the wrong kind: a string, a list or a table was expected.";
    UNREADABLE_FILE = "E014" "unreadable-file"
        "A file that the pack names could not be read: it is missing, not permitted, or not UTF-8. Paths are relative to the folder of `pack.toml`.";
    PATH_LEAVES_PACK = "E015" "path-leaves-pack"
        "Files of a pack lie in its folder, or in a folder that `include` under `[pack]` names. Other paths with `..` and absolute ones are refused, so that a pack can be moved and fingerprinted as a whole.";
    UNUSABLE_NAME = "E016" "unusable-name"
        "Keywords such as `where`, `set` and `value` cannot name a let, a binding, a type or an item, because patterns end at them. Names consist of letters, digits and `_`; a hyphen belongs only to words of the language such as `fold-case`.";
    BROKEN_ALLOWANCE = "E017" "broken-allowance"
        "`# allow W014: reason` lets one warning stand, on its own line or the next. It names a warning by number or name and states why.";
    FOREIGN = "E018" "foreign-syntax"
        "Other languages write it so; rules do not. Conditions join with `&` and `|` and deny with `!`, equality is `=`, strings stand between double quotes, comments begin with `#`. What was meant is clear, so `--fix` writes it.";
}
