//! Gazetteers and regexes: their entries, columns and expressions.

use std::borrow::Cow;
use std::hash::{Hash, Hasher};

use indexmap::IndexSet;
use rayon::prelude::*;
use rustc_hash::{FxHashMap, FxHashSet, FxHasher};
use smallvec::SmallVec;

use super::lints::{case_matters, has_case};
use super::size::Compiled;
use super::types::group_names;
use super::{CheckedGazetteer, CheckedRegex, Checker, Phrase, cased};
use crate::diag::{Diagnostic, codes};
use crate::doc::schema::{FeatureId, FoldFlags, RuleKind, TypeId};
use crate::prep::fold;
use crate::syntax::ast::{Expr, Gazetteer, GazetteerEntries, Modifiers, Name, Regex, TemplatePart};
use crate::syntax::suggest::nearest;
use crate::text::{FileId, Span};

/// Duplicates reported for one gazetteer.
const MOST_DUPLICATES: usize = 20;

/// The names of the columns of a table: its first line.
pub(super) fn columns(text: &str) -> Vec<String> {
    let first = rows(text).next().map_or("", |(_, row)| row);
    first.split('\t').map(|name| name.trim().to_owned()).collect()
}

/// The lines that are neither blank nor comments, with their places.
fn rows(text: &str) -> impl Iterator<Item = (usize, &str)> {
    let mut at = 0;
    let lines = text.split_inclusive('\n').map(move |line| {
        let start = at;
        at += line.len();
        (start, line.trim_end_matches(['\n', '\r']))
    });
    let lines = lines.map(|(at, line)| match line.strip_prefix('\u{feff}') {
        Some(rest) => (at + 3, rest),
        None => (at, line),
    });
    lines.filter(|(_, line)| !line.trim().is_empty() && !line.starts_with('#'))
}

