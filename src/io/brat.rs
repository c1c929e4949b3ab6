//! brat standoff: `NAME.txt` with `NAME.ann`. What is read is written again.

use std::collections::{HashMap, HashSet};
use std::fmt::Write as _;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use smallvec::SmallVec;

use super::jsonl::{joined, surface};
use crate::doc::{
    Annotations, Arg, Attribute, Document, Event, Fragments, Mention, MentionId, Note, Relation, Target,
    Value,
};
use crate::text::{OffsetUnit, Span, UnitIndex};

/// What is wrong, and on which line.
type Wrong = (u64, String);

/// A line without what is left of ends of lines: the last may lack its other half,
/// and some editors write the first half twice.
fn ended(line: &str) -> &str {
    line.trim_end_matches('\r')
}

/// Reads the lines of an `.ann` file over its text.
pub(super) fn parse(text: &str, lines: &str) -> Result<Annotations, Wrong> {
    // The mark of an editor is no part of the lines; in the text it counts.
    let lines = lines.strip_prefix('\u{feff}').unwrap_or(lines);
    let units = UnitIndex::new(text, OffsetUnit::Chars);
    let mut reader = Reader { text, units, out: Annotations::default(), ids: HashMap::new() };
    let lines: Vec<(u64, &str)> =
        (1..).zip(lines.lines().map(ended)).filter(|(_, line)| !line.trim().is_empty()).collect();
    let at = |number: u64| move |reason: String| (number, reason);
    // Lines may stand in any order: first what others point at.
    for &(number, line) in lines.iter().filter(|(_, line)| line.starts_with('T')) {
        reader.mention(line).map_err(at(number))?;
    }
    let id = |line: &str| line.split('\t').next().unwrap_or("").to_owned();
    let stands_for_more = |line: &str| line.starts_with(['R', 'E']);
    let more: HashSet<String> =
        lines.iter().map(|(_, line)| *line).filter(|line| stands_for_more(line)).map(id).collect();
    let (mut relations, mut events) = (0.., 0..);
    for &(number, line) in lines.iter().filter(|(_, line)| stands_for_more(line)) {
        let target = match line.starts_with('E') {
            true => events.next().map(Target::Event),
            // A relation between events is kept as it stands.
            false if arguments(line).any(|id| more.contains(id)) => Some(Target::Other(id(line))),
            false => relations.next().map(Target::Relation),
        };
        reader.name(id(line), target.ok_or((number, "too many".to_owned()))?).map_err(at(number))?;
    }
    for &(number, line) in &lines {
        reader.line(line).map_err(at(number))?;
    }
    Ok(reader.out)
}

/// The ids of the arguments of an R line.
fn arguments(line: &str) -> impl Iterator<Item = &str> {
    let words = line.split_once('\t').map_or("", |(_, rest)| rest).split_whitespace().skip(1);
    words.filter_map(|word| Some(word.split_once(':')?.1))
}

struct Reader<'t> {
    text: &'t str,
    units: UnitIndex<'t>,
    out: Annotations,
    ids: HashMap<String, Target>,
}

