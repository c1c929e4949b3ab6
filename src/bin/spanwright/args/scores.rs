//! Flags of what scores and compares.

use std::path::PathBuf;

use clap::{ArgGroup, Args, Subcommand, ValueEnum};
use spanwright::eval::{Limit, Tolerance};
use spanwright::text::OffsetUnit;

use super::SelectionArgs;
use super::values::{beta, margin, share, threads};

#[derive(Args, Debug)]
#[command(after_help = "\
Examples:
  spanwright score --pack rules/vn-politics --gold gold
  spanwright score --pred found.jsonl --gold gold --format json
  spanwright score --pack rules/vn-politics --gold gold --fail-under f1=0.9 --fail-under relations.f1=0.8
  spanwright score --pack rules/vn-politics --gold gold --by-rule --examples 3
  spanwright score --pack rules/vn-politics --gold gold --by-rule --format html -o scores.html
  spanwright score --pred found.jsonl --gold gold --compat nervaluate")]
#[command(group(ArgGroup::new("predicted").args(["pack", "pred"]).required(true)))]
pub(crate) struct ScoreArgs {
    /// Labelled documents: a folder, file or glob
    #[arg(short, long, value_name = "PATH")]
    pub(crate) gold: PathBuf,
    /// The rule pack, or saved program, to run over the texts of gold
    #[arg(short, long, value_name = "PACK")]
    pub(crate) pack: Option<PathBuf>,
    /// Predictions to score: a folder, file or glob; `-` is standard input
    #[arg(long, value_name = "PATH")]
    pub(crate) pred: Option<PathBuf>,
    /// How the scores are written
    #[arg(short, long, value_enum, default_value_t)]
    pub(crate) format: ScoreFormat,
    /// Where they go; `-` is standard output
    #[arg(short, long, value_name = "OUT", default_value = "-")]
    pub(crate) output: PathBuf,
    /// Exit with status 1 if a score is lower, such as f1=0.9 or relations.f1=0.8
    #[arg(long, value_name = "LIMIT", value_parser = Limit::parse)]
    pub(crate) fail_under: Vec<Limit>,
    /// What each rule found, what it alone found, and what the scores would be without it
    #[arg(long, requires = "pack")]
    pub(crate) by_rule: bool,
    /// List where gold deserves a second look: what precise rules find and gold lacks, texts that mostly bear another label
    #[arg(long, conflicts_with = "compat")]
    pub(crate) review_gold: bool,
    /// Show so many mistakes of each class in their context
    #[arg(long, default_value_t = 0, value_name = "N")]
    pub(crate) examples: usize,
    /// Add F with recall counting so many times as much as precision
    #[arg(long, value_name = "BETA", value_parser = beta)]
    pub(crate) beta: Option<f64>,
    /// Score these labels of mentions alone, with the relations between them: `PERSON,ORG`
    #[arg(long, value_name = "LABELS", value_delimiter = ',')]
    pub(crate) labels: Vec<String>,
    /// The SemEval schemes pair two spans only where they share so much of their union
    #[arg(long, value_name = "SHARE", default_value_t = 0.0, value_parser = share)]
    pub(crate) min_overlap: f64,
    /// How far numbers of values may lie apart: `0.5`, or `1%` of that of gold; without it they must be equal
    #[arg(long, value_name = "TOLERANCE", value_parser = Tolerance::parse)]
    pub(crate) value_tolerance: Option<Tolerance>,
    /// Take two dates for the same where the coarser one holds the finer: 2025-03 and 2025-03-17
    #[arg(long)]
    pub(crate) coarser_dates: bool,
    /// Report as another scorer does, to compare with published figures
    #[arg(long, value_enum, value_name = "SCORER", conflicts_with_all = ["by_rule", "examples", "beta", "fail_under"])]
    pub(crate) compat: Option<Compat>,
    /// What a document of gold without a prediction means
    #[arg(long, value_enum, default_value_t, value_name = "WHAT")]
    pub(crate) missing: Missing,
    /// A relation type whose direction does not count, beside those that the pack declares
    #[arg(long, value_name = "TYPE")]
    pub(crate) symmetric: Vec<String>,
    /// How the tags of columns are read: as conlleval repairs them, or as IOB2 or IOBES to the letter
    #[arg(long, value_enum, default_value_t, value_name = "MODE")]
    pub(crate) tags: TagsArg,
    /// What offsets count where a record does not say: chars, bytes or utf16
    #[arg(long, default_value = "chars", value_name = "UNIT")]
    pub(crate) offsets: OffsetUnit,
    /// Threads that extract; 0 is one for each core
    #[arg(short = 'j', long, default_value_t = 0, value_name = "N", value_parser = threads)]
    pub(crate) threads: usize,
    #[command(flatten)]
    pub(crate) selection: SelectionArgs,
    #[command(flatten)]
    pub(crate) resampling: ResamplingArgs,
    /// Keep this run: its scores, predictions and settings
    #[arg(long, help_heading = "History", conflicts_with = "compat")]
    pub(crate) save: bool,
    /// What is worth knowing about this run
    #[arg(long, value_name = "TEXT", requires = "save", help_heading = "History")]
    pub(crate) note: Option<String>,
    /// The folder of runs; without it the nearest `.spanwright` here or above
    #[arg(long, value_name = "DIR", help_heading = "History")]
    pub(crate) store: Option<PathBuf>,
    /// What intervals resample: documents, or the lines of one document
    #[arg(long, value_enum, default_value_t, help_heading = "Intervals", value_name = "UNIT")]
    pub(crate) unit: UnitArg,
}

