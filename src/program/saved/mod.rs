//! [`Saved`]: a program in a file, so that it starts without its sources.
//!
//! The rules lie in a section of small parts ([`codec`], [`parts`]), each table
//! of phrases in one of its own ([`file`]), which is read at a stroke. Regular
//! expressions lie there as they are written and are built anew, as is all that
//! can be worked out quicker than read.
//!
//! A file is trusted in nothing. Its checksums tell what was damaged; whoever
//! puts wrong bytes under right checksums gets a program that is refused, or one
//! that runs and ends ([`sound`]).

mod codec;
mod file;
mod parts;
mod sound;

use std::collections::BTreeMap;
use std::io::{self, Read, Write};
use std::path::Path;

use rayon::prelude::*;
use regex::{Regex, RegexSet};

use codec::{Broken, Counts, Reader, Stored, Taken, Writer, structs};
use file::{MARK, Section, Sections};

use super::regexes::memory;
use super::steps::Steps;
use super::{Phase, PhraseTrie, Program, RegexUse, Vocabulary, regex_set};
use crate::doc::schema::FoldFlags;

/// A program, and what is kept with it of its sources.
///
/// ```
/// use spanwright::program::{LoadConfig, Program, Saved};
/// let saved = Saved { program: Program { name: "demo".to_owned(), ..Program::default() }, ..Saved::default() };
/// let mut bytes = Vec::new();
/// saved.write(&mut bytes)?;
/// let loaded = Saved::from_bytes(&bytes, LoadConfig::default()).expect("it was just written");
/// assert_eq!(loaded.program.name(), "demo");
/// bytes.pop();
/// let error = Saved::from_bytes(&bytes, LoadConfig::default()).expect_err("it is cut short");
/// assert!(error.to_string().contains("cut short"));
/// # Ok::<(), std::io::Error>(())
/// ```
#[derive(Debug, Default)]
pub struct Saved {
    /// What runs.
    pub program: Program,
    /// What its pack consists of, to be set beside another version.
    pub parts: BTreeMap<String, String>,
    /// The texts of the tests of its pack.
    pub texts: Vec<String>,
}

/// How a saved program is loaded. `Default` is what the program does without flags.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct LoadConfig {
    /// The most bytes that its expressions may take, roughly.
    pub max_program: u64,
}

impl Default for LoadConfig {
    /// 256 MiB.
    fn default() -> Self {
        Self { max_program: 256 << 20 }
    }
}

/// Why a saved program cannot be loaded.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum LoadError {
    /// The file cannot be read.
    #[error("cannot read the saved program")]
    Io(#[source] io::Error),
    /// It is something else.
    #[error("this is no saved program, which `spanwright compile PACK -o FILE` writes")]
    NotSaved,
    /// Its end is missing.
    #[error("the saved program is cut short: write it anew with `spanwright compile PACK -o FILE`")]
    CutShort,
    /// Some of its bytes are not what they were.
    #[error("the saved program is damaged: write it anew with `spanwright compile PACK -o FILE`")]
    Damaged,
    /// It is of another format.
    #[error(
        "the saved program has a format of another version of Spanwright: write it anew with `spanwright compile PACK -o FILE`"
    )]
    OtherFormat,
    /// Another version wrote it.
    #[error("the saved program is of Spanwright {found}, this is {}: write it anew with `spanwright compile PACK -o FILE`", env!("CARGO_PKG_VERSION"))]
    OtherVersion {
        /// Which.
        found: String,
    },
    /// Its expressions are too large.
    #[error(
        "the expressions of the saved program take more than {limit} bytes: allow more with `--max-program`"
    )]
    TooLarge {
        /// What they may take.
        limit: u64,
    },
}

impl From<Broken> for LoadError {
    fn from(_: Broken) -> Self {
        Self::Damaged
    }
}

impl Saved {
    /// Whether a file begins as saved programs do. What cannot be read does not.
    #[must_use]
    pub fn is_at(path: &Path) -> bool {
        let mut start = [0; MARK.len()];
        // A pipe would lose what is read of it.
        path.is_file()
            && std::fs::File::open(path).is_ok_and(|mut file| file.read_exact(&mut start).is_ok())
            && start == MARK
    }

    /// Writes it. Equal programs give equal bytes.
    ///
    /// # Errors
    ///
    /// If `out` does not take the bytes.
    pub fn write(&self, out: &mut dyn Write) -> io::Result<()> {
        let (small, extras) = self.small();
        let mut sections = vec![Section::Bytes(&small)];
        for (_, Vocabulary { words, slots }) in &self.program.vocabularies {
            sections.push(Section::Bytes(words.all.as_bytes()));
            sections.extend([&words.ends, slots].map(|numbers| Section::Numbers(numbers)));
        }
        for (_, trie) in self.program.phases.iter().flat_map(|phase| &phase.phrases) {
            let PhraseTrie { roots, steps, known, starts, entries } = trie;
            sections.push(Section::Triples(&steps.places));
            sections.push(Section::Long(known));
            sections.push(Section::Pairs(&entries.features));
            sections.push(Section::Bytes(entries.texts.all.as_bytes()));
            let columns = [roots, starts, &entries.kind, &entries.values, &entries.feature_starts];
            sections.extend(columns.map(|numbers| Section::Numbers(numbers)));
            sections.push(Section::Numbers(&entries.texts.ends));
        }
        sections.push(Section::Bytes(&extras));
        file::write(&sections, out)
    }

