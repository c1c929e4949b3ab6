//! Codes of problems found while checking what was read.

super::codes! {
    UNKNOWN_TYPE = "E030" "unknown-type"
        "The type is neither declared in `pack.toml` nor internal (lower case). Declare it under `[entities]`, or mend the spelling.";
}
