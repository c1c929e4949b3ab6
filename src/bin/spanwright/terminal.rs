//! Colour, progress, interruption.

use std::io::IsTerminal;
use std::path::Path;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Arc, LazyLock};
use std::time::Duration;

use indicatif::{ProgressBar, ProgressStyle};
use signal_hook::consts::{SIGINT, SIGTERM};
use signal_hook::flag;
use spanwright::diag::Style;
use spanwright::report::Look;
use spanwright::run::Progress;

use crate::args::{ColorWhen, Global};

/// Signals that ask for the end.
#[cfg(unix)]
const ENDS: [i32; 3] = [SIGINT, SIGTERM, signal_hook::consts::SIGHUP];
#[cfg(not(unix))]
const ENDS: [i32; 2] = [SIGINT, SIGTERM];

/// The last signal that asked for the end; 0 while none has.
static SIGNAL: LazyLock<Arc<AtomicUsize>> = LazyLock::new(listen);

/// Decides on colour.
pub(crate) fn set_up(global: &Global) {
    match global.color {
        ColorWhen::Auto => {}
        ColorWhen::Always => anstream::ColorChoice::write_global(anstream::ColorChoice::Always),
        ColorWhen::Never => anstream::ColorChoice::write_global(anstream::ColorChoice::Never),
    }
}

/// Lets the first signal end the run in order, and the second at once.
fn listen() -> Arc<AtomicUsize> {
    let (signal, again) = (Arc::<AtomicUsize>::default(), Arc::<AtomicBool>::default());
    for end in ENDS {
        // Without a handler the first ends the program at once, which is no worse.
        let _ = flag::register_conditional_shutdown(end, 128 + end, again.clone());
        let _ = flag::register(end, again.clone());
        let _ = flag::register_usize(end, signal.clone(), end as usize);
    }
    signal
}

/// The signal that asked for the end; 0 where none did.
pub(crate) fn signal() -> u8 {
    SIGNAL.load(Ordering::Relaxed) as u8
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
    /// Begins to show progress, and to listen for signals.
    pub(crate) fn new(global: &Global) -> Self {
        Self::counting(global, "documents")
    }

    /// The same for other things than documents.
    pub(crate) fn counting(global: &Global, what: &str) -> Self {
        LazyLock::force(&SIGNAL);
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
        signal() != 0
    }

    fn warn(&self, message: &str) {
        if !self.quiet {
            self.bar.suspend(|| anstream::eprintln!("spanwright: {message}"));
        }
    }
}