/// A phrase with where it stands. Of a million of them none has a copy.
struct Row<'t> {
    text: &'t str,
    /// What stands in further columns, each with the index of its name.
    cells: SmallVec<[(usize, &'t str); 1]>,
    file: FileId,
    span: Span,
}

/// What the phrases of a gazetteer get: the value where there is no feature.
struct RowFeatures {
    /// For each column.
    columns: Vec<Option<FeatureId>>,
    /// Then this, in order.
    sets: Vec<(Option<FeatureId>, Source)>,
}

/// Where a `set` has its text from.
enum Source {
    Column(usize),
    Text(String),
}

impl Checker<'_> {
    /// What expressions and links fold.
    pub(super) fn fold(&mut self, names: &[Name]) -> FoldFlags {
        self.options(names, &["fold-case", "fold-marks"]).0
    }

    /// How a gazetteer matches: what folds, and whether anywhere.
    fn matching(&mut self, names: &[Name]) -> (FoldFlags, bool) {
        self.options(names, &["fold-case", "fold-marks", "anywhere"])
    }

    fn options(&mut self, names: &[Name], known: &[&str]) -> (FoldFlags, bool) {
        let (mut flags, mut anywhere) = (FoldFlags::default(), false);
        for name in names {
            let option = match name.node.as_str() {
                "fold-case" => &mut flags.case,
                "fold-marks" => &mut flags.marks,
                "anywhere" if known.contains(&"anywhere") => &mut anywhere,
                other => {
                    let near = nearest(other, known.iter().copied());
                    let help = match near {
                        Some(near) => format!("did you mean `{near}`?"),
                        None if other == "anywhere" => {
                            "take it out: expressions match anywhere as they are".to_owned()
                        }
                        None => format!("there are `{}`", known.join("`, `")),
                    };
                    let title = match other {
                        "anywhere" => "`anywhere` belongs to gazetteers".to_owned(),
                        other => format!("unknown folding `{other}`"),
                    };
                    self.problem(
                        Diagnostic::error(&codes::UNKNOWN_FOLD, title, self.file, name.span)
                            .help(help)
                            .renamed(near),
                    );
                    continue;
                }
            };
            if std::mem::replace(option, true) {
                self.problem(
                    Diagnostic::error(&codes::NO_EFFECT, "this is said twice", self.file, name.span)
                        .help("take one out"),
                );
            }
        }
        (flags, anywhere)
    }

    /// Reports modifiers that only rules have.
    fn only_rules(&mut self, modifiers: &Modifiers) {
        let spans = [
            ("across lines", modifiers.across_lines),
            ("overlap", modifiers.overlap.as_ref().map(|overlap| overlap.span)),
        ];
        for (what, span) in spans {
            if let Some(span) = span {
                let title = format!("`{what}` has no effect here: it belongs to rules");
                self.problem(
                    Diagnostic::error(&codes::NO_EFFECT, title, self.file, span)
                        .help("take it out")
                        .fix(span, ""),
                );
            }
        }
    }

    pub(super) fn gazetteer(&mut self, item: &Gazetteer) -> Option<CheckedGazetteer> {
        self.only_rules(&item.modifiers);
        let (flags, anywhere) = self.matching(&item.fold);
        let text = |entries: &GazetteerEntries| match entries {
            GazetteerEntries::File(_, Some(file)) => self.report.sources.file(*file).text.clone(),
            GazetteerEntries::File(_, None) | GazetteerEntries::Inline(_) => String::new(),
        };
        let texts: Vec<String> = item.entries.iter().map(text).collect();
        let mut rows: Vec<Row<'_>> = Vec::new();
        let mut names: IndexSet<String> = IndexSet::new();
        let mut unread = false;
        for (entries, table) in item.entries.iter().zip(&texts) {
            match entries {
                GazetteerEntries::Inline(text) => rows.push(Row {
                    text: &text.node,
                    cells: SmallVec::new(),
                    file: self.file,
                    span: text.span,
                }),
                GazetteerEntries::File(path, Some(file)) => {
                    self.read_table(path, (*file, table), &mut names, &mut rows);
                }
                GazetteerEntries::File(_, None) => unread = true,
            }
        }
        if rows.is_empty() && !unread {
            self.problem(
                Diagnostic::error(
                    &codes::EMPTY_GAZETTEER,
                    format!("gazetteer `{}` holds no phrase", item.name.node),
                    self.file,
                    item.name.span,
                )
                .help("add phrases in quotes, or `file \"….tsv\"`"),
            );
        }
        if anywhere {
            let bytes: usize = rows.iter().map(|row| row.text.len()).sum();
            self.grow(super::size::of_phrases(bytes), item.name.span);
        }
        let hashes: Vec<u64> = rows.par_iter().map(|row| folded_hash(row.text, flags)).collect();
        self.duplicate_phrases(&rows, &hashes, flags);
        self.lint_phrases(item, &rows, &hashes, anywhere);
        let filled = filled(&rows, names.len());
        let columns: Vec<String> = filled.iter().map(|&name| names[name].clone()).collect();
        // What columns a missing file would have had is not known.
        self.gazetteer_sets(item, (!unread).then_some(columns.as_slice()));
        let entries = match rows.is_empty() {
            true => Vec::new(),
            false => {
                let features = self.row_features(item, &names, &filled);
                rows.par_iter().map(|row| phrase(row, &features)).collect()
            }
        };
        let label = self.types.id(&item.label.node)?;
        let sets = !item.sets.is_empty() || columns.iter().any(|name| name == "value");
        Some(CheckedGazetteer {
            info: self.info(&item.name, RuleKind::Gazetteer, &item.modifiers.tags),
            label,
            rank: self.rank(&item.modifiers, true, sets),
            fold: flags,
            anywhere,
            entries,
        })
    }

    fn read_table<'t>(
        &mut self,
        path: &Name,
        (file, text): (FileId, &'t str),
        all_names: &mut IndexSet<String>,
        out: &mut Vec<Row<'t>>,
    ) {
        if !path.node.ends_with(".tsv") {
            let plain = rows(text).map(|(at, line)| {
                let start = at + (line.len() - line.trim_start().len());
                let span = Span::new(start as u32, (start + line.trim().len()) as u32);
                Row { text: line.trim(), cells: SmallVec::new(), file, span }
            });
            out.extend(plain);
            return;
        }
        let names = columns(text);
        let indices: Vec<usize> =
            names[1..].iter().map(|name| all_names.insert_full(name.clone()).0).collect();
        for (at, line) in rows(text).skip(1) {
            let mut cells = line.split('\t');
            let phrase = cells.next().unwrap_or("").trim();
            let cells: SmallVec<[&str; 4]> = cells.map(str::trim).collect();
            let span = Span::new(at as u32, (at + line.len()) as u32);
            if cells.len() + 1 != names.len() || phrase.is_empty() {
                let title = if phrase.is_empty() {
                    "this row has no phrase".to_owned()
                } else {
                    let columns = if cells.is_empty() { "column" } else { "columns" };
                    format!(
                        "this row has {} {columns}, the first line names {}",
                        cells.len() + 1,
                        names.len()
                    )
                };
                self.problem(
                    Diagnostic::error(&codes::BROKEN_ROW, title, file, span)
                        .help(format!("columns are parted by tabs: {}", names.join(", "))),
                );
                continue;
            }
            let named = indices.iter().copied().zip(cells).filter(|(_, cell)| !cell.is_empty());
            let cells = named.collect();
            let span = Span::new(at as u32, (at + phrase.len()) as u32);
            out.push(Row { text: phrase, cells, file, span });
        }
    }

    /// Warns of rows that stand twice; `hashes` are those of the folded phrases.
    fn duplicate_phrases(&mut self, rows: &[Row<'_>], hashes: &[u64], flags: FoldFlags) {
        let mut sorted = hashes.to_vec();
        sorted.par_sort_unstable();
        let repeated = sorted.windows(2).filter(|pair| pair[0] == pair[1]).map(|pair| pair[0]);
        let repeated: FxHashSet<u64> = repeated.collect();
        if repeated.is_empty() {
            return;
        }
        drop(sorted);
        let mut seen: FxHashMap<Cow<'_, str>, usize> = FxHashMap::default();
        let mut reported = 0;
        for (index, row) in rows.iter().enumerate() {
            if !repeated.contains(&hashes[index]) {
                continue;
            }
            let key = fold(row.text, flags);
            let Some(&first) = seen.get(&key) else {
                seen.insert(key, index);
                continue;
            };
            // Two things of one name are two entries; two equal rows are a slip.
            let first = &rows[first];
            if first.cells == row.cells && reported < MOST_DUPLICATES {
                reported += 1;
                self.problem(
                    Diagnostic::warning(
                        &codes::DUPLICATE_PHRASE,
                        format!("\"{}\" stands twice in this gazetteer", row.text),
                        row.file,
                        row.span,
                    )
                    .secondary(first.file, first.span, "first")
                    .help("take one out"),
                );
            }
        }
    }

    /// Warns of phrases that stand elsewhere too, and of folding for nothing.
    fn lint_phrases(&mut self, item: &Gazetteer, rows: &[Row<'_>], hashes: &[u64], anywhere: bool) {
        if item.modifiers.overrides.is_none()
            && let Some(label) = self.types.id(&item.label.node)
            && self.met.begin(&item.name.node, label, self.step)
        {
            for (row, hash) in rows.iter().zip(hashes) {
                let place = (row.file, row.span);
                // What is found anywhere is another thing than what is found on tokens.
                self.shared_phrase((row.text, hash ^ u64::from(anywhere)), place);
            }
        }
        let folding = |name: &str| item.fold.iter().find(|fold| fold.node == name);
        if let Some(name) = folding("fold-case")
            && !rows.is_empty()
            && !rows.iter().any(|row| row.text.contains(has_case))
        {
            self.folds_nothing("no phrase has letters with case", name.span);
        }
        if let Some(name) = folding("fold-marks")
            && !rows.is_empty()
            && !rows.iter().any(|row| row.text.contains(char::is_alphabetic))
        {
            self.folds_nothing("no phrase has letters", name.span);
        }
    }

    fn gazetteer_sets(&mut self, item: &Gazetteer, columns: Option<&[String]>) {
        for set in &item.sets {
            if let Some(target) = &set.target {
                self.problem(
                    Diagnostic::error(
                        &codes::UNBOUND_NAME,
                        "a gazetteer makes one span: no name stands before the feature",
                        self.file,
                        target.span,
                    )
                    .help(format!("write `set {} = …`", set.feature.node)),
                );
            }
            match &set.value {
                Expr::Column(name) => {
                    let Some(columns) = columns.filter(|columns| !columns.contains(&name.node)) else {
                        continue;
                    };
                    let near = nearest(&name.node, columns.iter().map(String::as_str));
                    let help = match near {
                        Some(near) => format!("did you mean `{near}`?"),
                        None if columns.is_empty() => {
                            "name columns in the first line of a `.tsv` file".to_owned()
                        }
                        None => format!("there are {}", columns.join(", ")),
                    };
                    let title = format!("no column `{}`", name.node);
                    self.problem(
                        Diagnostic::error(&codes::UNKNOWN_COLUMN, title, self.file, name.span)
                            .help(help)
                            .renamed(near.map(|near| format!("\"{near}\"")).as_deref()),
                    );
                }
                Expr::Template(template) => {
                    for part in &template.parts {
                        if let TemplatePart::Field { name, .. } = part {
                            self.problem(
                                Diagnostic::error(
                                    &codes::UNKNOWN_TEMPLATE_NAME,
                                    format!("a gazetteer has no `{}`", name.node),
                                    self.file,
                                    name.span,
                                )
                                .help("use `column(\"…\")` for what differs from phrase to phrase"),
                            );
                        }
                    }
                }
                Expr::Normalizer { name, .. } => self.problem(
                    Diagnostic::error(
                        &codes::NOT_SUPPORTED,
                        "a gazetteer states values, it does not compute them",
                        self.file,
                        name.span,
                    )
                    .help("put the value into a column called `value`"),
                ),
            }
        }
    }

    /// What the columns that some row fills, and the item itself, set.
    fn row_features(&mut self, item: &Gazetteer, names: &IndexSet<String>, filled: &[usize]) -> RowFeatures {
        let mut columns = vec![None; names.len()];
        for &name in filled {
            columns[name] = self.feature(&Name::new(names[name].clone(), Span::default()));
        }
        let sets = item.sets.iter().filter_map(|set| {
            let feature = self.feature(&set.feature);
            match &set.value {
                Expr::Column(column) => {
                    names.get_index_of(&column.node).map(|column| (feature, Source::Column(column)))
                }
                Expr::Template(template) => {
                    let text = template.parts.iter().map(|part| match part {
                        TemplatePart::Literal(text) => text.as_str(),
                        TemplatePart::Field { .. } => "",
                    });
                    Some((feature, Source::Text(text.collect())))
                }
                Expr::Normalizer { .. } => None,
            }
        });
        RowFeatures { sets: sets.collect(), columns }
    }

    pub(super) fn regex_item(&mut self, item: &Regex) -> Option<CheckedRegex> {
        self.only_rules(&item.modifiers);
        let fold = self.fold(&item.fold);
        let mut patterns = Vec::new();
        for literal in &item.patterns {
            let Some(source) = self.regex(literal) else { continue };
            // Letters of both cases can be too many where those of one are not.
            if fold.case && !self.compiles(&cased(&source, true), literal.span) {
                continue;
            }
            if matches!(self.compiled.get(&source), Some(Ok(Compiled { is_empty: true, .. }))) {
                self.problem(
                    Diagnostic::error(
                        &codes::MATCHES_NOTHING,
                        "this regular expression matches the empty text",
                        self.file,
                        literal.span,
                    )
                    .help("make one of its parts obligatory"),
                );
            }
            self.slow_regex(&cased(&source, fold.case), literal.span);
            patterns.push(source);
        }
        if let Some(name) = item.fold.iter().find(|name| name.node == "fold-case")
            && !patterns.is_empty()
            && !patterns.iter().any(|source| case_matters(source))
        {
            self.folds_nothing("no expression has letters with case", name.span);
        }
        if item.patterns.is_empty() {
            self.problem(
                Diagnostic::error(
                    &codes::DOES_NOTHING,
                    format!("regex `{}` has no expression", item.name.node),
                    self.file,
                    item.name.span,
                )
                .help("write one between slashes: /…/"),
            );
        }
        // A template may only name what every expression has.
        let mut groups: Option<Vec<String>> = None;
        let mut group_types: Vec<(String, TypeId)> = Vec::new();
        for literal in &item.patterns {
            let names = group_names(&literal.source);
            for name in &names {
                if self.is_group_type(name)
                    && let Some(id) = self.types.id(name)
                    && !group_types.iter().any(|(known, _)| known == name)
                {
                    group_types.push((name.clone(), id));
                }
            }
            groups = Some(match groups {
                None => names,
                Some(known) => known.into_iter().filter(|name| names.contains(name)).collect(),
            });
        }
        let groups = groups.unwrap_or_default();
        let sets: Vec<_> = item.sets.iter().filter_map(|set| self.regex_set(set, &groups)).collect();
        let label = self.types.id(&item.label.node)?;
        Some(CheckedRegex {
            info: self.info(&item.name, RuleKind::Regex, &item.modifiers.tags),
            label,
            rank: self.rank(&item.modifiers, true, !item.sets.is_empty()),
            fold,
            patterns,
            group_types,
            sets,
        })
    }
}

/// A row as a phrase.
fn phrase(row: &Row<'_>, what: &RowFeatures) -> Phrase {
    let mut own_value = None;
    let mut features: SmallVec<[(FeatureId, &str); 4]> = SmallVec::new();
    let mut put = |feature: Option<FeatureId>, value| match feature {
        None => own_value = Some(value),
        Some(id) => {
            features.retain(|(known, _)| *known != id);
            features.push((id, value));
        }
    };
    for (name, cell) in &row.cells {
        put(what.columns[*name], cell);
    }
    for (feature, source) in &what.sets {
        match source {
            Source::Text(text) => put(*feature, text),
            Source::Column(column) => {
                let cell = row.cells.iter().find(|(name, _)| name == column);
                cell.into_iter().for_each(|(_, cell)| put(*feature, cell));
            }
        }
    }
    features.sort();
    Phrase {
        text: row.text.into(),
        value: own_value.map(Box::from),
        features: features.into_iter().map(|(id, value)| (id, value.into())).collect(),
    }
}

/// The columns that some row fills, of so many, in the order in which rows do.
fn filled(rows: &[Row<'_>], columns: usize) -> Vec<usize> {
    let mut is_filled = vec![false; columns];
    let mut filled = Vec::new();
    for (name, _) in rows.iter().flat_map(|row| &row.cells) {
        if !std::mem::replace(&mut is_filled[*name], true) {
            filled.push(*name);
        }
    }
    filled
}

/// A hash of a phrase as its gazetteer folds it: 64 bits tell millions apart.
fn folded_hash(text: &str, flags: FoldFlags) -> u64 {
    let mut hasher = FxHasher::default();
    (flags, fold(text, flags)).hash(&mut hasher);
    hasher.finish()
}
