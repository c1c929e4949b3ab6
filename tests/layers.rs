//! A module may use itself and the modules before it; nothing else.

use std::fs;
use std::path::{Path, PathBuf};

/// The order. A new module means a new name here.
const ORDER: &str =
    "text diag doc io prep value syntax check program compile engine run eval fuzz store report";

/// Modules that the engine must work without: they are the front end.
const FRONT_END: [&str; 3] = ["syntax", "check", "compile"];

#[test]
fn modules_only_use_modules_before_them() {
    let order: Vec<&str> = ORDER.split(' ').collect();
    let rank = |module: &str| order.iter().position(|name| *name == module);
    let uses = crate_uses();
    assert!(uses.len() > 50, "found only {} uses: does the test still read the sources?", uses.len());
    let mut wrong = Vec::new();
    for (module, used, file) in uses {
        let (Some(from), Some(to)) = (rank(&module), rank(&used)) else {
            wrong.push(format!("{file}: `{module}` or `{used}` is not in the order"));
            continue;
        };
        if to > from {
            wrong.push(format!("{file}: `{module}` must not use `{used}`"));
        }
        if module == "engine" && FRONT_END.contains(&used.as_str()) {
            wrong.push(format!("{file}: the engine must not know of `{used}`"));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

/// Every `crate::module` in the library, doc comments left out.
fn crate_uses() -> Vec<(String, String, String)> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let mut files = Vec::new();
    collect(&root, &mut files);
    files.sort();
    let mut uses = Vec::new();
    for path in files {
        let relative = path.strip_prefix(&root).unwrap();
        let module = relative.iter().next().unwrap().to_string_lossy().into_owned();
        if module == "lib.rs" || module == "bin" {
            continue;
        }
        let text = fs::read_to_string(&path).unwrap();
        let code = text.lines().filter(|line| !line.trim_start().starts_with("//"));
        for line in code {
            for (at, found) in line.match_indices("crate::") {
                let name: String = line[at + found.len()..]
                    .chars()
                    .take_while(|c| c.is_alphanumeric() || *c == '_')
                    .collect();
                if !name.is_empty() {
                    uses.push((module.clone(), name, relative.display().to_string()));
                }
            }
        }
    }
    uses
}

/// Every crate refuses unsafe code, whoever builds it.
#[test]
fn no_crate_has_unsafe_code() {
    for root in
        ["src/lib.rs", "src/bin/spanwright/main.rs", "lsp/src/lib.rs", "lsp/src/main.rs", "xtask/src/main.rs"]
    {
        let text = fs::read_to_string(crate::root(root)).unwrap();
        assert!(text.contains("\n#![forbid(unsafe_code)]\n"), "{root}");
    }
}

fn collect(folder: &Path, files: &mut Vec<PathBuf>) {
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            collect(&path, files);
        } else if path.extension().is_some_and(|e| e == "rs") {
            files.push(path);
        }
    }
}
