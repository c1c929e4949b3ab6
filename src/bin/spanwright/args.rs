//! The command line.

mod extract;
mod packs;
mod scores;
mod values;

use clap::{Args, Parser, Subcommand, ValueEnum};
use spanwright::check::CheckConfig;
use spanwright::syntax::Nesting;

pub(crate) use extract::*;
pub(crate) use packs::*;
pub(crate) use scores::*;
use values::{nesting, size};

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
    /// Refuse rules whose groups, conditions and captures are nested deeper (1 to 150), or with
    /// lets written out three times as deep
    #[arg(
        long,
        global = true,
        value_name = "N",
        default_value_t,
        value_parser = nesting,
        help_heading = "Global options"
    )]
    pub(crate) max_nesting: Nesting,
}

impl Global {
    /// How packs are checked.
    pub(crate) fn checks(&self) -> CheckConfig {
        CheckConfig { max_program: self.max_program, max_nesting: self.max_nesting }
    }
}

impl Command {
    /// How many threads it may take, where it takes more than one; 0 is one for each core.
    pub(crate) fn threads(&self) -> Option<usize> {
        match self {
            Self::Extract(args) => Some(args.threads),
            Self::Score(args) => Some(args.threads),
            Self::Compare(args) => Some(args.threads),
            Self::Test(args) => Some(args.threads),
            Self::Fuzz(args) => Some(args.threads),
            Self::Agree(_) | Self::Compile(_) | Self::Check(_) | Self::Explain(_) => Some(0),
            Self::Runs(_) | Self::Fmt(_) | Self::Tokenize(_) | Self::Completions(_) | Self::Man(_) => None,
        }
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
