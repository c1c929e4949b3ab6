//! A printer of trees: the plainest text that says the same.

use spanwright::syntax::ast::*;

/// A file, an item a line.
pub(super) fn print(file: &RuleFile) -> String {
    file.items.iter().map(|each| item(each) + "\n").collect()
}

fn quoted(text: &str) -> String {
    // Brackets and braces stay escaped in the tree.
    let mut out = String::from("\"");
    let mut chars = text.chars().peekable();
    while let Some(c) = chars.next() {
        match c {
            '\\' if chars.peek().is_some_and(|next| "[]{}".contains(*next)) => out.push('\\'),
            '\\' => out.push_str("\\\\"),
            '"' => out.push_str("\\\""),
            '\n' => out.push_str("\\n"),
            '\t' => out.push_str("\\t"),
            c => out.push(c),
        }
    }
    out + "\""
}

fn regex(literal: &RegexLiteral) -> String {
    format!("/{}/{}", literal.source.replace('/', "\\/"), literal.flags)
}

fn names(list: &[Name]) -> String {
    list.iter().map(|name| name.node.as_str()).collect::<Vec<_>>().join(", ")
}

fn tags(list: &[Name]) -> String {
    if list.is_empty() { String::new() } else { format!("tag {} ", names(list)) }
}

fn modifiers(m: &Modifiers) -> String {
    let mut out = String::new();
    if let Some(priority) = &m.priority {
        out += &format!("priority {} ", priority.node);
    }
    for (word, is_there) in [
        ("nested ", m.nested.is_some()),
        ("override ", m.overrides.is_some()),
        ("anchor ", m.anchor.is_some()),
        ("across lines ", m.across_lines.is_some()),
    ] {
        out += if is_there { word } else { "" };
    }
    match m.overlap.as_ref().map(|overlap| overlap.node) {
        Some(Overlap::Starts) => out += "overlap starts ",
        Some(Overlap::All) => out += "overlap all ",
        Some(Overlap::None) | None => {}
    }
    out + &tags(&m.tags)
}

fn item(item: &Item) -> String {
    match item {
        Item::Gazetteer(g) => {
            let entries = g.entries.iter().map(|entry| match entry {
                GazetteerEntries::Inline(text) => quoted(&text.node) + " ",
                GazetteerEntries::File(path, _) => format!("file {} ", quoted(&path.node)),
            });
            let body: String = entries.collect();
            format!(
                "gazetteer {} -> {} {}{{ {body}{}{} }}",
                g.name.node,
                g.label.node,
                modifiers(&g.modifiers),
                fold("match ", &g.fold),
                sets(&g.sets)
            )
        }
        Item::Regex(r) => {
            let body: String = r.patterns.iter().map(|literal| regex(literal) + " ").collect();
            format!(
                "regex {} -> {} {}{{ {body}{}{} }}",
                r.name.node,
                r.label.node,
                modifiers(&r.modifiers),
                fold("match ", &r.fold),
                sets(&r.sets)
            )
        }
        Item::Let(l) => format!("let {} = {}", l.name.node, pattern(&l.pattern)),
        Item::Rule(r) => {
            let heads: String = r.heads.iter().map(head).collect();
            format!(
                "rule {} {}{{ {}{}{}{heads} }}",
                r.name.node,
                modifiers(&r.modifiers),
                pattern(&r.pattern),
                wheres(r.condition.as_ref()),
                sets(&r.sets)
            )
        }
        Item::Drop(d) => format!(
            "drop {} {}{{ {}{} }}",
            d.name.node,
            tags(&d.tags),
            pattern(&d.pattern),
            wheres(d.condition.as_ref())
        ),
        Item::Context(c) => {
            let direction = match c.direction.node {
                Direction::Forward => "forward",
                Direction::Backward => "backward",
                Direction::Both => "both",
            };
            let within = c.within.as_ref().map_or(String::new(), |n| format!(" within {} tokens", n.node));
            let stops: String = c.stops.iter().map(|stop| " ".to_owned() + &atom_or_repeat(stop)).collect();
            let stops = if stops.is_empty() { stops } else { format!(" stop{stops}") };
            format!(
                "context {} {}{{ cue {} scope {direction}{within}{stops} on {}{} }}",
                c.name.node,
                tags(&c.tags),
                pattern(&c.cue),
                names(&c.on),
                sets(&c.sets).replace(" value =", " set value =")
            )
        }
        Item::Link(l) => {
            let by: String =
                l.by.iter()
                    .map(|by| {
                        let argument = by
                            .argument
                            .as_ref()
                            .map_or(String::new(), |text| " ".to_owned() + &quoted(&text.node));
                        format!(" by {}{argument}{}", by.method.node, fold(" ", &by.fold))
                    })
                    .collect();
            let spread = if l.spread.is_some() { " spread value" } else { "" };
            format!("link {} {}on {} {{{by}{spread} }}", l.name.node, tags(&l.tags), names(&l.on))
        }
        Item::Test(_) => panic!("tests are not printed"),
    }
}