impl Reader<'_> {
    fn name(&mut self, id: String, target: Target) -> Result<(), String> {
        match self.ids.insert(id.clone(), target) {
            Some(_) => Err(format!("a second `{id}`: ids are unique in a file")),
            None => Ok(()),
        }
    }

    fn line(&mut self, line: &str) -> Result<(), String> {
        match line.as_bytes()[0] {
            b'T' => Ok(()),
            b'R' => self.relation(line),
            b'E' => self.event(line),
            b'A' | b'M' => self.attribute(line),
            b'N' => self.value(line),
            b'*' => self.equiv(line),
            b'#' => self.note(line),
            _ => Err(format!(
                "a line begins with T, R, E, A, M, N, * or #, not with `{}`",
                line.chars().next().unwrap_or(' ')
            )),
        }
    }

    /// `T1<TAB>TYPE 0 5;10 15<TAB>text`
    fn mention(&mut self, line: &str) -> Result<(), String> {
        let mut columns = line.splitn(3, '\t');
        let (id, place) =
            (columns.next().unwrap_or(""), columns.next().ok_or("no type and offsets after the id")?);
        let (label, offsets) = place.split_once(' ').ok_or("no offsets after the type")?;
        let mut fragments = Fragments::new();
        for part in offsets.split(';') {
            fragments.push(self.fragment(part)?);
        }
        let fragments = joined(fragments)?;
        if let Some(stored) = columns.next() {
            // brat writes a line break inside a span as a space.
            let flat = |text: &str| text.replace(['\n', '\r'], " ");
            let parts: Fragments = offsets.split(';').filter_map(|part| self.fragment(part).ok()).collect();
            let (whole, apart) = (surface(self.text, &fragments), surface(self.text, &parts));
            if flat(stored) != flat(&whole) && flat(stored) != flat(&apart) {
                return Err(format!("the line says \"{stored}\", but \"{whole}\" stands there"));
            }
        }
        self.name(id.to_owned(), Target::Mention(MentionId(self.out.mentions.len() as u32)))?;
        self.out.mentions.push(Mention { fragments, ..Mention::new(id, label, Span::default()) });
        Ok(())
    }

    fn fragment(&self, part: &str) -> Result<Span, String> {
        let numbers =
            part.trim().split_once(' ').and_then(|(a, b)| Some((a.parse().ok()?, b.trim().parse().ok()?)));
        let (start, end): (u32, u32) = numbers.ok_or_else(|| format!("`{part}` are no two offsets"))?;
        if end <= start {
            return Err(format!("span {start}..{end} ends before it begins"));
        }
        match (self.units.to_byte(start), self.units.to_byte(end)) {
            (Some(start), Some(end)) => Ok(Span::new(start, end)),
            _ => {
                let length = self.text.chars().count();
                Err(format!("span {start}..{end} ends past the text ({length} characters)"))
            }
        }
    }

    fn target(&self, id: &str) -> Result<Target, String> {
        self.ids.get(id).cloned().ok_or_else(|| format!("nothing has the id `{id}`"))
    }

    fn mention_id(&self, id: &str) -> Result<MentionId, String> {
        match self.target(id)? {
            Target::Mention(mention) => Ok(mention),
            Target::Relation(_) | Target::Event(_) | Target::Other(_) => {
                Err(format!("`{id}` is no T line: only these can stand here"))
            }
        }
    }

    /// `R1<TAB>TYPE Arg1:T1 Arg2:T2`
    fn relation(&mut self, line: &str) -> Result<(), String> {
        let (id, rest) = line.split_once('\t').ok_or("no tab after the id")?;
        let mut words = rest.split_whitespace();
        let label = words.next().ok_or("no type")?;
        let mut args: SmallVec<[Arg; 2]> = SmallVec::new();
        if let Some(Target::Other(_)) = self.ids.get(id) {
            let target = Target::Other(words.collect::<Vec<_>>().join(" "));
            let note = Note { id: id.to_owned(), kind: label.to_owned(), target, text: String::new() };
            self.out.notes.push(note);
            return Ok(());
        }
        for word in words {
            let (role, target) = word.split_once(':').ok_or_else(|| format!("`{word}` is no `Role:T1`"))?;
            let role: Arc<str> = match role {
                "Arg1" => "from".into(),
                "Arg2" => "to".into(),
                other => other.into(),
            };
            args.push(Arg { role, mention: self.mention_id(target)? });
        }
        if args.len() < 2 {
            return Err(format!("relation `{id}` has {} arguments, not two", args.len()));
        }
        self.out.relations.push(Relation { id: id.into(), label: label.into(), args, rule: None });
        Ok(())
    }

    /// `E1<TAB>TYPE:T1 Role:T2`
    fn event(&mut self, line: &str) -> Result<(), String> {
        let (id, rest) = line.split_once('\t').ok_or("no tab after the id")?;
        let mut words = rest.split_whitespace();
        let (label, trigger) =
            words.next().and_then(|word| word.split_once(':')).ok_or("no `TYPE:T1` after the id")?;
        let trigger = self.mention_id(trigger)?;
        let mut args = Vec::new();
        for word in words {
            let (role, target) = word.split_once(':').ok_or_else(|| format!("`{word}` is no `Role:T1`"))?;
            args.push((role.into(), self.target(target)?));
        }
        self.out.events.push(Event { id: id.into(), label: label.into(), trigger, args, rule: None });
        Ok(())
    }

    /// `A1<TAB>Name T1 value`
    fn attribute(&mut self, line: &str) -> Result<(), String> {
        let (id, rest) = line.split_once('\t').ok_or("no tab after the id")?;
        let mut words = rest.splitn(3, ' ');
        let name = words.next().filter(|name| !name.is_empty()).ok_or("no name")?;
        let target = self.target(words.next().ok_or("no target")?)?;
        let value = words.next().map(str::to_owned);
        self.out.attributes.push(Attribute { id: id.to_owned(), name: name.to_owned(), target, value });
        Ok(())
    }

    /// `N1<TAB>Reference T1 scheme:body<TAB>text`
    fn value(&mut self, line: &str) -> Result<(), String> {
        let mut columns = line.splitn(3, '\t');
        let (id, rest) = (columns.next().unwrap_or(""), columns.next().ok_or("no tab after the id")?);
        let mut words = rest.splitn(3, ' ');
        let kind = words.next().unwrap_or("");
        let target = self.target(words.next().ok_or("no target")?)?;
        let value = words.next().ok_or("no value")?;
        if let (Target::Mention(mention), "Reference") = (&target, kind)
            && self.out.mentions[mention.index()].value.is_none()
        {
            self.out.mentions[mention.index()].value = Some(Value::from(value));
            return Ok(());
        }
        let text = columns.next().map_or_else(|| value.to_owned(), |text| format!("{value}\t{text}"));
        self.out.notes.push(Note { id: id.to_owned(), kind: kind.to_owned(), target, text });
        Ok(())
    }

    /// `*<TAB>Equiv T1 T2`
    fn equiv(&mut self, line: &str) -> Result<(), String> {
        let (_, rest) = line.split_once('\t').ok_or("no tab after `*`")?;
        let mut words = rest.split_whitespace();
        let kind = words.next().unwrap_or("");
        let ids: Vec<&str> = words.collect();
        let of_mentions = ids.iter().all(|id| matches!(self.ids.get(*id), Some(Target::Mention(_)) | None));
        if kind != "Equiv" || !of_mentions {
            let text = ids.join(" ");
            let target = Target::Other(String::new());
            self.out.notes.push(Note { id: "*".to_owned(), kind: kind.to_owned(), target, text });
            return Ok(());
        }
        let chain = ids.into_iter().map(|id| self.mention_id(id)).collect::<Result<Vec<_>, _>>()?;
        self.out.chains.push(chain);
        Ok(())
    }

    /// `#1<TAB>AnnotatorNotes T1<TAB>text`
    fn note(&mut self, line: &str) -> Result<(), String> {
        let mut columns = line.splitn(3, '\t');
        let (id, rest) = (columns.next().unwrap_or(""), columns.next().unwrap_or(""));
        let (kind, target) = rest.split_once(' ').unwrap_or((rest, ""));
        let target = self.ids.get(target).cloned().unwrap_or_else(|| Target::Other(target.to_owned()));
        let text = columns.next().unwrap_or("").to_owned();
        self.out.notes.push(Note { id: id.to_owned(), kind: kind.to_owned(), target, text });
        Ok(())
    }
}