/// What intervals resample.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
pub(crate) enum UnitArg {
    /// Documents
    #[default]
    Document,
    /// Lines: for a single document; too narrow, and marked so
    Line,
}

/// Scorers whose figures can be reproduced.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum Compat {
    /// nervaluate 1.2.1, over code points
    Nervaluate,
    /// seqeval 1.2.2
    Seqeval,
    /// conlleval.pl
    Conlleval,
}

/// How scores are written.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
pub(crate) enum ScoreFormat {
    /// Aligned tables
    #[default]
    Table,
    /// JSON with raw counts and ratios
    Json,
    /// Markdown tables
    Markdown,
    /// JUnit XML: a case for each limit of --fail-under, and one for each figure
    Junit,
    /// One page with charts and every document, gold against predictions
    Html,
}

/// How the tags of columns are read.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
pub(crate) enum TagsArg {
    /// A tag that cannot go on begins an entity
    #[default]
    Repair,
    /// Only B- begins an entity
    Iob2,
    /// Only whole B- I- E- and S- are entities
    Iobes,
}

impl From<TagsArg> for spanwright::io::TagMode {
    fn from(tags: TagsArg) -> Self {
        match tags {
            TagsArg::Repair => Self::Repair,
            TagsArg::Iob2 => Self::Iob2,
            TagsArg::Iobes => Self::Iobes,
        }
    }
}

/// What a document of gold without a prediction means.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
pub(crate) enum Missing {
    /// A mistake
    #[default]
    Error,
    /// Nothing was found in it
    Empty,
}

impl From<Missing> for spanwright::eval::MissingPrediction {
    fn from(missing: Missing) -> Self {
        match missing {
            Missing::Error => Self::Error,
            Missing::Empty => Self::Empty,
        }
    }
}

#[derive(Args, Debug)]
#[command(after_help = "\
A and B are rule packs or saved programs, predictions (a folder, file or glob), runs that `score --save` kept (their first digits, `latest`, `latest~1`), or REV:PACK, a pack as it was in a revision of the git repository; in this order.

Examples:
  spanwright compare rules/baseline rules/vn-politics --gold gold
  spanwright compare HEAD~3:rules/vn-politics rules/vn-politics --gold gold --format markdown
  spanwright compare old.jsonl new.jsonl --gold gold --no-worse-than 0.01
  spanwright compare latest~1 latest --gold gold

Exit status: 0 done and every gate holds, 1 a gate does not hold, 2 could not be done.")]
pub(crate) struct CompareArgs {
    /// What was before
    #[arg(value_name = "A")]
    pub(crate) a: String,
    /// What comes after
    #[arg(value_name = "B")]
    pub(crate) b: String,
    /// Labelled documents: a folder, file or glob
    #[arg(short, long, value_name = "PATH")]
    pub(crate) gold: PathBuf,
    /// How the comparison is written
    #[arg(short, long, value_enum, default_value_t)]
    pub(crate) format: ComparisonFormat,
    /// Where it goes; `-` is standard output
    #[arg(short, long, value_name = "OUT", default_value = "-")]
    pub(crate) output: PathBuf,
    /// Exit with status 1 unless the interval of B − A in F1 of entities stays above minus this margin
    #[arg(long, value_name = "MARGIN", value_parser = margin)]
    pub(crate) no_worse_than: Option<f64>,
    /// Exit with status 1 if B lacks a mention of this file: DOCUMENT, START, END and TYPE on a line, tabs between
    #[arg(long, value_name = "FILE")]
    pub(crate) must_pass: Option<PathBuf>,
    /// Compare on these labels of mentions alone, with the relations between them: `PERSON,ORG`
    #[arg(long, value_name = "LABELS", value_delimiter = ',')]
    pub(crate) labels: Vec<String>,
    /// How many changes and rules are listed
    #[arg(long, default_value_t = 20, value_name = "N")]
    pub(crate) show: usize,
    /// What a document of gold without a prediction means
    #[arg(long, value_enum, default_value_t, value_name = "WHAT")]
    pub(crate) missing: Missing,
    /// A relation type whose direction does not count, beside those that the pack declares
    #[arg(long, value_name = "TYPE")]
    pub(crate) symmetric: Vec<String>,
    /// How the tags of columns are read: as conlleval repairs them, or as IOB2 or IOBES to the letter
    #[arg(long, value_enum, default_value_t, value_name = "MODE")]
    pub(crate) tags: TagsArg,
    /// What offsets count where a record does not say: chars, bytes or utf16
    #[arg(long, default_value = "chars", value_name = "UNIT")]
    pub(crate) offsets: OffsetUnit,
    /// Threads that extract; 0 is one for each core
    #[arg(short = 'j', long, default_value_t = 0, value_name = "N", value_parser = threads)]
    pub(crate) threads: usize,
    /// Compare a run even if it was scored against another gold
    #[arg(long)]
    pub(crate) force: bool,
    /// The folder of runs; without it the nearest `.spanwright` here or above
    #[arg(long, value_name = "DIR")]
    pub(crate) store: Option<PathBuf>,
    #[command(flatten)]
    pub(crate) resampling: ResamplingArgs,
}

