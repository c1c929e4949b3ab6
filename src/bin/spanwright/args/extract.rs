//! Flags of what extracts, and of what explains it.

use std::path::PathBuf;

use clap::{Args, ValueEnum};
use spanwright::text::OffsetUnit;

use super::values::{document_size, threads};

#[derive(Args, Debug)]
#[command(after_help = "\
Examples:
  spanwright extract --pack rules/vn-politics news/ -o found.jsonl
  cat article.txt | spanwright extract --pack rules/vn-politics -
  spanwright extract --pack rules/vn-politics 'news/*.txt' --format brat -o found/
  spanwright extract --pack rules/vn-politics big.jsonl.zst --on-error skip --rejects bad.jsonl -o found.jsonl.zst")]
pub(crate) struct ExtractArgs {
    /// Files, folders or globs; `-` is standard input
    #[arg(value_name = "PATH")]
    pub(crate) paths: Vec<PathBuf>,
    /// The folder of the rule pack, or a saved program
    #[arg(short, long, value_name = "PACK")]
    pub(crate) pack: PathBuf,
    /// Where results go; `-` is standard output, `.gz` and `.zst` are packed
    #[arg(short, long, value_name = "OUT", default_value = "-")]
    pub(crate) output: PathBuf,
    /// The format of the results
    #[arg(short, long, value_enum, default_value_t)]
    pub(crate) format: OutputFormat,
    /// The format of the input, where extensions do not say it
    #[arg(long, value_enum, value_name = "FORMAT")]
    pub(crate) input_format: Option<InputFormat>,
    /// Threads that extract; 0 is one for each core
    #[arg(short = 'j', long, default_value_t = 0, value_name = "N", value_parser = threads)]
    pub(crate) threads: usize,
    /// What offsets count, in and out: chars, bytes or utf16
    #[arg(long, default_value = "chars", value_name = "UNIT")]
    pub(crate) offsets: OffsetUnit,
    /// What happens at a record that cannot be read
    #[arg(long, value_enum, default_value_t, value_name = "WHAT")]
    pub(crate) on_error: OnErrorArg,
    /// Keep records that were set aside here, one JSON line each; with `--on-error skip`
    #[arg(long, value_name = "FILE")]
    pub(crate) rejects: Option<PathBuf>,
    /// Go on where a run with this flag, and the same others, was killed or interrupted; it leaves OUT.partial and OUT.resume
    #[arg(long, help_heading = "Long runs")]
    pub(crate) resume: bool,
    /// With --resume: bring all that is done to the disk after so many seconds
    #[arg(
        long,
        value_name = "SECONDS",
        default_value_t = 1.0,
        requires = "resume",
        help_heading = "Long runs"
    )]
    pub(crate) checkpoint: f64,
    /// Tell on standard error where the time went: by stage, and the dearest rules
    #[arg(long)]
    pub(crate) profile: bool,
    /// Stop a document after this many candidates
    #[arg(long, value_name = "N", default_value_t = 10_000_000, help_heading = "Limits")]
    pub(crate) max_candidates: u32,
    /// Set a document aside that is longer: a number of bytes, or as `500MB` or `2GiB`
    #[arg(long, value_name = "SIZE", default_value = "1GiB", value_parser = document_size, help_heading = "Limits")]
    pub(crate) max_document: u64,
    #[command(flatten)]
    pub(crate) selection: SelectionArgs,
}

#[derive(Args, Debug)]
#[command(after_help = "\
The file stands wherever `--pack` and `compare` name a pack, gives the same output, and starts without the sources; `check`, `fmt` and `test` need those. Which rules of it run is settled here. Only the version of Spanwright that wrote it reads it.

Examples:
  spanwright compile rules/vn-politics -o vn-politics.spanwright
  spanwright extract --pack vn-politics.spanwright news/ -o found.jsonl
  spanwright compile rules/vn-politics --without office -o lean.spanwright")]
