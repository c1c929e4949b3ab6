//! The command line.

use std::path::PathBuf;

use clap::{ArgGroup, Args, Parser, Subcommand, ValueEnum};
use spanwright::check::CheckConfig;
use spanwright::eval::{Limit, Tolerance};
use spanwright::text::OffsetUnit;

/// Tags entities and relations in text by rules, and scores them against gold.
#[derive(Debug, Parser)]
#[command(version, about, max_term_width = 100, arg_required_else_help = true)]
#[command(
    after_help = "Exit status: 0 done and holds, 1 done and does not hold, 2 could not be done, 130 interrupted, 143 ended by `kill`."
)]
pub(crate) struct Cli {
    #[command(flatten)]
    pub(crate) global: Global,
    #[command(subcommand)]
    pub(crate) command: Command,
}

/// Flags of every command.
#[derive(Args, Debug)]
pub(crate) struct Global {
    /// When to colour (NO_COLOR is respected)
    #[arg(
        long,
        global = true,
        value_enum,
        default_value_t,
        value_name = "WHEN",
        help_heading = "Global options"
    )]
    pub(crate) color: ColorWhen,
    /// Say nothing but errors on standard error
    #[arg(short, long, global = true, help_heading = "Global options")]
    pub(crate) quiet: bool,
    /// Say more on standard error
    #[arg(short, long, global = true, conflicts_with = "quiet", help_heading = "Global options")]
    pub(crate) verbose: bool,
    /// Refuse a rule pack whose patterns and expressions would take more memory
    #[arg(
        long,
        global = true,
        value_name = "SIZE",
        default_value = "256MiB",
        value_parser = size,
        help_heading = "Global options"
    )]
    pub(crate) max_program: u64,
}

impl Global {
    /// How packs are checked.
    pub(crate) fn checks(&self) -> CheckConfig {
        CheckConfig { max_program: self.max_program }
    }
}

/// When to colour.
#[derive(Clone, Copy, Debug, Default, ValueEnum)]
pub(crate) enum ColorWhen {
    #[default]
    Auto,
    Always,
    Never,
}

#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// Tag documents with a rule pack
    Extract(ExtractArgs),
    /// Score a pack, or predictions, against gold
    Score(ScoreArgs),
    /// Compare two packs, predictions or revisions on the same gold
    Compare(CompareArgs),
    /// Tell how far annotators agree
    Agree(AgreeArgs),
    /// List, show, export or take out the runs that `score --save` keeps
    Runs(RunsArgs),
    /// Write a rule pack as one file that starts at once
    Compile(CompileArgs),
    /// Report every problem of a rule pack
    Check(CheckArgs),
    /// Tell why a span is there, why another is not, or what a code means
    Explain(ExplainArgs),
    /// Run the tests that stand in a rule pack
    Test(TestArgs),
    /// Put the rule files of packs into one style
    Fmt(FmtArgs),
    /// Show tokens, sentences and lines of texts
    Tokenize(TokenizeArgs),
    /// Try odd texts on tokenizer, folding and a pack, and shrink what breaks a law
    Fuzz(FuzzArgs),
    /// Print completions for a shell
    Completions(CompletionsArgs),
    /// Print the manual page, or write the pages of all commands into a folder
    Man(ManArgs),
}

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
    #[arg(short = 'j', long, default_value_t = 0, value_name = "N")]
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
    #[arg(short = 'j', long, default_value_t = 0, value_name = "N")]
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

/// Reads `4096`, `500MB`, `1.5GiB`.
fn size(text: &str) -> Result<u64, String> {
    let wrong = || format!("`{text}` is no size: write bytes, or a number with KB, MB, GB, KiB, MiB or GiB");
    let at = text.find(|c: char| !c.is_ascii_digit() && c != '.').unwrap_or(text.len());
    let (number, unit) = text.split_at(at);
    let unit = match unit.trim().to_ascii_lowercase().as_str() {
        "" | "b" => 1u64,
        "kb" | "k" => 1_000,
        "mb" | "m" => 1_000_000,
        "gb" | "g" => 1_000_000_000,
        "kib" => 1 << 10,
        "mib" => 1 << 20,
        "gib" => 1 << 30,
        _ => return Err(wrong()),
    };
    let number: f64 = number.parse().map_err(|_| wrong())?;
    let bytes = number * unit as f64;
    if bytes >= 1.0 { Ok(bytes as u64) } else { Err("a size is 1 byte or more".to_owned()) }
}

/// The size of a document: spans count in 32 bits.
fn document_size(text: &str) -> Result<u64, String> {
    match size(text)? {
        bytes if bytes < u64::from(u32::MAX) => Ok(bytes),
        _ => Err("a document has between 1 byte and 4 GiB".to_owned()),
    }
}

fn share(text: &str) -> Result<f64, String> {
    match text.parse::<f64>() {
        Ok(share) if (0.0..=1.0).contains(&share) => Ok(share),
        _ => Err("a share is a number between 0 and 1, such as 0.5".to_owned()),
    }
}

fn seconds(text: &str) -> Result<f64, String> {
    match text.parse::<f64>() {
        Ok(seconds) if (0.0..=1e9).contains(&seconds) => Ok(seconds),
        _ => Err("a number of seconds, such as 60 or 0.5; 0 for no limit".to_owned()),
    }
}

fn beta(text: &str) -> Result<f64, String> {
    match text.parse::<f64>() {
        Ok(beta) if beta.is_finite() && beta > 0.0 => Ok(beta),
        _ => Err("a beta is a number above 0, such as 0.5 or 2".to_owned()),
    }
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
    #[arg(short = 'j', long, default_value_t = 0, value_name = "N")]
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
    /// Resamples of the documents; without it 10000, and 1000 for more than 2000 documents
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

fn margin(text: &str) -> Result<f64, String> {
    match text.parse::<f64>() {
        Ok(margin) if (0.0..=1.0).contains(&margin) => Ok(margin),
        _ => Err("a margin is a number between 0 and 1, such as 0.01".to_owned()),
    }
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
    #[arg(short = 'j', long, default_value_t = 0, value_name = "N")]
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
    #[arg(short = 'n', long, value_name = "N")]
    pub(crate) cases: Option<u64>,
    /// Stop after so many seconds
    #[arg(short, long, value_name = "S")]
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
    #[arg(short = 'j', long, default_value_t = 0, value_name = "N")]
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
