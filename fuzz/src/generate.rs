//! Packs that a fuzzer steers: put together from pieces, nearly always sound.

use arbitrary::{Result, Unstructured};

use super::pieces::{
    BASE, EXPRESSIONS, FIELDS, MANIFEST, MATCHES, NAMED, OVERLAPS, PHRASES_MATCH, RELATIONS, RESOLVE, TYPES,
    VALUES, WORDS,
};

/// The two rule files of a pack, and its manifest.
pub(super) struct Generated {
    pub(super) toml: String,
    pub(super) first: String,
    pub(super) second: String,
}

/// A pack out of what a fuzzer says.
pub(super) fn pack(choices: &mut Unstructured<'_>) -> Result<Generated> {
    let resolve = choices.choose(&RESOLVE)?;
    let mut maker = Maker { choices, items: 0, bound: Vec::new(), heads: Vec::new() };
    let first = maker.file(true)?;
    let second = maker.file(false)?;
    Ok(Generated { toml: format!("{MANIFEST}{resolve}"), first, second })
}

struct Maker<'u, 'b> {
    choices: &'u mut Unstructured<'b>,
    /// Items so far: they are numbered, so that none has the name of another.
    items: usize,
    /// What the pattern at hand binds.
    bound: Vec<(String, &'static str)>,
    /// The spans that the pattern at hand makes.
    heads: Vec<&'static str>,
}

impl Maker<'_, '_> {
    fn pick(&mut self, from: &[&'static str]) -> Result<&'static str> {
        self.choices.choose(from).copied()
    }

    /// Whether something is there: in one of `of` cases.
    fn rare(&mut self, of: u8) -> Result<bool> {
        self.choices.ratio(1u8, of)
    }

    fn file(&mut self, of_words: bool) -> Result<String> {
        let mut file = if of_words { BASE.to_owned() } else { String::new() };
        for _ in 0..self.choices.int_in_range(1..=5u8)? {
            self.items += 1;
            self.bound.clear();
            self.heads.clear();
            let item = match self.choices.int_in_range(0..=9u8)? {
                0 | 1 if of_words => self.gazetteer()?,
                2 if of_words => self.regex()?,
                3 => self.drop()?,
                4 => self.context()?,
                5 => self.link()?,
                _ => self.rule()?,
            };
            file.push_str(&item);
            file.push('\n');
        }
        Ok(file)
    }

    fn modifiers(&mut self) -> Result<String> {
        let mut said = String::new();
        for modifier in [self.pick(&[" nested", " override"])?, " priority 3", " tag a, b"] {
            if self.rare(5)? {
                said.push_str(modifier);
            }
        }
        Ok(said)
    }

    fn gazetteer(&mut self) -> Result<String> {
        let (label, modifiers) = (self.pick(&TYPES)?, self.modifiers()?);
        let mut phrases = String::new();
        for _ in 0..self.choices.int_in_range(1..=4u8)? {
            let words = (0..self.choices.int_in_range(1..=3u8)?).map(|_| self.pick(&WORDS));
            phrases.push_str(&format!("\"{}\" ", words.collect::<Result<Vec<_>>>()?.join(" ")));
        }
        let matching = self.pick(&PHRASES_MATCH)?;
        let set = if self.rare(3)? { " set f = \"lan\"" } else { "" };
        Ok(format!("gazetteer i{} -> {label}{modifiers} {{ {phrases}{matching}{set} }}", self.items))
    }

    fn regex(&mut self) -> Result<String> {
        let (label, modifiers, expression) =
            (self.pick(&TYPES)?, self.modifiers()?, self.pick(&EXPRESSIONS)?);
        let matching = self.pick(&MATCHES)?;
        let value = if self.rare(2)? { format!(" value = {}", self.pick(&VALUES)?) } else { String::new() };
        let anchor = if value.contains("date") { " anchor" } else { "" };
        Ok(format!(
            "regex i{} -> {label}{modifiers}{anchor} {{ /{expression}/{matching}{value} }}",
            self.items
        ))
    }

    fn rule(&mut self) -> Result<String> {
        let modifiers = self.modifiers()?;
        let overlap = self.pick(&OVERLAPS)?;
        let lines = if self.rare(5)? { " across lines" } else { "" };
        let pattern = self.pattern(3)?;
        // A rule must make something: a span, or else a relation of what it binds.
        let whole = if self.heads.is_empty() { format!("<{}: {pattern}>", self.made()?) } else { pattern };
        let clauses = self.clauses()?;
        Ok(format!("rule i{}{modifiers}{overlap}{lines} {{ {whole}{clauses} }}", self.items))
    }

    fn made(&mut self) -> Result<&'static str> {
        let label = self.pick(&TYPES)?;
        self.heads.push(label);
        Ok(label)
    }

    fn clauses(&mut self) -> Result<String> {
        let mut said = String::new();
        let Some((first, last)) = self.bound.first().cloned().zip(self.bound.last().cloned()) else {
            return Ok(said);
        };
        if self.rare(3)? {
            said.push_str(&format!(" where {}", self.fact(&first.0, &last.0)?));
        }
        if self.rare(4)? {
            said.push_str(&format!(" set {}.f = \"{{{}|lower}}\"", first.0, last.0));
        }
        if self.rare(6)? {
            said.push_str(&format!(" set {}.value = {}", first.0, self.pick(&VALUES)?));
        }
        // Types that are not declared stand in no relation.
        if first.0 != last.0 && first.1 != "_cue" && last.1 != "_cue" && self.rare(2)? {
            let relation = self.pick(&["IN(", "NEAR(", "MEETING(host: "])?;
            let second = if relation.starts_with('M') { "guest: " } else { "" };
            said.push_str(&format!(" => {relation}{}, {second}{})", first.0, last.0));
        }
        Ok(said)
    }

    fn fact(&mut self, first: &str, last: &str) -> Result<String> {
        let relation = self.pick(&RELATIONS)?;
        Ok(match self.choices.int_in_range(0..=6u8)? {
            0 => format!("{first} {relation} {}", self.pick(&NAMED)?),
            1 => format!("{first} outermost"),
            2 => format!("{first}.tokens > 1"),
            3 => format!("{first}.fold = {last}.fold"),
            4 => format!("not ({first} {relation} z={} and {last} overlaps z)", self.pick(&NAMED)?),
            5 => format!("{first}.f = \"lan\" or {last} {relation} LOC"),
            _ => format!("{first} {relation} {last}"),
        })
    }

    fn pattern(&mut self, depth: u8) -> Result<String> {
        let mut pieces = Vec::new();
        for _ in 0..self.choices.int_in_range(1..=3u8)? {
            pieces.push(self.piece(depth)?);
        }
        Ok(pieces.join(" "))
    }

    fn piece(&mut self, depth: u8) -> Result<String> {
        let most = if depth == 0 { 4 } else { 10 };
        Ok(match self.choices.int_in_range(0..=most)? {
            0 => format!("\"{}\"{}", self.pick(&WORDS)?, if self.rare(3)? { "i" } else { "" }),
            1 => format!("[{}]{}", self.pick(&FIELDS)?, self.repeat()?),
            2 | 3 => self.bind()?,
            4 => format!("{}{}", self.pick(&NAMED)?, self.repeat()?),
            5 => {
                let label = self.made()?;
                format!("<{label}: {}>", self.pattern(depth - 1)?)
            }
            6 => format!("({} | {})", self.pattern(depth - 1)?, self.pattern(depth - 1)?),
            7 => format!("({}){}", self.pattern(depth - 1)?, self.repeat()?),
            8 => format!(
                "[{}] ...{{0,{}}} [{}]",
                self.pick(&FIELDS)?,
                self.choices.int_in_range(1..=9u8)?,
                self.pick(&FIELDS)?
            ),
            9 => {
                let sign = self.pick(&["?=", "?!", "?<=", "?<!"])?;
                format!(
                    "({sign} [{}] [{}]?) [{}]",
                    self.pick(&FIELDS)?,
                    self.pick(&FIELDS)?,
                    self.pick(&FIELDS)?
                )
            }
            _ => format!("{} [{}]", self.pick(&["^", "^s", "(?! $)"])?, self.pick(&FIELDS)?),
        })
    }

    fn bind(&mut self) -> Result<String> {
        let label = self.pick(&NAMED)?;
        let name = format!("b{}", self.bound.len());
        self.bound.push((name.clone(), label));
        let condition = if self.rare(5)? { "[f != \"x\"]" } else { "" };
        Ok(format!("{name}={label}{condition}{}", self.repeat()?))
    }

    fn repeat(&mut self) -> Result<&'static str> {
        if self.rare(2)? {
            self.pick(&["?", "*", "+", "{2}", "{1,3}", "{2,}", "??", "*?", "+?"])
        } else {
            Ok("")
        }
    }