    /// Reads it from bytes.
    ///
    /// # Errors
    ///
    /// If the bytes are not those of a program that this version wrote.
    pub fn from_bytes(bytes: &[u8], config: LoadConfig) -> Result<Self, LoadError> {
        whole(Sections::open(bytes, bytes.len() as u64)?, config)
    }

    /// Reads it from a file.
    ///
    /// # Errors
    ///
    /// If the file cannot be read, or is not that of a program that this version wrote.
    pub fn open(path: &Path, config: LoadConfig) -> Result<Self, LoadError> {
        whole(open(path)?, config)
    }

    /// The first section: everything that runs but the tables of phrases, the
    /// expressions first; and the last: what is kept besides.
    fn small(&self) -> (Vec<u8>, Vec<u8>) {
        let Self { program, parts, texts } = self;
        let (mut rest, mut extras) = (Writer::default(), Writer::default());
        program.put(&mut rest);
        extras.number(parts.len() as u64);
        for (name, text) in parts {
            extras.text(name);
            extras.text(text);
        }
        texts.put(&mut extras);
        let mut first = Writer::default();
        Sources {
            single: rest
                .regexes
                .into_iter()
                .map(|(usage, source)| (usage == RegexUse::Text, source))
                .collect(),
            sets: program
                .predicates
                .regexes
                .iter()
                .map(|set| set.as_ref().map(|(set, _)| set.patterns().to_vec()))
                .collect(),
        }
        .put(&mut first);
        first.bytes.append(&mut rest.bytes);
        (first.bytes, extras.bytes)
    }
}

impl Program {
    /// Reads what runs of a saved program; what is kept besides is not even looked at.
    ///
    /// # Errors
    ///
    /// If the file cannot be read, or is not that of a program that this version wrote.
    pub fn open(path: &Path, config: LoadConfig) -> Result<Self, LoadError> {
        read(&mut open(path)?, config)
    }
}

fn open(path: &Path) -> Result<Sections<std::fs::File>, LoadError> {
    let file = std::fs::File::open(path).map_err(LoadError::Io)?;
    let length = file.metadata().map_err(LoadError::Io)?.len();
    Sections::open(file, length)
}

/// Reads a file of which the head has been read.
fn whole(mut sections: Sections<impl Read>, config: LoadConfig) -> Result<Saved, LoadError> {
    let program = read(&mut sections, config)?;
    let extras = sections.bytes()?;
    sections.end()?;
    let mut reader = Reader::new(&extras);
    let parts: Vec<(String, String)> = Stored::take(&mut reader)?;
    let texts = Stored::take(&mut reader)?;
    reader.end()?;
    Ok(Saved { program, parts: parts.into_iter().collect(), texts })
}

/// The expressions of a program as they are written.
struct Sources {
    /// Whether one is searched in the text of documents, and how it is written.
    single: Vec<(bool, String)>,
    /// Those of token forms, for each field.
    sets: Vec<Option<Vec<String>>>,
}

structs! {
    Sources { single, sets }
}

/// An expression, or some that are searched together.
enum Built {
    One(RegexUse, Regex),
    Set(usize, RegexSet),
}

impl Sources {
    /// All expressions, built on all threads.
    fn build(&self, config: LoadConfig) -> Result<Vec<Built>, LoadError> {
        let sets = self.sets.iter().enumerate().filter_map(|(field, set)| Some((field, set.as_ref()?)));
        let sets: Vec<(usize, &Vec<String>)> = sets.collect();
        let all = self.single.iter().map(|(_, source)| source);
        self.measure(all.chain(sets.iter().flat_map(|(_, set)| *set)).collect(), config)?;
        let single = self.single.par_iter().map(|(in_text, source)| {
            let usage = if *in_text { RegexUse::Text } else { RegexUse::Field };
            usage.build(source).map(|regex| Built::One(usage, regex))
        });
        let sets = sets.par_iter().map(|(field, set)| regex_set(*set).map(|set| Built::Set(*field, set)));
        single.chain(sets).collect::<Result<_, _>>().map_err(|_| LoadError::Damaged)
    }

    /// Refuses expressions that a few bytes make large.
    fn measure(&self, all: Vec<&String>, config: LoadConfig) -> Result<(), LoadError> {
        let too_large = || LoadError::TooLarge { limit: config.max_program };
        // What is measured of the sources is a little less: brackets are put around some.
        let limit = config.max_program.saturating_mul(2);
        let sizes = all.par_iter().map(|source| memory(source));
        let total = sizes.try_reduce(|| 0u64, |a, b| Some(a.saturating_add(b)));
        if total.is_some_and(|total| total <= limit) { Ok(()) } else { Err(too_large()) }
    }
}