fn fold(word: &str, list: &[Name]) -> String {
    if list.is_empty() { String::new() } else { format!("{word}{}", names(list)) }
}

fn sets(list: &[Set]) -> String {
    list.iter()
        .map(|set| {
            let value = match &set.value {
                Expr::Template(template) => self::template(template),
                Expr::Column(name) => format!("column({})", quoted(&name.node)),
                Expr::Normalizer { name, argument } => {
                    format!("{}({})", name.node, argument.as_ref().map_or(String::new(), self::template))
                }
            };
            match &set.target {
                Some(target) => format!(" set {}.{} = {value}", target.node, set.feature.node),
                None if set.feature.node == "value" => format!(" value = {value}"),
                None => format!(" set {} = {value}", set.feature.node),
            }
        })
        .collect()
}

fn template(template: &Template) -> String {
    let parts: String = template
        .parts
        .iter()
        .map(|part| match part {
            TemplatePart::Literal(text) => text.replace('{', "{{").replace('}', "}}"),
            TemplatePart::Field { name, filters } => {
                let filters: String = filters.iter().map(|filter| format!("|{}", filter.node)).collect();
                format!("{{{}{filters}}}", name.node)
            }
        })
        .collect();
    format!("\"{parts}\"")
}

fn head(head: &Head) -> String {
    let args = head.args.iter().map(|(role, name)| match role {
        Some(role) => format!("{}: {}", role.node, name.node),
        None => name.node.clone(),
    });
    format!(" => {}({})", head.label.node, args.collect::<Vec<_>>().join(", "))
}

fn pattern(p: &Pattern) -> String {
    match &p.kind {
        PatternKind::Literal { text, fold_case } => quoted(text) + if *fold_case { "i" } else { "" },
        PatternKind::TokenRegex(literal) => regex(literal),
        PatternKind::Token(c) => format!("[{}]", condition(c)),
        PatternKind::Name(name, None) => name.node.clone(),
        PatternKind::Name(name, Some(c)) => format!("{}[{}]", name.node, condition(c)),
        PatternKind::Bind(name, inner) => format!("{}={}", name.node, atom(inner)),
        PatternKind::Make(label, inner) => format!("<{}: {}>", label.node, pattern(inner)),
        PatternKind::Sequence(parts) => parts.iter().map(atom_or_repeat).collect::<Vec<_>>().join(" "),
        PatternKind::Alternation(parts) => parts
            .iter()
            .map(|part| match part.kind {
                PatternKind::Alternation(_) => atom(part),
                _ => pattern(part),
            })
            .collect::<Vec<_>>()
            .join(" | "),
        PatternKind::Repeat { inner, min, max, lazy } => {
            let max = max.map_or(String::new(), |max| max.to_string());
            let inner = match inner.kind {
                PatternKind::Bind(..) => pattern(inner),
                _ => atom(inner),
            };
            format!("{inner}{{{min},{max}}}{}", if *lazy { "?" } else { "" })
        }
        PatternKind::Gap { min, max } => {
            if (*min, *max) == (0, None) {
                "...".to_owned()
            } else {
                format!("...{{{min},{}}}", max.map_or(String::new(), |max| max.to_string()))
            }
        }
        PatternKind::Anchor(anchor) => match anchor {
            Anchor::LineStart => "^",
            Anchor::LineEnd => "$",
            Anchor::SentenceStart => "^s",
            Anchor::SentenceEnd => "$s",
        }
        .to_owned(),
        PatternKind::Look { ahead, negative, inner } => {
            let sign = match (ahead, negative) {
                (true, false) => "?=",
                (true, true) => "?!",
                (false, false) => "?<=",
                (false, true) => "?<!",
            };
            format!("({sign} {})", pattern(inner))
        }
    }
}