/// The lines of an `.ann` file.
pub(super) fn lines(document: &Document, annotations: &Annotations) -> String {
    let mut out = String::new();
    let units = UnitIndex::new(&document.text, OffsetUnit::Chars);
    let mention = |id: MentionId| &*annotations.mention(id).id;
    let target = |target: &Target| match target {
        Target::Mention(id) => mention(*id).to_owned(),
        Target::Relation(index) => {
            annotations.relations.get(*index as usize).map_or(String::new(), |r| r.id.to_string())
        }
        Target::Event(index) => {
            annotations.events.get(*index as usize).map_or(String::new(), |e| e.id.to_string())
        }
        Target::Other(text) => text.clone(),
    };
    // A note that was written elsewhere may have several lines.
    let mut line = |text: String| {
        out.push_str(&text.replace('\n', " "));
        out.push('\n');
    };
    for item in &annotations.mentions {
        let place = |span: &Span| format!("{} {}", units.from_byte(span.start), units.from_byte(span.end));
        let offsets = item.fragments.iter().map(place).collect::<Vec<_>>().join(";");
        let text = surface(&document.text, &item.fragments).replace(['\n', '\r'], " ");
        line(format!("{}\t{} {offsets}\t{text}", item.id, item.label));
    }
    for relation in &annotations.relations {
        let mut text = format!("{}\t{}", relation.id, relation.label);
        for arg in &relation.args {
            let role = match &*arg.role {
                "from" => "Arg1",
                "to" => "Arg2",
                other => other,
            };
            let _ = write!(text, " {role}:{}", mention(arg.mention));
        }
        line(text);
    }
    for event in &annotations.events {
        let mut text = format!("{}\t{}:{}", event.id, event.label, mention(event.trigger));
        for (role, arg) in &event.args {
            let _ = write!(text, " {role}:{}", target(arg));
        }
        line(text);
    }
    for attribute in &annotations.attributes {
        let value = attribute.value.as_ref().map_or(String::new(), |value| format!(" {value}"));
        line(format!("{}\t{} {}{value}", attribute.id, attribute.name, target(&attribute.target)));
    }
    let taken: Vec<&str> = annotations.notes.iter().map(|note| note.id.as_str()).collect();
    let mut number = 0;
    for item in &annotations.mentions {
        let Some(value) = &item.value else { continue };
        number += 1;
        while taken.contains(&format!("N{number}").as_str()) {
            number += 1;
        }
        let text = surface(&document.text, &item.fragments).replace(['\n', '\r'], " ");
        line(format!("N{number}\tReference {} {value}\t{text}", item.id));
    }
    for note in &annotations.notes {
        line(match note.id.as_bytes().first() {
            Some(b'N') => format!("{}\t{} {} {}", note.id, note.kind, target(&note.target), note.text),
            Some(b'*') => format!("*\t{} {}", note.kind, note.text),
            Some(b'R') => format!("{}\t{} {}", note.id, note.kind, target(&note.target)),
            _ => format!("{}\t{} {}\t{}", note.id, note.kind, target(&note.target), note.text),
        });
    }
    for chain in &annotations.chains {
        let ids: Vec<&str> = chain.iter().map(|id| mention(*id)).collect();
        line(format!("*\tEquiv {}", ids.join(" ")));
    }
    out
}

