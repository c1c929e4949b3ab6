//! Saved programs whose bytes are wrong and whose checksums are right.

use arbitrary::{Result, Unstructured};
use spanwright::doc::Document;
use spanwright::engine::{CandidateReport, ExtractConfig, Extractor};
use spanwright::program::{LoadConfig, Saved};

use super::extraction;

/// Bytes before the sections are named; where their number stands among them.
const HEAD: usize = 40;
const NUMBER: usize = 36;
/// Bytes that name a section.
const ENTRY: usize = 12;

/// What chooses the pieces of a pack, after `===` what is done to its saved program, and
/// after `===` a text.
pub(super) fn holds(bytes: &[u8]) {
    let [choices, changes, text] = super::parts(bytes);
    let Some((_, checked)) = extraction::pack(choices) else { return };
    let saved = Saved { program: spanwright::compile::compile(&checked), ..Saved::default() };
    let mut whole = Vec::new();
    saved.write(&mut whole).expect("memory takes all bytes");
    // Nothing is changed where there is nothing to change by.
    let mut sections = sections(&whole);
    assert!(together(&whole, &sections) == whole, "the checksums are not those of the file");
    let mut changes = Unstructured::new(changes);
    while !changes.is_empty() && change(&mut changes, &mut sections).is_ok() {}
    let config = LoadConfig { max_program: 4 << 20 };
    let Ok(loaded) = Saved::from_bytes(&together(&whole, &sections), config) else { return };
    let text = super::text(text);
    let document = Document::new("x", text.chars().take(400).collect::<String>());
    let config = ExtractConfig {
        candidates: CandidateReport::Keep,
        max_candidates: Some(10_000),
        ..ExtractConfig::default()
    };
    let extractor = Extractor::with_config(&loaded.program, config);
    let _ = extractor.extract(&document, &mut extractor.scratch());
    let _ = extractor.explain(&document, None);
}

/// The sections of a sound file.
fn sections(whole: &[u8]) -> Vec<Vec<u8>> {
    let count = number(&whole[NUMBER..]) as usize;
    let mut at = HEAD + count * ENTRY + 4;
    let lengths = (0..count).map(|index| number(&whole[HEAD + index * ENTRY..]) as usize);
    lengths
        .map(|length| {
            at += length;
            whole[at - length..at].to_vec()
        })
        .collect()
}

/// A file of sections, its checksums right, that begins as another does.
fn together(whole: &[u8], sections: &[Vec<u8>]) -> Vec<u8> {
    let mut file = whole[..HEAD].to_vec();
    for section in sections {
        file.extend((section.len() as u64).to_le_bytes());
        file.extend(crc32fast::hash(section).to_le_bytes());
    }
    let sum = crc32fast::hash(&file);
    file.extend(sum.to_le_bytes());
    sections.iter().for_each(|section| file.extend(section));
    file
}

fn number(bytes: &[u8]) -> u32 {
    bytes.first_chunk().map_or(0, |bytes| u32::from_le_bytes(*bytes))
}

/// Changes one place of one section.
fn change(by: &mut Unstructured<'_>, sections: &mut [Vec<u8>]) -> Result<()> {
    // Most of what can be wrong is in the first.
    let which = by.arbitrary::<u8>()? as usize;
    let which = if which < 128 { 0 } else { which % sections.len() };
    let section = &mut sections[which];
    let at = by.arbitrary::<u16>()? as usize % (section.len() + 1);
    match by.arbitrary::<u8>()? % 6 {
        0 => section.get_mut(at).into_iter().zip(by.arbitrary::<u8>()).for_each(|(byte, new)| *byte = new),
        1 => section.get_mut(at).into_iter().for_each(|byte| *byte = byte.wrapping_add(1)),
        2 => section.get_mut(at).into_iter().for_each(|byte| *byte = byte.wrapping_sub(1)),
        3 => section.insert(at, by.arbitrary()?),
        4 => {
            let end = (at + 1 + by.arbitrary::<u8>()? as usize % 16).min(section.len());
            section.drain(at.min(end)..end);
        }
        _ => {
            let new = by.arbitrary::<u32>()?.to_le_bytes();
            let at = at / 4 * 4;
            section.iter_mut().skip(at).zip(new).for_each(|(byte, new)| *byte = new);
        }
    }
    Ok(())
}