impl Stored for Program {
    fn put(&self, to: &mut Writer) {
        let Self {
            name,
            version,
            fingerprint,
            types,
            relations,
            features,
            origins,
            predicates,
            kinds: _,
            openings: _,
            text_tests: _,
            vocabularies,
            phases,
            links,
            asks_standing,
            columns,
            column_checks,
            groups,
            order,
            places,
        } = self;
        let counts = [types.len(), relations.len(), features.len(), columns.len(), origins.len()];
        counts.into_iter().chain([predicates.count as usize]).for_each(|count| to.number(count as u64));
        let foldings: Vec<FoldFlags> = vocabularies.iter().map(|(fold, _)| *fold).collect();
        foldings.put(to);
        name.put(to);
        version.put(to);
        fingerprint.put(to);
        types.put(to);
        relations.put(to);
        features.put(to);
        columns.put(to);
        origins.put(to);
        predicates.put(to);
        phases.put(to);
        links.put(to);
        asks_standing.put(to);
        column_checks.put(to);
        groups.put(to);
        order.put(to);
        places.put(to);
    }

    fn take(from: &mut Reader<'_>) -> Taken<Self> {
        let mut count = || u32::take(from);
        from.counts = Counts {
            types: count()?,
            relations: count()?,
            features: count()?,
            columns: count()?,
            rules: count()?,
            predicates: count()?,
            ..Counts::default()
        };
        let foldings: Vec<FoldFlags> = Stored::take(from)?;
        from.counts.vocabularies = foldings.len() as u32;
        let program = Self {
            vocabularies: foldings.into_iter().map(|fold| (fold, Vocabulary::default())).collect(),
            name: Stored::take(from)?,
            version: Stored::take(from)?,
            fingerprint: Stored::take(from)?,
            types: Stored::take(from)?,
            relations: Stored::take(from)?,
            features: Stored::take(from)?,
            columns: Stored::take(from)?,
            origins: Stored::take(from)?,
            predicates: Stored::take(from)?,
            phases: Stored::take(from)?,
            links: Stored::take(from)?,
            asks_standing: Stored::take(from)?,
            column_checks: Stored::take(from)?,
            groups: Stored::take(from)?,
            order: Stored::take(from)?,
            places: Stored::take(from)?,
            ..Self::default()
        };
        let counts = from.counts;
        let lengths = [
            (program.types.len(), counts.types),
            (program.relations.len(), counts.relations),
            (program.features.len(), counts.features),
            (program.columns.len(), counts.columns),
            (program.origins.len(), counts.rules),
        ];
        let all_there = lengths.into_iter().all(|(length, count)| length == count as usize);
        let few_phases = program.phases.len() <= usize::from(u16::MAX);
        if all_there && few_phases && sound::relates(&program) { Ok(program) } else { Err(Broken) }
    }
}

/// Reads all sections but the last.
fn read(sections: &mut Sections<impl Read>, config: LoadConfig) -> Result<Program, LoadError> {
    let small = sections.bytes()?;
    let mut reader = Reader::new(&small);
    let sources = Sources::take(&mut reader)?;
    for built in sources.build(config)? {
        match built {
            Built::One(usage, regex) => reader.regexes.push((usage, regex)),
            Built::Set(field, set) => *reader.sets.get_mut(field).ok_or(Broken)? = Some(set),
        }
    }
    let mut program = Program::take(&mut reader)?;
    reader.end()?;
    for (_, vocabulary) in &mut program.vocabularies {
        vocabulary.words.all = sections.text()?;
        vocabulary.words.ends = sections.numbers()?;
        vocabulary.slots = sections.numbers()?;
    }
    for (_, trie) in program.phases.iter_mut().flat_map(|phase| &mut phase.phrases) {
        trie.steps = Steps::new(sections.numbers()?);
        trie.known = sections.numbers()?;
        trie.entries.features = sections.numbers()?;
        trie.entries.texts.all = sections.text()?;
        let entries = &mut trie.entries;
        let columns = [&mut trie.roots, &mut trie.starts, &mut entries.kind, &mut entries.values];
        for column in columns.into_iter().chain([&mut entries.feature_starts, &mut entries.texts.ends]) {
            *column = sections.numbers()?;
        }
    }
    finish(&mut program)?;
    Ok(program)
}

/// Checks the tables, and works out what is not kept.
fn finish(program: &mut Program) -> Taken<()> {
    let features = program.features.len() as u32;
    let tries = || program.phases.iter().flat_map(|phase| &phase.phrases).map(|(_, trie)| trie);
    let vocabularies: Vec<&Vocabulary> = program.vocabularies.iter().map(|(_, words)| words).collect();
    let tries: Vec<&PhraseTrie> = tries().collect();
    let are_sound = vocabularies.par_iter().all(|vocabulary| vocabulary.is_sound())
        && tries.par_iter().all(|trie| {
            trie.is_sound() && trie.entries.features.iter().all(|[feature, _]| *feature < features)
        });
    if !are_sound {
        return Err(Broken);
    }
    program.prepare();
    program.phases.par_iter_mut().for_each(|Phase { regexes, .. }| {
        rayon::join(|| regexes.plain.finish(), || regexes.unmarked.finish());
    });
    Ok(())
}
