//! [`Keeper`]: takes results in the order of the input, writes and counts them.

use std::collections::HashSet;
use std::io::Write;

use super::config::{OnError, Output, Progress, RunConfig, RunError, RunSummary};
use super::workers::Worked;
use crate::engine::Cut;
use crate::io::{BadRecord, ReadError, reject_line};

/// What happens to results, in their order.
pub(super) struct Keeper<'k> {
    config: RunConfig,
    rejects: Option<&'k mut (dyn Write + Send)>,
    progress: &'k dyn Progress,
    pub(super) summary: RunSummary,
    ids: HashSet<String>,
}

impl<'k> Keeper<'k> {
    pub(super) fn new(
        config: RunConfig,
        rejects: Option<&'k mut (dyn Write + Send)>,
        progress: &'k dyn Progress,
        summary: RunSummary,
    ) -> Self {
        Self { config, rejects, progress, summary, ids: HashSet::new() }
    }

    pub(super) fn keep(&mut self, worked: Worked, output: &mut Output<'_>) -> Result<(), RunError> {
        let done = match worked {
            Ok(done) => done,
            Err(bad) => return self.set_aside(*bad, output),
        };
        if matches!(output, Output::Brat(_)) && !self.ids.insert(done.id.clone()) {
            // A second pair of files of one name would overwrite the first.
            let (file, line) = done.place;
            let reason = format!("a second document with the id `{}`", done.id);
            return Err(RunError::Read(ReadError::Record { file, line, reason }));
        }
        match output {
            Output::Lines(out, _) => out.write_all(&done.line).map_err(RunError::Write)?,
            Output::Partial(partial, _) => partial.write(&done.line).map_err(RunError::Write)?,
            Output::Brat(folder) => {
                if let Some((document, annotations)) = done.parts.as_deref() {
                    folder.write(document, annotations).map_err(RunError::Write)?;
                }
            }
        }
        if let Some(cut) = done.truncated {
            self.summary.truncated += 1;
            let why = match cut {
                Cut::Candidates(limit) => format!(
                    "cut short at {limit} candidates: cut the document into several, or allow more with `--max-candidates`"
                ),
                Cut::Matches => {
                    "a rule has more matches in one line, or more readings of one match, than are tried: \
                     narrow its pattern, or break the line"
                        .to_owned()
                }
            };
            self.progress.warn(&format!("{}: {why}", done.id));
        }
        self.summary.documents += 1;
        self.summary.bytes += done.bytes;
        self.summary.mentions += done.mentions;
        self.summary.relations += done.relations;
        self.progress.advance(1, done.bytes);
        self.take_note(output)
    }

    fn take_note(&mut self, output: &mut Output<'_>) -> Result<(), RunError> {
        match output {
            Output::Partial(partial, _) => Ok(partial.advance(&self.summary)?),
            Output::Lines(..) | Output::Brat(_) => Ok(()),
        }
    }

    fn set_aside(&mut self, bad: BadRecord, output: &mut Output<'_>) -> Result<(), RunError> {
        if self.config.on_error == OnError::Stop {
            return Err(bad.error.into());
        }
        self.summary.set_aside += 1;
        self.progress.warn(&format!("set aside: {bad}"));
        if let Some(rejects) = &mut self.rejects {
            rejects.write_all(&reject_line(&bad)).map_err(RunError::Rejects)?;
        }
        if let Output::Partial(partial, _) = output {
            partial.reject(&reject_line(&bad)).map_err(RunError::Rejects)?;
        }
        self.take_note(output)
    }
}
