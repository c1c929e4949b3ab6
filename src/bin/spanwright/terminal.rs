//! Colour, progress, interruption.

use std::io::IsTerminal;
use std::path::Path;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use indicatif::{ProgressBar, ProgressStyle};
use spanwright::diag::Style;
use spanwright::report::Look;
use spanwright::run::Progress;

use crate::args::{ColorWhen, Global};

static INTERRUPTED: AtomicBool = AtomicBool::new(false);

/// Decides on colour.
pub(crate) fn set_up(global: &Global) {
    match global.color {
        ColorWhen::Auto => {}
        ColorWhen::Always => anstream::ColorChoice::write_global(anstream::ColorChoice::Always),
        ColorWhen::Never => anstream::ColorChoice::write_global(anstream::ColorChoice::Never),
    }
}

/// Lets the first Ctrl-C end the run in order, and the second at once.
fn catch_interruption() {
    // Without a handler the first ends the program at once, which is no worse.
    let _ = ctrlc::set_handler(|| {
        if INTERRUPTED.swap(true, Ordering::Relaxed) {
            std::process::exit(130);
        }
    });
}

/// Whether standard error takes colour.
pub(crate) fn style_of_errors() -> Style {
    match anstream::AutoStream::choice(&std::io::stderr()) {
        anstream::ColorChoice::Never => Style::Plain,
        _ => Style::Color,
    }
}

/// How tables look that go to a path: coloured where that is standard output and
/// takes colour.
pub(crate) fn look_of(output: &Path) -> Look {
    let takes_color = anstream::AutoStream::choice(&std::io::stdout()) != anstream::ColorChoice::Never;
    if output.as_os_str() == "-" && takes_color { Look::Color } else { Look::Terminal }
}

/// A bar on a terminal, warnings everywhere. It goes when it is dropped.
pub(crate) struct Bar {
    bar: ProgressBar,
    quiet: bool,
}

impl Bar {
    /// Begins to show progress, and to listen for Ctrl-C.
    pub(crate) fn new(global: &Global) -> Self {
        Self::counting(global, "documents")
    }

    /// The same for other things than documents.
    pub(crate) fn counting(global: &Global, what: &str) -> Self {
        catch_interruption();
        let shown = !global.quiet && std::io::stderr().is_terminal();
        let bar = if shown { ProgressBar::new_spinner() } else { ProgressBar::hidden() };
        let template = format!("{{spinner}} {{human_pos}} {what}, {{elapsed}}, {{per_sec}}");
        let style = ProgressStyle::with_template(&template);
        if let Ok(style) = style {
            bar.set_style(style);
        }
        if shown {
            bar.enable_steady_tick(Duration::from_millis(120));
        }
        Self { bar, quiet: global.quiet }
    }
}

impl Drop for Bar {
    fn drop(&mut self) {
        self.bar.finish_and_clear();
    }
}

impl Progress for Bar {
    fn advance(&self, documents: u64, _bytes: u64) {
        self.bar.inc(documents);
    }

    fn is_stopped(&self) -> bool {
        INTERRUPTED.load(Ordering::Relaxed)
    }

    fn warn(&self, message: &str) {
        if !self.quiet {
            self.bar.suspend(|| anstream::eprintln!("spanwright: {message}"));
        }
    }
}
