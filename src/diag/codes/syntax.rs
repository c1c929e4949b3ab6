//! Codes of problems found while reading `pack.toml` and rule files.

super::codes! {
    UNEXPECTED_TOKEN = "E001" "unexpected-token"
        "Something else was expected here. The message names what may stand at this place.";
}
