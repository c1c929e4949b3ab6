//! Gazetteers to tries.

use crate::check::CheckedGazetteer;
use crate::doc::schema::FoldFlags;
use crate::prep::{Token, fold, tokenize};
use crate::program::{PhraseEntry, PhraseTrie, PhraseTrieBuilder, Vocabulary};

use super::Compiler;

/// One vocabulary for each folding in use.
#[derive(Default)]
pub(super) struct VocabularyBuilder {
    foldings: Vec<(FoldFlags, Vocabulary)>,
}

impl VocabularyBuilder {
    fn index(&mut self, fold: FoldFlags) -> usize {
        if let Some(index) = self.foldings.iter().position(|(flags, _)| *flags == fold) {
            return index;
        }
        self.foldings.push((fold, Vocabulary::default()));
        self.foldings.len() - 1
    }

    pub(super) fn finish(self) -> Vec<(FoldFlags, Vocabulary)> {
        self.foldings
    }
}

/// The tries of one phase, one for each folding.
pub(super) fn tries(gazetteers: &[CheckedGazetteer], compiler: &mut Compiler) -> Vec<(usize, PhraseTrie)> {
    let mut tries: Vec<(usize, PhraseTrieBuilder)> = Vec::new();
    let (mut tokens, mut ids): (Vec<Token>, Vec<u32>) = (Vec::new(), Vec::new());
    for gazetteer in gazetteers {
        let rule = compiler.origin(&gazetteer.info, gazetteer.rank, vec![gazetteer.label]);
        if !compiler.is_on(rule) {
            continue;
        }
        let folding = compiler.vocabularies.index(gazetteer.fold);
        let at = tries.iter().position(|(index, _)| *index == folding).unwrap_or_else(|| {
            tries.push((folding, PhraseTrieBuilder::default()));
            tries.len() - 1
        });
        let vocabulary = &mut compiler.vocabularies.foldings[folding].1;
        for phrase in &gazetteer.entries {
            tokens.clear();
            ids.clear();
            tokenize(&phrase.text, &mut tokens);
            let forms = tokens.iter().filter_map(|token| token.span().slice(&phrase.text));
            ids.extend(forms.map(|form| vocabulary.intern(&fold(form, gazetteer.fold))));
            if ids.is_empty() {
                continue;
            }
            let entry = PhraseEntry {
                rule,
                label: gazetteer.label,
                value: phrase.value.as_deref(),
                features: &phrase.features,
            };
            tries[at].1.insert(&ids, entry);
        }
    }
    tries.into_iter().map(|(folding, trie)| (folding, trie.finish())).collect()
}
