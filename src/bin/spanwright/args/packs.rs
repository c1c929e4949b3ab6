//! Flags of what works on rule packs, and of what needs none.

use std::path::PathBuf;

use clap::{Args, ValueEnum};
use spanwright::text::OffsetUnit;

use super::ExplainFormat;
use super::values::{seconds, threads};

#[derive(Args, Debug)]
#[command(after_help = "\
Examples:
  spanwright check rules/vn-politics
  spanwright check rules/* --format short
  spanwright check rules/mine --fix
  spanwright check rules/* --strict --format sarif > problems.sarif
  spanwright check --explain E030")]
pub(crate) struct CheckArgs {
    /// Folders of rule packs
    #[arg(value_name = "PACK", required_unless_present = "explain")]
    pub(crate) packs: Vec<PathBuf>,
    /// How problems are written
    #[arg(short, long, value_enum, default_value_t)]
    pub(crate) format: CheckFormat,
    /// Mend what has one right answer, then check again
    #[arg(long)]
    pub(crate) fix: bool,
    /// Exit with status 1 if there are warnings
    #[arg(long)]
    pub(crate) strict: bool,
    /// Say what a code means and how to mend it
    #[arg(long, value_name = "CODE")]
    pub(crate) explain: Option<String>,
}

/// How problems are written.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
pub(crate) enum CheckFormat {
    /// With the source line underlined, and help
    #[default]
    Full,
    /// One line each
    Short,
    /// One JSON object a line
    Json,
    /// One SARIF log of all packs
    Sarif,
}

#[derive(Args, Debug)]
#[command(after_help = "\
Examples:
  spanwright test rules/vn-politics
  spanwright test rules/vn-politics --filter office
  spanwright test rules/vn-politics --filter office --update
  spanwright test rules/* --format junit -o tests.xml")]
pub(crate) struct TestArgs {
    /// Folders of rule packs
    #[arg(value_name = "PACK", required = true)]
    pub(crate) packs: Vec<PathBuf>,
    /// Only tests whose name holds this text
    #[arg(long, value_name = "TEXT")]
    pub(crate) filter: Option<String>,
    /// Rewrite texts that fail to what was found: `ask` for each, or take `all`
    #[arg(
        long,
        value_enum,
        value_name = "WHICH",
        num_args = 0..=1,
        require_equals = true,
        default_missing_value = "ask"
    )]
    pub(crate) update: Option<Update>,
    /// The same as `--update=all`
    #[arg(long, conflicts_with = "update")]
    pub(crate) accept: bool,
    /// List the rules without a test
    #[arg(long)]
    pub(crate) untested: bool,
    /// How outcomes are written
    #[arg(short, long, value_enum, default_value_t)]
    pub(crate) format: TestFormat,
    /// Where they go; `-` is standard output
    #[arg(short, long, value_name = "OUT", default_value = "-")]
    pub(crate) output: PathBuf,
    /// Threads that run tests; 0 is one for each core
    #[arg(short = 'j', long, default_value_t = 0, value_name = "N", value_parser = threads)]
    pub(crate) threads: usize,
}

/// Which texts that fail are rewritten.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum Update {
    /// Those that are taken when asked; without a terminal show what would change
    Ask,
    /// All of them
    All,
}

/// How outcomes of tests are written.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
pub(crate) enum TestFormat {
    /// What fails, expected and found side by side
    #[default]
    Text,
    /// JUnit XML
    Junit,
    /// One JSON object for each text, a line each
    Json,
}

#[derive(Args, Debug)]
#[command(after_help = "\
Only white space changes; rules mean what they meant. `pack.toml` and gazetteers are left alone.

Examples:
  spanwright fmt rules/vn-politics
  spanwright fmt --check rules/*
  spanwright fmt --diff rules/vn-politics/titles.span
  spanwright fmt - < titles.span

Exit status: 0 done, 1 with --check or --diff there is something to do, 2 a file could not be read.")]
pub(crate) struct FmtArgs {
    /// Folders of rule packs, or `.span` files; `-` is standard input, written to standard output
    #[arg(value_name = "PACK", required = true)]
    pub(crate) paths: Vec<PathBuf>,
    /// Write nothing; name the files that would change
    #[arg(long)]
    pub(crate) check: bool,
    /// Write nothing; show what would change
    #[arg(long)]
    pub(crate) diff: bool,
}

#[derive(Args, Debug)]
#[command(after_help = "\
Examples:
  echo 'Resolution No. 18-NQ/TW' | spanwright tokenize -
  spanwright tokenize article.txt --format json --offsets utf16")]
pub(crate) struct TokenizeArgs {
    /// Files, folders or globs; `-` is standard input
    #[arg(value_name = "PATH")]
    pub(crate) paths: Vec<PathBuf>,
    /// How tokens are written
    #[arg(short, long, value_enum, default_value_t)]
    pub(crate) format: TokenizeFormat,
    /// What offsets count: chars, bytes or utf16
    #[arg(long, default_value = "chars", value_name = "UNIT")]
    pub(crate) offsets: OffsetUnit,
}

/// How tokens are written.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
pub(crate) enum TokenizeFormat {
    /// A line for each token
    #[default]
    Table,
    /// One JSON object for each document
    Json,
}

/// What a law may take for a text where nothing is said.
pub(crate) const SECONDS: f64 = 60.0;

#[derive(Args, Debug)]
#[command(after_help = "\
Texts are drawn from seeds (the built-in ones and those of --corpus), changed, and put to every law that --list shows. A text that breaks one is shrunk and kept. Without --cases and --seconds 1000 texts are tried.

Examples:
  spanwright fuzz --seconds 60
  spanwright fuzz --pack rules/vn-politics --corpus news/ --cases 5000 --seed 7
  spanwright fuzz --list
  spanwright fuzz --replay fuzz-failures/tokens-tile-7-123.txt --invariant tokens-tile

Exit status: 0 every law held, 1 one broke, 2 could not be done.")]
pub(crate) struct FuzzArgs {
    /// Extract with this rule pack, or saved program, too; the texts of its tests become seeds
    #[arg(short, long, value_name = "PACK")]
    pub(crate) pack: Option<PathBuf>,
    /// Texts of your own to be changed: files, folders or globs
    #[arg(long, value_name = "PATH")]
    pub(crate) corpus: Vec<PathBuf>,
    /// Stop after so many texts
    #[arg(short = 'n', long, value_name = "N", value_parser = clap::value_parser!(u64).range(1..))]
    pub(crate) cases: Option<u64>,
    /// Stop after so many seconds
    #[arg(short, long, value_name = "S", value_parser = clap::value_parser!(u64).range(1..))]
    pub(crate) seconds: Option<u64>,
    /// Give a law so many seconds for a text; one that takes longer is broken. 0 sets no limit
    #[arg(long, default_value_t = SECONDS, value_parser = seconds, value_name = "S")]
    pub(crate) timeout: f64,
    /// What the texts are drawn by: the same seed draws the same texts
    #[arg(long, default_value_t = 1, value_name = "N")]
    pub(crate) seed: u64,
    /// Ask only this law; can be given several times
    #[arg(short, long, value_name = "NAME")]
    pub(crate) invariant: Vec<String>,
    /// List the laws
    #[arg(long, conflicts_with = "replay")]
    pub(crate) list: bool,
    /// Draw no texts: try this one, as it is; `-` is standard input
    #[arg(long, value_name = "FILE", conflicts_with_all = ["corpus", "cases", "seconds", "seed", "out"])]
    pub(crate) replay: Option<PathBuf>,
    /// Where texts that break a law are kept; the folder is made when there is one
    #[arg(short, long, value_name = "DIR", default_value = "fuzz-failures")]
    pub(crate) out: PathBuf,
    /// How the outcome is written
    #[arg(short, long, value_enum, default_value_t)]
    pub(crate) format: ExplainFormat,
    /// Threads that try texts; 0 is one for each core
    #[arg(short = 'j', long, default_value_t = 0, value_name = "N", value_parser = threads)]
    pub(crate) threads: usize,
}

#[derive(Args, Debug)]
#[command(
    after_help = "Example:\n  spanwright completions bash > ~/.local/share/bash-completion/completions/spanwright"
)]
pub(crate) struct CompletionsArgs {
    /// The shell
    #[arg(value_enum)]
    pub(crate) shell: clap_complete::Shell,
}

#[derive(Args, Debug)]
#[command(after_help = "\
Examples:
  spanwright man | man -l -
  spanwright man ~/.local/share/man/man1")]
pub(crate) struct ManArgs {
    /// Write the pages of all commands into this folder; it is made if it is not there
    #[arg(value_name = "DIR")]
    pub(crate) folder: Option<PathBuf>,
}
