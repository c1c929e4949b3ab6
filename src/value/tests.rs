//! The table of texts and values, refusals included.

use super::*;

#[test]
fn every_row_of_the_table_gives_its_value() {
    let table = include_str!("../../tests/fixtures/value/values.tsv");
    let mut wrong = Vec::new();
    let mut rows = 0;
    for (line, row) in table.lines().enumerate().filter(|(_, row)| !row.starts_with('#')) {
        let [name, text, anchor, expected] = row.split('\t').collect::<Vec<_>>()[..] else {
            panic!("row {} has not four columns: {row}", line + 1);
        };
        rows += 1;
        let context = Context { anchor: CalendarDate::parse(anchor) };
        let normalizer = normalizer(name).unwrap_or_else(|| panic!("no normalizer `{name}`"));
        let value = (normalizer.normalise)(text, &context);
        let got = value.as_ref().map_or("-", |value| value.as_str());
        if got != expected {
            wrong.push(format!("row {}: {name}({text:?}) is {got}, not {expected}", line + 1));
        }
    }
    assert!(rows > 100, "only {rows} rows");
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn no_text_makes_a_normalizer_panic() {
    for text in
        ["", "-", "/", "%", "9999999999999999999999999999999999999999", "1.2.3,4,5", "²³", "a", "half", "١٢"]
    {
        for normalizer in NORMALIZERS {
            let _ = (normalizer.normalise)(text, &Context::default());
        }
    }
}
