//! `spanwright compile`

use anyhow::bail;

use super::{load_selected, needs_sources, write_to};
use crate::args::{CompileArgs, Global};
use crate::exit::Outcome;

pub(crate) fn run(args: &CompileArgs, global: &Global) -> anyhow::Result<Outcome> {
    needs_sources(&args.pack)?;
    if args.output.extension().is_some_and(|end| end == "gz" || end == "zst") {
        bail!("{}: saved programs are not packed, for they are to start at once", args.output.display());
    }
    let Some(saved) = load_selected(&args.pack, &args.selection, global)? else {
        return Ok(Outcome::Refused);
    };
    write_to(&args.output, |out| Ok(saved.write(out)?))?;
    Ok(Outcome::Holds)
}
