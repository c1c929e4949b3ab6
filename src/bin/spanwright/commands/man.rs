//! `spanwright man`

use anyhow::Context;
use clap::CommandFactory;

use crate::args::{Cli, ManArgs};
use crate::exit::Outcome;

pub(crate) fn run(args: &ManArgs) -> anyhow::Result<Outcome> {
    std::fs::create_dir_all(&args.folder).with_context(|| args.folder.display().to_string())?;
    clap_mangen::generate_to(Cli::command(), &args.folder)
        .with_context(|| args.folder.display().to_string())?;
    Ok(Outcome::Holds)
}
