//! The lists and texts of a benchmark, as files of our own folder.

use std::fs::{self, File};
use std::io::{self, BufRead, BufReader, Write};
use std::path::{Path, PathBuf};

use anyhow::{Context, Result};
use serde_json::Value;

use super::generate::{self, Amount};

/// The files that a folder of lists must hold, packed or not.
const FILES: [&str; 5] = ["g_1m.tsv", "r_1000.txt", "t_1000.json", "w2.jsonl", "w1-20mb.jsonl"];

/// A text to measure on.
pub(crate) struct Text {
    pub(crate) name: &'static str,
    pub(crate) path: PathBuf,
    /// The same cut after its first document.
    pub(crate) one: PathBuf,
    /// Bytes of text, without the JSON about it.
    pub(crate) bytes: usize,
}

impl Text {
    /// The same text so many times over.
    pub(super) fn over(&self, times: usize) -> Result<Self> {
        let path = self.path.with_extension(format!("{times}.jsonl"));
        if !path.is_file() {
            let once = fs::read(&self.path)?;
            let mut out = File::create(&path)?;
            (0..times).try_for_each(|_| out.write_all(&once))?;
        }
        Ok(Self { name: self.name, path, one: self.one.clone(), bytes: self.bytes * times })
    }
}

/// The origin of lists that are made.
const SEED: &str = "a seed";

/// Lists of which each size is a beginning.
pub(crate) struct Lists {
    folder: PathBuf,
    /// Where they come from.
    pub(crate) origin: String,
    /// Real or realistic news: the one that counts.
    pub(crate) w2: Text,
    /// News with few distinct words.
    pub(crate) w1: Text,
}

impl Lists {
    /// Takes the lists of a folder; where they are absent, makes some from a seed.
    pub(crate) fn find(source: &Path, folder: &Path) -> Result<Self> {
        let there = |name: &&str| source.join(name).is_file() || source.join(format!("{name}.gz")).is_file();
        let given = FILES.iter().all(there);
        let folder = folder.join(if given { "given" } else { "made" });
        if !folder.join("w2.jsonl").is_file() {
            fs::create_dir_all(&folder)?;
            if given {
                FILES.iter().try_for_each(|name| unpack(&source.join(name), &folder.join(name)))?;
            } else {
                generate::lists(&folder, Amount { phrases: 1_000_000, rules: 1_000, text: 20_000_000 })?;
            }
        }
        let lists = Self::open(folder)?;
        Ok(if given { Self { origin: source.display().to_string(), ..lists } } else { lists })
    }

    /// Whether they are made from a seed: their texts are words, but no news.
    pub(crate) fn are_made(&self) -> bool {
        self.origin == SEED
    }

    /// Small lists from a seed.
    pub(crate) fn small(folder: &Path) -> Result<Self> {
        let amount = Amount { phrases: 10_000, rules: 1_000, text: 300_000 };
        fs::create_dir_all(folder)?;
        generate::lists(folder, amount)?;
        Self::open(folder.to_owned())
    }

    /// Lists from a seed, made where they are not there.
    pub(super) fn made(folder: &Path, amount: Amount) -> Result<Self> {
        // Last come the texts, which say that the rest is there.
        if !folder.join("w2.jsonl").is_file() {
            fs::create_dir_all(folder)?;
            generate::lists(folder, amount)?;
        }
        Self::open(folder.to_owned())
    }

    fn open(folder: PathBuf) -> Result<Self> {
        let text = |name, file: &str| text(name, folder.join(file));
        let (w2, w1) = (text("w2", "w2.jsonl")?, text("w1", "w1-20mb.jsonl")?);
        Ok(Self { w2, w1, origin: SEED.to_owned(), folder })
    }

    /// A file of the first phrases, each with its type and id.
    pub(crate) fn phrases(&self, count: usize) -> Result<PathBuf> {
        self.first_lines("g_1m.tsv", &format!("g_{count}.tsv"), count)
    }

    /// A file of the first regular expressions.
    pub(crate) fn regexes(&self, count: usize) -> Result<PathBuf> {
        self.first_lines("r_1000.txt", &format!("r_{count}.txt"), count)
    }

    /// A file of the first token patterns, in the form of spaCy's matcher.
    pub(crate) fn patterns(&self, count: usize) -> Result<PathBuf> {
        let path = self.folder.join(format!("t_{count}.json"));
        if !path.is_file() {
            let all = fs::read_to_string(self.folder.join("t_1000.json"))?;
            let mut all: Vec<Value> = serde_json::from_str(&all).context("t_1000.json")?;
            all.truncate(count);
            fs::write(&path, serde_json::to_string(&all)?)?;
        }
        Ok(path)
    }

    fn first_lines(&self, all: &str, name: &str, count: usize) -> Result<PathBuf> {
        let (all, path) = (self.folder.join(all), self.folder.join(name));
        if !path.is_file() {
            let mut out = io::BufWriter::new(File::create(&path)?);
            for line in BufReader::new(File::open(all)?).lines().take(count) {
                writeln!(out, "{}", line?)?;
            }
            out.flush()?;
        }
        Ok(path)
    }
}

/// Copies a file, or what its `.gz` holds.
fn unpack(from: &Path, to: &Path) -> Result<()> {
    if from.is_file() {
        // The copy is ours to write again, whatever the source allows.
        fs::write(to, fs::read(from)?)?;
        return Ok(());
    }
    let packed = from.with_file_name(format!("{}.gz", from.file_name().unwrap_or_default().display()));
    let mut packed =
        flate2::read::MultiGzDecoder::new(File::open(&packed).context(packed.display().to_string())?);
    let temporary = to.with_extension("part");
    io::copy(&mut packed, &mut File::create(&temporary)?)?;
    fs::rename(temporary, to)?;
    Ok(())
}

fn text(name: &'static str, path: PathBuf) -> Result<Text> {
    let one = path.with_extension("one.jsonl");
    let mut bytes = 0;
    for (number, line) in BufReader::new(File::open(&path)?).lines().enumerate() {
        let line = line?;
        let record: Value = serde_json::from_str(&line)?;
        bytes += record["text"].as_str().context("a record without text")?.len();
        if number == 0 {
            fs::write(&one, line + "\n")?;
        }
    }
    Ok(Text { name, path, one, bytes })
}