pub(crate) struct CompileArgs {
    /// The folder of the rule pack
    #[arg(value_name = "PACK")]
    pub(crate) pack: PathBuf,
    /// Where the saved program goes; `-` is standard output
    #[arg(short, long, value_name = "FILE")]
    pub(crate) output: PathBuf,
    #[command(flatten)]
    pub(crate) selection: SelectionArgs,
}

/// Which rules of a pack run.
#[derive(Args, Clone, Debug, Default, PartialEq, Eq)]
#[command(next_help_heading = "Rules")]
pub(crate) struct SelectionArgs {
    /// Switch a rule off, by name, file:name or tag
    #[arg(long, value_name = "RULE")]
    pub(crate) without: Vec<String>,
    /// Switch a rule on that the pack switches off
    #[arg(long = "with", value_name = "RULE")]
    pub(crate) with: Vec<String>,
    /// Run only rules of this name or tag
    #[arg(long, value_name = "TAG")]
    pub(crate) only: Vec<String>,
}

#[derive(Args, Debug)]
#[command(after_help = "\
Examples:
  spanwright explain --pack rules/vn-politics article.txt:3
  spanwright explain --pack rules/vn-politics article.txt:3:14
  spanwright explain --pack rules/vn-politics --text 'Comrade Hau A Lenh spoke.'
  spanwright explain --pack rules/vn-politics article.txt --why-not 'PERSON \"Hau A Lenh\"'
  spanwright explain --pack rules/vn-politics article.txt --why-not 'HOLDS_POSITION \"Hau A Lenh\" \"Minister\"'
  spanwright explain E030")]
pub(crate) struct ExplainArgs {
    /// FILE, FILE:LINE or FILE:LINE:COLUMN; `-` is standard input; without `--pack` a code such as E030
    #[arg(value_name = "FILE|CODE", conflicts_with = "text")]
    pub(crate) what: Option<String>,
    /// The folder of the rule pack, or a saved program
    #[arg(short, long, value_name = "PACK")]
    pub(crate) pack: Option<PathBuf>,
    /// A text instead of a file
    #[arg(short, long, value_name = "TEXT")]
    pub(crate) text: Option<String>,
    /// Which document of a file that holds several
    #[arg(long, value_name = "ID")]
    pub(crate) id: Option<String>,
    /// Ask why a span or relation is not there: TYPE \"text\" or RELATION \"text\" \"text\"
    #[arg(long, value_name = "QUESTION")]
    pub(crate) why_not: Vec<String>,
    /// Show every rule that came near, not only the nearest
    #[arg(long)]
    pub(crate) all: bool,
    /// Show spans of internal types too
    #[arg(long)]
    pub(crate) internal: bool,
    /// How the answer is written
    #[arg(short, long, value_enum, default_value_t)]
    pub(crate) format: ExplainFormat,
    /// List the codes of all diagnostics
    #[arg(long)]
    pub(crate) codes: bool,
    #[command(flatten)]
    pub(crate) selection: SelectionArgs,
}

/// How explanations are written.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
pub(crate) enum ExplainFormat {
    /// For people
    #[default]
    Text,
    /// One JSON object a line
    Json,
}

/// Formats that are written.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
pub(crate) enum OutputFormat {
    /// JSON Lines, one document a line
    #[default]
    Jsonl,
    /// brat standoff, a folder of .txt and .ann
    Brat,
}

/// Formats that are read.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum InputFormat {
    /// Plain text, one document a file
    Text,
    /// JSON Lines
    Jsonl,
    /// brat standoff
    Brat,
    /// CoNLL-U
    Conllu,
    /// Columns of tokens and tags
    Conll,
    /// Records that were set aside, as `--rejects` keeps them
    Rejects,
}

impl InputFormat {
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Text => "text",
            Self::Jsonl => "jsonl",
            Self::Brat => "brat",
            Self::Conllu => "conllu",
            Self::Conll => "conll",
            Self::Rejects => "rejects",
        }
    }
}

/// What happens at a record that cannot be read.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
pub(crate) enum OnErrorArg {
    /// End the run
    #[default]
    Stop,
    /// Set the record aside and go on
    Skip,
}
