//! [`parts`]: what a pack consists of, so that two versions can be set side by
//! side.

use std::collections::BTreeMap;

use super::ast::{Item, RulePack};
use crate::text::SourceMap;

/// The text of each rule, gazetteer, `let` and so on, by `file:name`, and of each
/// further file by its name. Comments and tests are left out and white space is
/// one space: none of them changes what is found.
#[must_use]
pub fn parts(pack: &RulePack, sources: &SourceMap) -> BTreeMap<String, String> {
    let mut parts = BTreeMap::new();
    let rule_files: Vec<_> = pack.files.iter().chain(&pack.test_files).map(|file| file.file).collect();
    for file in &pack.files {
        let source = sources.file(file.file);
        let line_of = |item: &Item| source.place(item.name().span.start).line as usize - 1;
        let lines: Vec<&str> = source.text.lines().map(str::trim).collect();
        for (at, item) in file.items.iter().enumerate() {
            if matches!(item, Item::Test(_)) {
                continue;
            }
            let end = file.items.get(at + 1).map_or(lines.len(), line_of);
            let start = line_of(item).min(end);
            let kept =
                lines[start..end.max(start)].iter().filter(|line| !line.is_empty() && !line.starts_with('#'));
            let text = kept.flat_map(|line| line.split_whitespace()).collect::<Vec<_>>().join(" ");
            parts.insert(format!("{}:{}", file.name, item.name().node), text);
        }
    }
    for (_, file) in sources.files().filter(|(id, _)| !rule_files.contains(id)) {
        let name = file.name.replace('\\', "/");
        let name = name.rsplit_once('/').map_or(name.as_str(), |(_, name)| name).to_owned();
        parts.insert(name, file.text.to_string());
    }
    parts
}
