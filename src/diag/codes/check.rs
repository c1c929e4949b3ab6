//! Codes of problems found while checking what was read.

super::codes! {
    UNKNOWN_TYPE = "E030" "unknown-type"
        "The name is no `let`, no type that `pack.toml` declares under `[entities]`, and no internal type (lower case) that an item makes.";
    DUPLICATE_NAME = "E031" "duplicate-name"
        "Two things of one kind have the same name. Names tell rules apart in the output and in messages.";
    TYPE_CYCLE = "E032" "type-cycle"
        "Following `is` from this type leads back to it. A type cannot be a kind of itself.";
    ABSTRACT_MADE = "E033" "abstract-made"
        "An abstract type only stands for its kinds; no span can be of it alone.";
    NEVER_MADE = "E034" "never-made"
        "Nothing in the pack makes spans of this type, so the pattern can never match.";
    MADE_LATER = "E035" "made-later"
        "Spans of this type are only made by this phase's own rules or by a later phase. A rule sees the spans of earlier phases and of its own phase's gazetteers and regexes.";
    UNKNOWN_RELATION = "E036" "unknown-relation"
        "`pack.toml` declares no such relation under `[relations]`.";
    WRONG_ARGUMENTS = "E037" "wrong-arguments"
        "A relation takes two arguments, one for `from` and one for `to`. An event takes one for each of its roles, written `role: name`; only those under `optional` may be left out.";
    WRONG_ARGUMENT_TYPE = "E038" "wrong-argument-type"
        "The relation does not accept a span of this type in this role. See `from` and `to` of the relation in `pack.toml`.";
    UNBOUND_NAME = "E039" "unbound-name"
        "Nothing in the rule is bound to this name. Bind a span with `name=TYPE`, or a new one with `name=<TYPE: …>`.";
    BOUND_TWICE = "E040" "bound-twice"
        "The name is bound to things of different kinds in one rule.";
    BINDING_IN_LOOK = "E041" "binding-in-look"
        "Look-around is context: nothing in it can be bound or made into a span.";
    UNBOUNDED_LOOK = "E042" "unbounded-look"
        "Look-around must be of bounded length: write `{0,8}` instead of `*`, `+` or a bare gap.";
    MATCHES_NOTHING = "E043" "matches-nothing"
        "The pattern can match without consuming a single token.";
    EMPTY_LITERAL = "E044" "empty-literal"
        "A literal must hold at least one token.";
    BROKEN_REGEX = "E045" "broken-regex"
        "The regular expression is not valid, or too large. The syntax is that of the Rust `regex` crate: no back-references and no look-around.";
    UNKNOWN_FLAG = "E046" "unknown-flag"
        "No such flag. Tokens have: word, number, punct, symbol, capitalized, allcaps, lowercase, mixed, line-start, line-end, sentence-start.";
    UNKNOWN_FIELD = "E047" "unknown-field"
        "No such field. Tokens have text, lower, fold, shape, kind, len, line and the columns that `columns` under `[pack]` in `pack.toml` declares; spans also have value, tokens and the features that the pack sets.";
    WRONG_COMPARISON = "E048" "wrong-comparison"
        "The field cannot be compared so: numbers with `= != < >`, texts with `= != ~ in`.";
    WRONG_REPEAT = "E049" "wrong-repeat"
        "The bounds of a repetition must be in order and not larger than 1000, and what is repeated without bound must consume something.";
    TOO_LARGE = "E050" "too-large"
        "With its lets written out, the rule has more parts than are allowed.";
    DOES_NOTHING = "E051" "does-nothing"
        "The item makes no span, relates nothing and sets nothing.";
    UNKNOWN_NORMALIZER = "E052" "unknown-normalizer"
        "No such normalizer. There are date, time, number, percent, money, quantity and ordinal.";
    UNKNOWN_TEMPLATE_NAME = "E053" "unknown-template-name"
        "In a template, braces name a group of every expression of the regex, a binding of the rule, or `text`.";
    UNKNOWN_FILTER = "E054" "unknown-filter"
        "No such filter. There are lower, upper, hyphen, squeeze and unmark.";
    UNKNOWN_COLUMN = "E055" "unknown-column"
        "The gazetteer has no such column. Columns are named by the first line of a `.tsv` file.";
    BROKEN_ROW = "E056" "broken-row"
        "Every row of a gazetteer file has as many columns as its first line names, parted by tabs, and a phrase in the first.";
    EMPTY_GAZETTEER = "E057" "empty-gazetteer"
        "The gazetteer holds no phrase, neither in quotes nor in a file.";
    NO_EFFECT = "E058" "no-effect"
        "What is written here has no effect. An option without effect is an error, because its author expects one.";
    NOT_SUPPORTED = "E059" "not-supported"
        "The language has a place for this, but this version cannot run it.";
    UNKNOWN_METHOD = "E060" "unknown-method"
        "A link joins mentions by text, value, feature, abbreviation, last-part or number-prefix.";
    BROKEN_MARKUP = "E061" "broken-markup"
        "In a test `[text](TYPE)` marks a span, which may hold others. Brackets that are text are written `\\[` and `\\]`. Clauses name marked spans by their text, `\"text\"#2` the second of several.";
    UNKNOWN_FOLD = "E062" "unknown-fold"
        "After `match`, and in links, `fold-case` and `fold-marks` may stand; in gazetteers `anywhere` too.";
    UNKNOWN_RULE = "E063" "unknown-rule"
        "No item of the pack has this name or tag. A rule is named `rule` or `file.span:rule`.";
    ONLY_TESTS = "E070" "only-tests"
        "In the files `tests/*.span` of a pack only tests may stand. Rules stand in files that `phases` in `pack.toml` names.";
    CONTRADICTION = "E071" "contradiction"
        "One clause of the test states a relation, another that there is none of its type: `=> none` speaks of all types, `=> no TYPE` of one.";
    LET_CYCLE = "E072" "let-cycle"
        "Writing the `let` out leads back to it, so it would never end. A let names a part of a pattern; what comes again is a repetition.";
    PROGRAM_TOO_LARGE = "E073" "program-too-large"
        "Compiled, the patterns and regular expressions of the pack would take more memory than is allowed: `--max-program` states how much. Phrases of gazetteers do not count, for they grow no more than their files, but those that match anywhere do.";
    REGEX_TOO_LARGE = "E074" "regex-too-large"
        "Compiled, the regular expression would take more memory than one is allowed. Bounded repetitions are written out: `\\w{500}` holds all letters 500 times.";
    UNUSED_LET = "W001" "unused-let"
        "No rule uses this `let`: it can be taken out.";
    UNUSED_TYPE = "W002" "unused-type"
        "Spans of this internal type are made, but no rule reads them, and output leaves them out.";
    DUPLICATE_PHRASE = "W003" "duplicate-phrase"
        "The gazetteer holds this phrase twice, with the same columns.";
    NEVER_EQUAL = "W004" "never-equal"
        "The field is in small letters (and `fold` without diacritics), so it can never equal this text.";
    CUT_LITERAL = "W005" "cut-literal"
        "The tokenizer cuts this literal differently where other text stands beside it, so the pattern misses it there.";
    IMPOSSIBLE = "W006" "impossible-condition"
        "No token meets all parts of this condition, so the pattern can never match.";
    SHADOWED = "W007" "shadowed"
        "What stands before it matches the same, so this is never reached or always beaten.";
    EQUAL_RANK = "W008" "equal-rank"
        "Two items find the same text and make spans of different types of it; both stay. Usually only one is meant.";
    PHRASE_IN_TWO = "W009" "phrase-in-two-gazetteers"
        "Two gazetteers hold this phrase for the same type; the one that stands first in the pack always wins.";
    TAIL_NEVER_REACHED = "W010" "tail-never-reached"
        "An unbounded repetition stands before an optional part and matches all that the optional part could, so the part never matches.";
    FOLD_CHANGES_NOTHING = "W011" "fold-changes-nothing"
        "Nothing here has letters that the folding would change.";
    NEVER_MADE_TYPE = "W012" "declared-never-made"
        "`pack.toml` declares this type, but nothing in the pack makes it.";
    UNUSED_ALLOWANCE = "W013" "unused-allowance"
        "The line has no such warning: the allowance can be taken out.";
    NOT_COMPOSED = "W014" "not-composed"
        "The expression holds letters with separate combining marks. Text is read in its composed form (NFC), so the expression never matches them.";
    SLOW_REGEX = "W015" "slow-regex"
        "Searching this expression takes dozens of times as long as searching others: over text like news its automaton grows with nearly every byte. The usual cause is a counted repetition of a wide class behind something frequent, such as `e.{0,300}q`.";
}
