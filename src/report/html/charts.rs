//! Drawings as SVG: bars, points, a line. Coordinates are user units; colours come
//! from the style of the page.

use std::fmt::Write as _;

use super::{Counted, PastScore};

/// Text made fit for SVG.
fn escaped(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('"', "&quot;")
}

/// A dot for a figure with its interval, on a scale from 0 to 1.
pub(super) fn whisker(value: Option<f64>, interval: Option<(f64, f64)>) -> String {
    let x = |value: f64| 4.0 + 152.0 * value;
    let mut out = String::from(
        r#"<svg class="whisker" viewBox="0 0 160 16" width="160" height="16" aria-hidden="true"><line class="axis" x1="4" y1="8" x2="156" y2="8"/>"#,
    );
    if let Some((low, high)) = interval {
        let _ = write!(out, r#"<line class="range" x1="{:.1}" y1="8" x2="{:.1}" y2="8"/>"#, x(low), x(high));
    }
    if let Some(value) = value {
        let _ = write!(out, r#"<circle class="dot" cx="{:.1}" cy="8" r="4"/>"#, x(value));
    }
    out.push_str("</svg>");
    out
}

/// F1 by type, the best first, with intervals where they are known.
pub(super) fn bars(types: &[Counted]) -> String {
    let mut rows: Vec<(&Counted, f64)> =
        types.iter().filter_map(|row| row.figures[2].map(|f1| (row, f1))).collect();
    rows.sort_by(|a, b| b.1.total_cmp(&a.1).then_with(|| a.0.name.cmp(&b.0.name)));
    let height = 24 * rows.len() + 24;
    let x = |value: f64| 150.0 + 300.0 * value;
    let mut out = format!(
        r#"<svg viewBox="0 0 520 {height}" width="520" height="{height}" role="img" aria-label="F1 by type">"#
    );
    for tenth in [0.0, 0.25, 0.5, 0.75, 1.0] {
        let at = x(tenth);
        let _ = write!(
            out,
            r#"<line class="grid" x1="{at}" y1="0" x2="{at}" y2="{}"/><text class="tick" x="{at}" y="{}" text-anchor="middle">{tenth}</text>"#,
            height - 20,
            height - 6
        );
    }
    for (at, (row, f1)) in rows.iter().enumerate() {
        let y = 24 * at + 4;
        let _ = write!(
            out,
            r#"<text x="144" y="{}" text-anchor="end">{}</text><rect class="bar" x="150" y="{y}" width="{:.1}" height="14"/>"#,
            y + 12,
            escaped(&row.name),
            300.0 * f1
        );
        if let Some((low, high)) = row.interval {
            let (low, high, middle) = (x(low), x(high), y + 7);
            let _ = write!(
                out,
                r#"<path class="range" d="M{low:.1} {y}v14M{low:.1} {middle}H{high:.1}M{high:.1} {y}v14"/>"#
            );
        }
        let _ =
            write!(out, r#"<text class="value" x="516" y="{}" text-anchor="end">{}</text>"#, y + 12, row.f1);
    }
    out.push_str("</svg>");
    out
}

/// Precision against recall by type, with curves of equal F1.
pub(super) fn scatter(types: &[Counted]) -> String {
    let (x, y) = (|recall: f64| 44.0 + 360.0 * recall, |precision: f64| 376.0 - 360.0 * precision);
    let mut out = String::from(
        r#"<svg viewBox="0 0 520 416" width="520" height="416" role="img" aria-label="Precision against recall by type">"#,
    );
    for f1 in [0.2, 0.4, 0.6, 0.8] {
        // P = F·R / (2R − F)
        let points: Vec<String> = (0..=60)
            .map(|step| f1 / 2.0 + (1.0 - f1 / 2.0) * f64::from(step) / 60.0)
            .filter_map(|recall| {
                let precision = f1 * recall / (2.0 * recall - f1);
                (precision > 0.0 && precision <= 1.0).then(|| format!("{:.1},{:.1}", x(recall), y(precision)))
            })
            .collect();
        let _ = write!(
            out,
            r#"<polyline class="grid" points="{}"/><text class="tick" x="{:.1}" y="{:.1}">F1 {f1}</text>"#,
            points.join(" "),
            x(1.0) + 4.0,
            y(f1 / (2.0 - f1)) + 4.0
        );
    }
    let _ = write!(
        out,
        r#"<path class="axis" d="M{0:.1} {1:.1}V{2:.1}H{3:.1}"/><text class="tick" x="{4:.1}" y="408" text-anchor="middle">recall</text><text class="tick" x="12" y="{5:.1}" transform="rotate(-90 12 {5:.1})" text-anchor="middle">precision</text>"#,
        x(0.0),
        y(1.0),
        y(0.0),
        x(1.0),
        x(0.5),
        y(0.5)
    );
    for tick in [0.0, 0.5, 1.0] {
        let _ = write!(
            out,
            r#"<text class="tick" x="{:.1}" y="392" text-anchor="middle">{tick}</text><text class="tick" x="40" y="{:.1}" text-anchor="end">{tick}</text>"#,
            x(tick),
            y(tick) + 4.0
        );
    }
    // Labels of points that lie together stand one above the other.
    let mut taken: Vec<(f64, f64)> = Vec::new();
    for row in types {
        let [Some(precision), Some(recall), _] = row.figures else { continue };
        let (px, py) = (x(recall), y(precision));
        let mut ly = py + 4.0;
        while taken.iter().any(|(tx, ty)| (tx - px).abs() < 90.0 && (ty - ly).abs() < 12.0) {
            ly += 12.0;
        }
        taken.push((px, ly));
        let (lx, anchor) = if recall > 0.75 { (px - 8.0, "end") } else { (px + 8.0, "start") };
        let _ = write!(
            out,
            r#"<circle class="dot" cx="{px:.1}" cy="{py:.1}" r="4"/><text class="point" x="{lx:.1}" y="{ly:.1}" text-anchor="{anchor}">{}</text>"#,
            escaped(&row.name)
        );
    }
    out.push_str("</svg>");
    out
}

/// F1 of saved runs, the oldest first; nothing for fewer than two.
pub(super) fn history(past: &[PastScore]) -> Option<String> {
    let points: Vec<(&PastScore, f64)> = past.iter().filter_map(|run| run.f1.map(|f1| (run, f1))).collect();
    if points.len() < 2 {
        return None;
    }
    let x = |at: usize| 44.0 + 440.0 * at as f64 / (points.len() - 1) as f64;
    let y = |value: f64| 176.0 - 160.0 * value;
    let mut out = String::from(
        r#"<svg viewBox="0 0 520 200" width="520" height="200" role="img" aria-label="F1 of saved runs">"#,
    );
    for tick in [0.0, 0.5, 1.0] {
        let at = y(tick);
        let _ = write!(
            out,
            r#"<line class="grid" x1="44" y1="{at:.1}" x2="484" y2="{at:.1}"/><text class="tick" x="40" y="{:.1}" text-anchor="end">{tick}</text>"#,
            at + 4.0
        );
    }
    let bounds: Vec<(usize, f64, f64)> = points
        .iter()
        .enumerate()
        .filter_map(|(at, (run, _))| run.interval.map(|(low, high)| (at, low, high)))
        .collect();
    let above = bounds.iter().map(|(at, _, high)| format!("{:.1},{:.1}", x(*at), y(*high)));
    let below = bounds.iter().rev().map(|(at, low, _)| format!("{:.1},{:.1}", x(*at), y(*low)));
    let band: Vec<String> = above.chain(below).collect();
    let line: Vec<String> =
        points.iter().enumerate().map(|(at, (_, f1))| format!("{:.1},{:.1}", x(at), y(*f1))).collect();
    let _ = write!(
        out,
        r#"<polygon class="band" points="{}"/><polyline class="line" points="{}"/>"#,
        band.join(" "),
        line.join(" ")
    );
    for (at, (run, f1)) in points.iter().enumerate() {
        let _ = write!(
            out,
            r#"<circle class="dot" cx="{:.1}" cy="{:.1}" r="4"><title>{} {}: F1 {f1:.4}</title></circle>"#,
            x(at),
            y(*f1),
            escaped(&run.at),
            escaped(&run.name)
        );
    }
    out.push_str("</svg>");
    Some(out)
}
