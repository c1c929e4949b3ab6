//! Line charts as SVG: log-log axes, readable on light and on dark ground.

use std::fmt::Write as _;

/// Points over one measure, shown as panels side by side.
pub(super) struct Chart {
    pub(super) title: String,
    /// What grows, with its unit.
    pub(super) along: &'static str,
    pub(super) panels: Vec<Panel>,
}

/// One curve.
pub(super) struct Panel {
    /// What is measured, with its unit.
    pub(super) measure: &'static str,
    /// Both above 0; sorted by the first.
    pub(super) points: Vec<(f64, f64)>,
}

/// Of one panel, in pixels: the plot and what stands around it.
const PLOT: (f64, f64) = (300.0, 220.0);
const MARGIN: (f64, f64) = (64.0, 52.0);
const PANEL: (f64, f64) = (PLOT.0 + MARGIN.0 + 26.0, PLOT.1 + 2.0 * MARGIN.1);

const STYLE: &str = "text{font:12px sans-serif;fill:#24292f}.title{font-weight:bold}.grid{stroke:#d0d7de}\
    .curve{fill:none;stroke:#0969da;stroke-width:2}.point{fill:#0969da}\
    @media(prefers-color-scheme:dark){text{fill:#d1d7e0}.grid{stroke:#3d444d}.curve{stroke:#4493f8}.point{fill:#4493f8}}";

impl Chart {
    /// The same text for the same points.
    pub(super) fn svg(&self) -> String {
        let (width, height) = (PANEL.0 * self.panels.len() as f64, PANEL.1);
        let mut out = format!(
            "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {width:.0} {height:.0}\" role=\"img\">\n\
             <title>{0}</title>\n<style>{STYLE}</style>\n<text class=\"title\" x=\"8\" y=\"18\">{0}</text>\n",
            escaped(&self.title)
        );
        for (at, panel) in self.panels.iter().enumerate() {
            let _ = writeln!(out, "<g transform=\"translate({:.0} 0)\">", PANEL.0 * at as f64);
            self.panel(panel, &mut out);
            out.push_str("</g>\n");
        }
        out.push_str("</svg>\n");
        out
    }

    fn panel(&self, panel: &Panel, out: &mut String) {
        let across = Axis::over(panel.points.iter().map(|point| point.0));
        let up = Axis::over(panel.points.iter().map(|point| point.1));
        let (left, top) = MARGIN;
        let (right, bottom) = (left + PLOT.0, top + PLOT.1);
        let x = |value: f64| left + across.share(value) * PLOT.0;
        let y = |value: f64| bottom - up.share(value) * PLOT.1;
        let mut put = |line: String| out.extend([line.as_str(), "\n"]);
        put(format!("<text x=\"{left:.0}\" y=\"{:.0}\">{}</text>", top - 12.0, escaped(panel.measure)));
        for tick in across.ticks() {
            let x = x(tick);
            put(format!("<path class=\"grid\" d=\"M{x:.1} {top:.0}V{bottom:.0}\"/>"));
            put(format!(
                "<text text-anchor=\"middle\" x=\"{x:.1}\" y=\"{:.0}\">{}</text>",
                bottom + 16.0,
                short(tick)
            ));
        }
        for tick in up.ticks() {
            let y = y(tick);
            put(format!("<path class=\"grid\" d=\"M{left:.0} {y:.1}H{right:.0}\"/>"));
            put(format!(
                "<text text-anchor=\"end\" x=\"{:.0}\" y=\"{:.1}\">{}</text>",
                left - 6.0,
                y + 4.0,
                short(tick)
            ));
        }
        put(format!(
            "<text text-anchor=\"middle\" x=\"{:.0}\" y=\"{:.0}\">{}</text>",
            (left + right) / 2.0,
            bottom + 36.0,
            escaped(self.along)
        ));
        let places =
            panel.points.iter().map(|&(along, measure)| format!("{:.1},{:.1}", x(along), y(measure)));
        put(format!("<polyline class=\"curve\" points=\"{}\"/>", places.collect::<Vec<_>>().join(" ")));
        for &(along, measure) in &panel.points {
            put(format!(
                "<circle class=\"point\" cx=\"{:.1}\" cy=\"{:.1}\" r=\"3.5\"><title>{}: {}</title></circle>",
                x(along),
                y(measure),
                short(along),
                short(measure)
            ));
        }
    }
}

/// A logarithmic axis from one tick to another, at least a decade apart.
struct Axis {
    from: f64,
    to: f64,
}

/// The ticks of a decade.
const TICKS: [f64; 3] = [1.0, 2.0, 5.0];