#[derive(Args, Debug)]
#[command(after_help = "\
RUN is the first digits of an id, `latest`, or `latest~1`, the one before it.

Examples:
  spanwright score --pack rules/vn-politics --gold gold --save --note 'titles split'
  spanwright runs list
  spanwright runs show latest
  spanwright runs export latest~1 -o old.jsonl
  spanwright compare latest~1 latest --gold gold")]
pub(crate) struct RunsArgs {
    /// The folder of runs; without it the nearest `.spanwright` here or above
    #[arg(long, global = true, value_name = "DIR")]
    pub(crate) store: Option<PathBuf>,
    #[command(subcommand)]
    pub(crate) command: RunsCommand,
}

#[derive(Debug, Subcommand)]
pub(crate) enum RunsCommand {
    /// List the runs, the newest first, and how often each gold was looked at
    List {
        /// Only runs against this gold: the first digits of its fingerprint
        #[arg(long, value_name = "FINGERPRINT")]
        gold: Option<String>,
        /// At most so many
        #[arg(short, long, value_name = "N")]
        number: Option<usize>,
        /// How they are written
        #[arg(short, long, value_enum, default_value_t)]
        format: CompareFormat,
    },
    /// Show one run with its figures as they were
    Show {
        /// The run
        run: String,
        /// How it is written
        #[arg(short, long, value_enum, default_value_t)]
        format: CompareFormat,
    },
    /// Take runs out
    Rm {
        /// The runs
        #[arg(value_name = "RUN", required = true)]
        runs: Vec<String>,
    },
    /// Write the predictions of a run as JSON Lines
    Export {
        /// The run
        run: String,
        /// Where they go; `-` is standard output
        #[arg(short, long, value_name = "OUT", default_value = "-")]
        output: PathBuf,
    },
}

/// How intervals are drawn.
#[derive(Args, Clone, Copy, Debug)]
#[command(next_help_heading = "Intervals")]
pub(crate) struct ResamplingArgs {
    /// Resamples of the documents; without it 10000, and 1000 for more than 2000 documents; with 0
    /// there are no intervals
    #[arg(long, value_name = "N")]
    pub(crate) samples: Option<u32>,
    /// The seed of the resamples
    #[arg(long, default_value_t = 1, value_name = "SEED")]
    pub(crate) seed: u64,
}

/// How comparisons are written.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
pub(crate) enum ComparisonFormat {
    /// Aligned tables
    #[default]
    Table,
    /// JSON with every change
    Json,
    /// Markdown tables, fit for a comment on a change
    Markdown,
    /// JUnit XML: a case for each gate and line of --must-pass, and one for each figure
    Junit,
}

/// How runs and agreement are written.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
pub(crate) enum CompareFormat {
    /// Aligned tables
    #[default]
    Table,
    /// JSON
    Json,
    /// Markdown tables
    Markdown,
}

#[derive(Args, Debug)]
#[command(after_help = "\
Every two annotators are compared; neither is gold. Documents are those that all have.

Examples:
  spanwright agree anna/ binh/
  spanwright agree anna/ binh/ chi.jsonl --format json")]
pub(crate) struct AgreeArgs {
    /// Annotations of the same documents: folders, files or globs, one an annotator
    #[arg(value_name = "PATH", required = true, num_args = 2..)]
    pub(crate) annotators: Vec<PathBuf>,
    /// How the agreement is written
    #[arg(short, long, value_enum, default_value_t)]
    pub(crate) format: CompareFormat,
    /// Where it goes; `-` is standard output
    #[arg(short, long, value_name = "OUT", default_value = "-")]
    pub(crate) output: PathBuf,
    /// How the tags of columns are read: as conlleval repairs them, or as IOB2 or IOBES to the letter
    #[arg(long, value_enum, default_value_t, value_name = "MODE")]
    pub(crate) tags: TagsArg,
    /// What offsets count where a record does not say: chars, bytes or utf16
    #[arg(long, default_value = "chars", value_name = "UNIT")]
    pub(crate) offsets: OffsetUnit,
}
