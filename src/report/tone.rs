//! Colour on a terminal.

use anstyle::{AnsiColor, Style};

use super::Look;

/// What a line says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Tone {
    Plain,
    /// A heading, or the figure that counts.
    Strong,
    /// The names of columns.
    Faint,
    /// Something better, or right.
    Good,
    /// Something worse, or wrong.
    Bad,
    /// Something to look at.
    Careful,
}

impl Tone {
    fn style(self) -> Style {
        match self {
            Self::Plain => Style::new(),
            Self::Strong => Style::new().bold(),
            Self::Faint => Style::new().dimmed(),
            Self::Good => AnsiColor::Green.on_default(),
            Self::Bad => AnsiColor::Red.on_default(),
            Self::Careful => AnsiColor::Yellow.on_default(),
        }
    }

    /// A line in this tone: as it is, but on a terminal with colour.
    pub(super) fn paint(self, look: Look, line: &str) -> String {
        if look != Look::Color || self == Self::Plain || line.is_empty() {
            return line.to_owned();
        }
        let style = self.style();
        format!("{}{line}{}", style.render(), style.render_reset())
    }
}

/// Good where an interval lies above nought, bad where it lies below.
pub(super) fn tone_of(interval: Option<crate::eval::Interval>) -> Tone {
    match interval {
        Some(interval) if interval.low > 0.0 => Tone::Good,
        Some(interval) if interval.high < 0.0 => Tone::Bad,
        _ => Tone::Plain,
    }
}