impl Axis {
    fn over(values: impl Iterator<Item = f64>) -> Self {
        let (least, most) = values.fold((f64::MAX, f64::MIN), |(low, high), v| (low.min(v), high.max(v)));
        let (mut from, mut to) = (10f64.powf(least.log10().floor()), 10f64.powf(most.log10().ceil()));
        // A decade that no point reaches is cut down to the nearest tick.
        from *= TICKS.into_iter().rfind(|tick| from * tick <= least * 1.000_001).unwrap_or(1.0);
        to = TICKS
            .map(|tick| to / 10.0 * tick)
            .into_iter()
            .find(|tick| *tick * 1.000_001 >= most)
            .unwrap_or(to);
        if to / from < 10.0 {
            (from, to) = (from / 10f64.sqrt(), to * 10f64.sqrt());
        }
        Self { from, to }
    }

    /// Where a value lies, from 0 to 1.
    fn share(&self, value: f64) -> f64 {
        (value / self.from).ln() / (self.to / self.from).ln()
    }

    /// Every decade; of few decades the twos and fives too.
    fn ticks(&self) -> Vec<f64> {
        let decades = (self.to / self.from).log10();
        let steps = if decades > 2.5 { &TICKS[..1] } else { &TICKS[..] };
        let first = self.from.log10().floor() as i32;
        let all = (first..=self.to.log10().ceil() as i32)
            .flat_map(|decade| steps.iter().map(move |step| step * 10f64.powi(decade)));
        all.filter(|tick| (self.from * 0.999_999..=self.to * 1.000_001).contains(tick)).collect()
    }
}

/// `1k`, `2.5M`, `0.02`
fn short(value: f64) -> String {
    let (scaled, unit) = match value {
        _ if value >= 0.999_5e6 => (value / 1e6, "M"),
        _ if value >= 0.999_5e3 => (value / 1e3, "k"),
        _ => (value, ""),
    };
    let digits = match scaled {
        _ if scaled >= 9.995 => 0,
        _ if scaled >= 0.995 => 2,
        _ => 4,
    };
    let text = format!("{scaled:.digits$}");
    let text = if text.contains('.') { text.trim_end_matches('0').trim_end_matches('.') } else { &text };
    format!("{text}{unit}")
}

fn escaped(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_short() {
        let shown = [0.02, 0.5, 1.0, 2.5, 12.4, 999.9, 1_000.0, 5e6, 1e8].map(short);
        assert_eq!(shown, ["0.02", "0.5", "1", "2.5", "12", "1k", "1k", "5M", "100M"]);
    }

    #[test]
    fn all_points_lie_in_the_plot_and_the_larger_further() {
        for points in [
            vec![(1e3, 0.04), (1e4, 0.05), (5e6, 0.3)],
            vec![(1.0, 1.0), (2.0, 1.0)],
            vec![(10.0, 250.0)],
            vec![(3.0, 9.99), (7.0, 1.001), (8.0, 100.0)],
        ] {
            let axes = [Axis::over(points.iter().map(|p| p.0)), Axis::over(points.iter().map(|p| p.1))];
            for (a, b) in points.iter().zip(points.iter().skip(1)) {
                assert!(axes[0].share(a.0) < axes[0].share(b.0));
            }
            for (along, measure) in &points {
                assert!((-1e-6..=1.000_001).contains(&axes[0].share(*along)), "{along} of {points:?}");
                assert!((-1e-6..=1.000_001).contains(&axes[1].share(*measure)), "{measure} of {points:?}");
            }
            assert!(axes.iter().all(|axis| axis.ticks().len() >= 2), "{points:?}");
        }
    }

    #[test]
    fn a_chart_is_the_same_text_each_time_and_well_formed() {
        let panel = |measure| Panel { measure, points: vec![(1e3, 0.5), (1e6, 2.0)] };
        let chart = Chart {
            title: "A < B & C".to_owned(),
            along: "phrases",
            panels: vec![panel("seconds for each MB"), panel("MB of memory")],
        };
        let svg = chart.svg();
        assert_eq!(svg, chart.svg());
        assert!(svg.contains("<title>A &lt; B &amp; C</title>"));
        for (tag, count) in [("<g ", 2), ("<polyline", 2), ("<circle", 4)] {
            assert_eq!(svg.matches(tag).count(), count, "{tag}");
        }
        for tag in ["svg", "title", "text", "g", "circle", "style"] {
            let opened = svg.matches(&format!("<{tag} ")).count() + svg.matches(&format!("<{tag}>")).count();
            assert_eq!(opened, svg.matches(&format!("</{tag}>")).count(), "{tag}");
        }
        assert!(!svg.contains("NaN") && !svg.contains("inf"), "{svg}");
    }
}
