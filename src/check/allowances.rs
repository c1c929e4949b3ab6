//! `# allow W014: reason`: takes out the warnings that are meant to stand.

use crate::diag::{Diagnostic, Report, Severity, codes};
use crate::syntax::ast::RulePack;

/// Takes out allowed warnings; an allowance that allows nothing is a warning
/// of its own.
pub(super) fn apply(pack: &RulePack, report: &mut Report) {
    let mut used = vec![false; pack.allowances.len()];
    report.diagnostics.retain(|problem| {
        if problem.severity == Severity::Error {
            return true;
        }
        let mut stays = true;
        for (index, allowance) in pack.allowances.iter().enumerate() {
            let is_meant = [problem.code.id, problem.code.name].contains(&allowance.code.node.as_str());
            let place = &problem.primary;
            let start = place.span.start;
            let is_here =
                allowance.file == place.file && (allowance.line.start..=allowance.line.end).contains(&start);
            if is_meant && is_here {
                used[index] = true;
                stays = false;
            }
        }
        stays
    });
    for (allowance, _) in pack.allowances.iter().zip(used).filter(|(_, used)| !used) {
        let title = format!("no `{}` to allow here", allowance.code.node);
        report.diagnostics.push(
            Diagnostic::warning(&codes::UNUSED_ALLOWANCE, title, allowance.file, allowance.span)
                .help("take it out")
                .fix(allowance.span, ""),
        );
    }
}
