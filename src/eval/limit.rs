//! Limits that scores must not fall under.

use super::{Counts, Scores};

/// A limit such as `f1=0.9` or `relations.strict.recall=0.8`.
#[derive(Clone, Debug, PartialEq)]
pub struct Limit {
    path: String,
    least: f64,
}

/// A score that fell under its limit.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Violation {
    /// The score; nothing where it is undefined.
    pub score: Option<f64>,
}

impl std::fmt::Display for Limit {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}={}", self.path, self.least)
    }
}

impl Limit {
    /// Reads a limit: `[entities.|relations.|values.][TYPE.]precision|recall|f1=NUMBER`.
    ///
    /// # Errors
    ///
    /// A message that says what is known.
    pub fn parse(text: &str) -> Result<Self, String> {
        let (path, least) = text
            .split_once('=')
            .ok_or_else(|| format!("`{text}` is no limit: write for instance `f1=0.9`"))?;
        let least: f64 = least.trim().parse().map_err(|_| format!("`{}` is no number", least.trim()))?;
        if !(0.0..=1.0).contains(&least) {
            return Err(format!("a score is between 0 and 1, not {least}"));
        }
        let parts: Vec<&str> = path.trim().split('.').collect();
        let figure = parts.last().copied().unwrap_or("");
        if !["precision", "recall", "f1"].contains(&figure) {
            return Err(format!("unknown figure `{figure}`: known are precision, recall, f1"));
        }
        if parts.len() > 1 && !["entities", "relations", "values"].contains(&parts[0]) {
            return Err(format!("unknown part `{}`: known are entities, relations, values", parts[0]));
        }
        if parts.len() > 3 {
            return Err(format!("`{path}` has too many parts: write for instance `entities.PERSON.f1`"));
        }
        Ok(Self { path: path.trim().to_owned(), least })
    }

    /// Whether the scores hold the limit. An undefined score does not.
    #[must_use]
    pub fn check(&self, scores: &Scores) -> Option<Violation> {
        let parts: Vec<&str> = self.path.split('.').collect();
        let figure = parts[parts.len() - 1];
        let counts = match parts.as_slice() {
            ["relations", _] => Some(scores.relations.strict),
            ["values", _] => Some(scores.values.joint),
            ["relations", "boundaries", _] => Some(scores.relations.boundaries),
            ["relations", "strict" | "micro", _] => Some(scores.relations.strict),
            ["entities", "unlabelled", _] => Some(scores.entities.unlabelled),
            ["relations", label, _] => scores.relations.types.get(*label).copied(),
            ["values", label, _] => scores.values.types.get(*label).copied(),
            ["entities", "micro", _] => Some(scores.entities.micro),
            ["entities", label, _] => scores.entities.types.get(*label).copied(),
            _ => Some(scores.entities.micro),
        };
        let score = counts.and_then(|counts: Counts| match figure {
            "precision" => counts.precision(),
            "recall" => counts.recall(),
            _ => counts.f1(),
        });
        let holds = score.is_some_and(|score| score >= self.least);
        (!holds).then_some(Violation { score })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_limit_names_a_part_a_type_and_a_figure() {
        let mut scores = Scores::default();
        scores.entities.micro = Counts { tp: 8, fp: 2, fn_: 2 };
        scores.entities.types.insert("PERSON".into(), Counts { tp: 1, fp: 1, fn_: 0 });
        let violated = |text: &str| Limit::parse(text).unwrap().check(&scores).is_some();
        assert!(!violated("f1=0.8"));
        assert!(violated("f1=0.81"));
        assert!(violated("entities.PERSON.precision=0.6"));
        assert!(!violated("entities.PERSON.recall=1"));
        assert!(violated("relations.f1=0.1"), "an undefined score holds no limit");
    }

    #[test]
    fn a_broken_limit_says_what_is_known() {
        assert!(Limit::parse("f2=0.9").unwrap_err().contains("precision, recall, f1"));
        assert!(Limit::parse("entity.f1=0.9").unwrap_err().contains("entities, relations, values"));
        assert!(Limit::parse("f1=90").unwrap_err().contains("between 0 and 1"));
        assert!(Limit::parse("f1").is_err());
    }

    #[test]
    fn each_part_has_its_figures() {
        let mut scores = Scores::default();
        // Each part is right in another share: so many of ten.
        let of = |tp: u64| Counts { tp, fp: 10 - tp, fn_: 10 - tp };
        scores.entities.micro = of(1);
        scores.entities.unlabelled = of(2);
        scores.entities.types.insert("PERSON".into(), of(3));
        scores.relations.strict = of(4);
        scores.relations.boundaries = of(5);
        scores.relations.types.insert("HOLDS".into(), of(6));
        scores.values.joint = of(7);
        scores.values.types.insert("DATE".into(), of(8));
        for (path, share) in [
            ("f1", 0.1),
            ("entities.f1", 0.1),
            ("entities.micro.f1", 0.1),
            ("entities.unlabelled.f1", 0.2),
            ("entities.PERSON.f1", 0.3),
            ("relations.recall", 0.4),
            ("relations.strict.recall", 0.4),
            ("relations.micro.recall", 0.4),
            ("relations.boundaries.precision", 0.5),
            ("relations.HOLDS.f1", 0.6),
            ("values.f1", 0.7),
            ("values.DATE.f1", 0.8),
        ] {
            // So much holds, and a little more does not.
            let limit = |least: f64| Limit::parse(&format!("{path}={least}")).unwrap();
            assert_eq!(limit(share - 1e-9).check(&scores), None, "{path}");
            let score = limit(share + 1e-9).check(&scores).and_then(|violation| violation.score);
            assert!(score.is_some_and(|score| (score - share).abs() < 1e-12), "{path}: {score:?}");
            assert_eq!(limit(share).to_string(), format!("{path}={share}"));
        }
        assert!(Limit::parse("values.NUMBER.f1=0.1").unwrap().check(&scores).is_some());
    }
}