/// A file without a name of its own, so that no half of one ever has the name.
fn written(folder: &Path, bytes: &[u8]) -> io::Result<tempfile::NamedTempFile> {
    let mut builder = tempfile::Builder::new();
    builder.prefix(".spanwright-");
    #[cfg(unix)]
    builder.permissions(std::os::unix::fs::PermissionsExt::from_mode(0o666));
    let mut file = builder.tempfile_in(folder)?;
    io::Write::write_all(&mut file, bytes)?;
    Ok(file)
}

/// Writes documents as pairs of files into a folder.
#[derive(Clone, Debug)]
pub struct BratFolder {
    folder: PathBuf,
}

impl BratFolder {
    /// Makes the folder if it is not there.
    ///
    /// # Errors
    ///
    /// If it cannot be made.
    pub fn create(folder: &Path) -> io::Result<Self> {
        fs::create_dir_all(folder)?;
        Ok(Self { folder: folder.to_path_buf() })
    }

    /// Writes one document: its id names the files, `/` in it folders.
    ///
    /// # Errors
    ///
    /// If a file cannot be written, or the id would leave the folder.
    pub fn write(&self, document: &Document, annotations: &Annotations) -> io::Result<()> {
        let name: PathBuf = document
            .id
            .split(['/', '\\'])
            .filter(|part| !part.is_empty() && *part != ".")
            .map(|part| part.replace([':', '\0'], "-"))
            .collect();
        let leaves = name.components().any(|part| !matches!(part, std::path::Component::Normal(_)));
        if leaves || name.as_os_str().is_empty() {
            let reason = format!("the id `{}` names no file in the folder", document.id);
            return Err(io::Error::new(io::ErrorKind::InvalidInput, reason));
        }
        let place = |extension: &str| self.folder.join(format!("{}.{extension}", name.display()));
        if let Some(parent) = place("txt").parent() {
            fs::create_dir_all(parent)?;
        }
        let folder = place("txt").parent().map_or_else(|| self.folder.clone(), Path::to_path_buf);
        let text = written(&folder, document.text.as_bytes())?;
        let lines = written(&folder, lines(document, annotations).as_bytes())?;
        text.persist(place("txt"))?;
        lines.persist(place("ann"))?;
        Ok(())
    }
}
