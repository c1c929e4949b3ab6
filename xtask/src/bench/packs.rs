//! Lists to rule packs.

use std::fmt::{self, Write as _};
use std::fs;
use std::io::{BufRead, BufReader, BufWriter, Write as _};
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, bail};
use serde_json::Value;

use super::lists::Lists;

/// How much a pack holds.
#[derive(Clone, Copy)]
pub(crate) struct Size {
    pub(crate) phrases: usize,
    pub(crate) regexes: usize,
    pub(crate) patterns: usize,
}

impl fmt::Display for Size {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let phrases = match self.phrases {
            1_000_000.. => format!("{}M", self.phrases / 1_000_000),
            1_000.. => format!("{}k", self.phrases / 1_000),
            few => few.to_string(),
        };
        write!(f, "{phrases} phrases + {} regexes + {} token patterns", self.regexes, self.patterns)
    }
}

/// Writes the pack of a size, unless it is there.
///
/// Each expression and each pattern makes spans of a type of its own, so that
/// none takes another's matches away; of phrases the leftmost, then the longest
/// stays. That is what the programs do that are measured beside this one.
pub(crate) fn write(lists: &Lists, folder: &Path, size: Size) -> Result<PathBuf> {
    let kind = if lists.are_made() { "made" } else { "given" };
    let pack = folder.join(format!("{kind}-{}-{}-{}", size.phrases, size.regexes, size.patterns));
    // Last comes what says that the rest is there.
    if pack.join("pack.toml").is_file() {
        return Ok(pack);
    }
    fs::create_dir_all(pack.join("gazetteers"))?;
    let types = phrases(&lists.phrases(size.phrases)?, &pack)?;
    let regexes = fs::read_to_string(lists.regexes(size.regexes)?)?;
    let mut rules = String::new();
    for (at, regex) in regexes.lines().enumerate() {
        writeln!(rules, "regex r{at} -> R{at} {{ /{}/ }}", regex.replace('/', "\\/"))?;
    }
    fs::write(pack.join("regexes.span"), rules)?;
    let patterns: Vec<Value> = serde_json::from_str(&fs::read_to_string(lists.patterns(size.patterns)?)?)?;
    let mut rules = String::new();
    for (at, rule) in patterns.iter().enumerate() {
        let parts = rule["pattern"].as_array().context("a pattern is no list")?;
        let parts = parts.iter().map(token).collect::<Result<Vec<_>>>()?;
        writeln!(rules, "rule t{at} {{ <T{at}: {}> }}", parts.join(" "))?;
    }
    fs::write(pack.join("patterns.span"), rules)?;
    let mut toml = format!(
        "[pack]\nname = \"bench\"\nversion = \"{}.{}.{}\"\n\
         phases = [[\"phrases.span\", \"regexes.span\", \"patterns.span\"]]\n\n[entities]\n",
        size.phrases, size.regexes, size.patterns
    );
    let numbered = |letter: char, count: usize| (0..count).map(move |at| format!("{letter}{at}"));
    let labels = types.iter().cloned().chain(numbered('R', regexes.lines().count()));
    for label in labels.chain(numbered('T', patterns.len())) {
        writeln!(toml, "{label} = {{}}")?;
    }
    if types.len() > 1 {
        let types = types.join("\", \"");
        write!(toml, "\n[resolve]\norder = [\"earliest\", \"longest\"]\nexclusive = [[\"{types}\"]]\n")?;
    }
    fs::write(pack.join("pack.toml"), toml)?;
    Ok(pack)
}

/// A gazetteer for each type. Says which types there are.
fn phrases(list: &Path, pack: &Path) -> Result<Vec<String>> {
    let mut files: Vec<(String, BufWriter<fs::File>)> = Vec::new();
    for line in BufReader::new(fs::File::open(list)?).lines() {
        let line = line?;
        let [phrase, label, id] = line.split('\t').collect::<Vec<_>>()[..] else {
            bail!("{}: `{line}` is no phrase with type and id", list.display())
        };
        let at = match files.iter().position(|(known, _)| known == label) {
            Some(at) => at,
            None => {
                let file = fs::File::create(pack.join(format!("gazetteers/{label}.tsv")))?;
                let mut file = BufWriter::new(file);
                writeln!(file, "phrase\tid")?;
                files.push((label.to_owned(), file));
                files.len() - 1
            }
        };
        writeln!(files[at].1, "{phrase}\t{id}")?;
    }
    let mut rules = String::new();
    for (label, file) in &mut files {
        file.flush()?;
        let name = label.to_lowercase();
        writeln!(rules, "gazetteer {name} -> {label} {{ file \"gazetteers/{label}.tsv\" }}")?;
    }
    fs::write(pack.join("phrases.span"), rules)?;
    Ok(files.into_iter().map(|(label, _)| label).collect())
}

/// A token of spaCy's matcher as a token of ours.
fn token(token: &Value) -> Result<String> {
    let members = token.as_object().context("a token is no object")?;
    let mut condition = String::new();
    for (name, value) in members.iter().filter(|(name, _)| *name != "OP") {
        condition = match (name.as_str(), value) {
            ("LOWER", Value::String(word)) => format!("lower = {}", quoted(word)),
            ("ORTH", Value::String(word)) => format!("text = {}", quoted(word)),
            ("LOWER", Value::Object(one_of)) => {
                let words = one_of.get("IN").and_then(Value::as_array).context("LOWER without IN")?;
                let words = words.iter().map(|word| quoted(word.as_str().unwrap_or_default()));
                format!("lower in ({})", words.collect::<Vec<_>>().join(", "))
            }
            ("LIKE_NUM", _) => "number".to_owned(),
            ("IS_DIGIT", _) => "text = /[0-9]+/".to_owned(),
            ("IS_TITLE", _) => "capitalized & !allcaps & !mixed".to_owned(),
            ("IS_ALPHA", _) => "text = /\\p{L}+/".to_owned(),
            ("IS_PUNCT", _) => "punct".to_owned(),
            (other, _) => bail!("a token asks for {other}"),
        };
    }
    let times = match token["OP"].as_str() {
        None | Some("1") => "",
        Some(times @ ("?" | "+" | "*")) => times,
        Some(other) => bail!("a token has the operator `{other}`"),
    };
    Ok(format!("[{condition}]{times}"))
}

fn quoted(text: &str) -> String {
    format!("\"{}\"", text.replace('\\', "\\\\").replace('"', "\\\""))
}