/// A pattern that holds together.
fn atom(p: &Pattern) -> String {
    match p.kind {
        PatternKind::Bind(..)
        | PatternKind::Sequence(_)
        | PatternKind::Alternation(_)
        | PatternKind::Repeat { .. } => {
            format!("({})", pattern(p))
        }
        // A bound of a gap would be one of the repetition.
        PatternKind::Gap { .. } => format!("({})", pattern(p)),
        _ => pattern(p),
    }
}

fn atom_or_repeat(p: &Pattern) -> String {
    match p.kind {
        PatternKind::Sequence(_) | PatternKind::Alternation(_) => format!("({})", pattern(p)),
        _ => pattern(p),
    }
}

fn condition(c: &Condition) -> String {
    let held = |c: &Condition| match c {
        Condition::And(_) | Condition::Or(_) => format!("({})", condition(c)),
        _ => condition(c),
    };
    match c {
        Condition::Any => String::new(),
        Condition::Not(inner) => format!("!{}", held(inner)),
        Condition::And(list) => list.iter().map(held).collect::<Vec<_>>().join(" & "),
        Condition::Or(list) => list.iter().map(held).collect::<Vec<_>>().join(" | "),
        Condition::Flag(name) => name.node.clone(),
        Condition::Compare { field, op, value } => {
            format!("{} {} {}", field.node, operator(op.node), operand(value))
        }
        Condition::Standing(standing, label) => {
            let word = match standing {
                Standing::In => "in",
                Standing::Starts => "starts",
                Standing::Ends => "ends",
            };
            format!("{word} {}", label.node)
        }
    }
}

fn operator(op: CompareOp) -> &'static str {
    match op {
        CompareOp::Equal => "=",
        CompareOp::NotEqual => "!=",
        CompareOp::Less => "<",
        CompareOp::Greater => ">",
        CompareOp::In => "in",
        CompareOp::Finds => "~",
    }
}

fn operand(value: &Operand) -> String {
    match value {
        Operand::Text(text) => quoted(&text.node),
        Operand::Number(number) => number.node.to_string(),
        Operand::Regex(literal) => regex(literal),
        Operand::List(list, _) => {
            format!("({})", list.iter().map(|text| quoted(&text.node)).collect::<Vec<_>>().join(", "))
        }
        Operand::Field(name, field) => format!("{}.{}", name.node, field.node),
    }
}

fn wheres(condition: Option<&Where>) -> String {
    condition.map_or(String::new(), |facts| format!(" where {}", fact(facts)))
}

fn fact(facts: &Where) -> String {
    let held = |facts: &Where| match facts {
        Where::And(_) | Where::Or(_) => format!("({})", fact(facts)),
        _ => fact(facts),
    };
    match facts {
        Where::And(list) => list.iter().map(held).collect::<Vec<_>>().join(" and "),
        Where::Or(list) => list.iter().map(held).collect::<Vec<_>>().join(" or "),
        Where::Not(inner) => format!("not {}", held(inner)),
        Where::Relation { left, relation, right } => {
            let word = match relation.node {
                SpanRelation::Inside => "inside".to_owned(),
                SpanRelation::Contains => "contains".to_owned(),
                SpanRelation::Touches => "touches".to_owned(),
                SpanRelation::Equals => "equals".to_owned(),
                SpanRelation::Overlaps => "overlaps".to_owned(),
                SpanRelation::Before => "before".to_owned(),
                SpanRelation::After => "after".to_owned(),
                SpanRelation::SameLine => "same line".to_owned(),
                SpanRelation::SameSentence => "same sentence".to_owned(),
                SpanRelation::WithinTokens(n) => format!("within {n} tokens"),
            };
            format!("{} {word} {}", side(left), side(right))
        }
        Where::Outermost(name) => format!("{} outermost", name.node),
        Where::Compare { target, field, op, value } => {
            format!("{}.{} {} {}", target.node, field.node, operator(op.node), operand(value))
        }
    }
}

fn side(side: &WhereSpan) -> String {
    let filter = |c: &Option<Condition>| c.as_ref().map_or(String::new(), |c| format!("[{}]", condition(c)));
    match side {
        WhereSpan::Name(name, c) => format!("{}{}", name.node, filter(c)),
        WhereSpan::Bind(name, label, c) => format!("{}={}{}", name.node, label.node, filter(c)),
    }
}
