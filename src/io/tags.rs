//! Tags of tokens to entities: IOB, IOB2, IOBES, BILOU, BMES.

/// How tags are read.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default)]
pub enum TagMode {
    /// As `conlleval` does: an entity begins wherever a tag cannot go on with the
    /// one before, so that a lone `I-X` is an entity.
    ///
    /// One thing differs from the Perl program: there an `E-X` before a `B-X` does
    /// not end an entity, which inflates scores of IOBES; here it does.
    #[default]
    Repair,
    /// IOB2 to the letter: only `B-` begins an entity and only an `I-` of the same
    /// label goes on; other tags are outside.
    Iob2,
    /// IOBES to the letter: `B- I- … E-` or `S-`; what is not whole is outside.
    Iobes,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Prefix {
    Begin,
    Inside,
    End,
    Single,
}

/// The parts of a tag; nothing for `O`.
fn parse(tag: &str) -> Result<Option<(Prefix, &str)>, String> {
    if tag == "O" {
        return Ok(None);
    }
    let wrong = || format!("`{tag}` is no tag: a tag is O, or a prefix such as B-, I-, E-, S- and a label");
    let (prefix, label) = tag.split_once('-').ok_or_else(wrong)?;
    let prefix = match prefix {
        "B" => Prefix::Begin,
        "I" | "M" => Prefix::Inside,
        "E" | "L" => Prefix::End,
        "S" | "U" => Prefix::Single,
        _ => return Err(wrong()),
    };
    if label.is_empty() { Err(wrong()) } else { Ok(Some((prefix, label))) }
}

/// First token, one past the last, label.
pub type Tagged<'t> = (usize, usize, &'t str);

/// The entities of one sentence.
///
/// ```
/// use spanwright::io::{TagMode, entities};
/// let tags = ["I-PER", "O", "B-LOC", "I-LOC"];
/// assert_eq!(entities(&tags, TagMode::Repair).unwrap(), [(0, 1, "PER"), (2, 4, "LOC")]);
/// assert_eq!(entities(&tags, TagMode::Iob2).unwrap(), [(2, 4, "LOC")]);
/// ```
///
/// # Errors
///
/// At the first thing that is no tag: its index, and what is wrong.
pub fn entities<'t>(tags: &[&'t str], mode: TagMode) -> Result<Vec<Tagged<'t>>, (usize, String)> {
    let mut found = Vec::new();
    // What has begun, and whether it may go on.
    let mut open: Option<(usize, &str)> = None;
    let mut goes_on = false;
    for (at, tag) in tags.iter().enumerate() {
        let tag = parse(tag).map_err(|reason| (at, reason))?;
        let continues = goes_on
            && match (open, tag) {
                (Some((_, label)), Some((Prefix::Inside | Prefix::End, this))) => label == this,
                _ => false,
            };
        if !continues {
            // In IOBES only its own end closes an entity; the rest is dropped.
            if let Some((start, label)) = open.take()
                && (mode != TagMode::Iobes || !goes_on)
            {
                found.push((start, at, label));
            }
            open = tag.filter(|(prefix, _)| may_begin(*prefix, mode)).map(|(_, label)| (at, label));
        }
        goes_on = matches!(tag, Some((Prefix::Begin | Prefix::Inside, _)));
    }
    if let Some((start, label)) = open
        && (mode != TagMode::Iobes || !goes_on)
    {
        found.push((start, tags.len(), label));
    }
    Ok(found)
}

fn may_begin(prefix: Prefix, mode: TagMode) -> bool {
    match mode {
        TagMode::Repair => true,
        TagMode::Iob2 => prefix == Prefix::Begin,
        TagMode::Iobes => matches!(prefix, Prefix::Begin | Prefix::Single),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(tags: &str, mode: TagMode) -> String {
        let tags: Vec<&str> = tags.split(' ').collect();
        let entity = |(start, end, label)| format!("{start}-{end} {label}");
        entities(&tags, mode).unwrap().into_iter().map(entity).collect::<Vec<_>>().join(", ")
    }

    #[test]
    fn each_mode_reads_tags_in_its_way() {
        let cases = [
            ("B-X I-X B-X", "0-2 X, 2-3 X", "0-2 X, 2-3 X", ""),
            ("I-X I-X O I-Y", "0-2 X, 3-4 Y", "", ""),
            ("B-X I-Y", "0-1 X, 1-2 Y", "0-1 X", ""),
            ("B-X E-X B-X E-X", "0-2 X, 2-4 X", "0-2 X, 2-4 X", "0-2 X, 2-4 X"),
            ("B-X I-X E-X I-X S-Y", "0-3 X, 3-4 X, 4-5 Y", "0-3 X", "0-3 X, 4-5 Y"),
            ("S-X S-X B-X I-X", "0-1 X, 1-2 X, 2-4 X", "2-4 X", "0-1 X, 1-2 X"),
            ("U-A-B B-A-B L-A-B", "0-1 A-B, 1-3 A-B", "1-3 A-B", "0-1 A-B, 1-3 A-B"),
        ];
        for (tags, repair, iob2, iobes) in cases {
            assert_eq!(found(tags, TagMode::Repair), repair, "{tags}");
            assert_eq!(found(tags, TagMode::Iob2), iob2, "{tags}");
            assert_eq!(found(tags, TagMode::Iobes), iobes, "{tags}");
        }
    }

    #[test]
    fn what_is_no_tag_is_named() {
        assert_eq!(entities(&["O", "X-PER"], TagMode::Repair).unwrap_err().0, 1);
        assert!(entities(&["B-"], TagMode::Repair).is_err() && entities(&["B"], TagMode::Repair).is_err());
    }
}