    fn drop(&mut self) -> Result<String> {
        let bound = self.bind()?;
        let pattern = self.pattern(1)?;
        let first = self.bound[0].0.clone();
        let clause =
            if self.rare(2)? { format!(" where {}", self.fact(&first, &first)?) } else { String::new() };
        // What a drop makes would be an error: it only takes back.
        let pattern = if self.heads.is_empty() { pattern } else { "[word]".to_owned() };
        Ok(format!("drop i{} {{ {bound} {pattern}{clause} }}", self.items))
    }

    fn context(&mut self) -> Result<String> {
        let cue = format!("\"{}\"", self.pick(&WORDS)?);
        let scope = self.pick(&["forward", "backward", "both"])?;
        let within = if self.rare(2)? { " within 3 tokens" } else { "" };
        let stop = if self.rare(2)? { format!(" stop \"{}\"", self.pick(&WORDS)?) } else { String::new() };
        let label = self.pick(&TYPES[..4])?;
        Ok(format!(
            "context i{} {{ cue {cue} scope {scope}{within}{stop} on {label} set f = \"x\" }}",
            self.items
        ))
    }

    fn link(&mut self) -> Result<String> {
        let by = self.pick(&[
            "by text",
            "by text fold-case, fold-marks",
            "by value",
            "by feature \"f\"",
            "by abbreviation",
            "by last-part",
            "by number-prefix",
            "by text by value spread value",
        ])?;
        let label = self.pick(&TYPES[..4])?;
        Ok(format!("link i{} on {label} {{ {by} }}", self.items))
    }
}
