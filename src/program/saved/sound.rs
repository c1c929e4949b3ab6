//! Whether what was read holds together, beyond what each part says for itself.
//!
//! The compiler makes nothing else; bytes may say anything.

use crate::doc::schema::RelationInfo;
use crate::program::{Inst, PatternProgram, Pc, Program, TokenRule};

/// Looks may be nested so deep: the matcher enters them one within the other.
const MOST_LOOKS: u16 = 256;

/// Whether the matcher comes to an end with a pattern, and never leaves it: of
/// what can be reached, all of one part runs in one direction, the pattern
/// itself forwards, no look leads back into what looks, and what is repeated
/// consumes something.
pub(super) fn is_sound(program: &PatternProgram) -> bool {
    let PatternProgram { insts, backward, places, start, tests, .. } = program;
    let count = insts.len();
    let is_known = |pc: &Pc| (*pc as usize) < count;
    let holds = |inst: &Inst| {
        let test = match inst {
            Inst::Token { test, .. } => Some(*test as usize),
            _ => None,
        };
        test.is_none_or(|test| test < tests.len())
            && ways(inst).into_iter().flatten().all(|way| is_known(&way.to))
    };
    backward.len() == count
        && places.len() == count
        && is_known(start)
        && insts.iter().all(holds)
        && has_levels(program)
        && consumes(program)
}

/// A way from one instruction to another.
#[derive(Clone, Copy)]
struct Way {
    to: Pc,
    /// It leads into a look.
    looks: bool,
    /// It consumes something.
    consumes: bool,
}

fn ways(inst: &Inst) -> [Option<Way>; 2] {
    let go = |to: Pc| Some(Way { to, looks: false, consumes: false });
    match inst {
        Inst::Match => [None, None],
        Inst::Token { next, .. } | Inst::Span { next, .. } | Inst::Gap { next } => {
            [Some(Way { to: *next, looks: false, consumes: true }), None]
        }
        Inst::SameSentence(next) | Inst::Open(_, next) | Inst::Close(_, next) | Inst::Assert(_, next) => {
            [go(*next), None]
        }
        Inst::Split(first, second) => [go(first.to), go(second.to)],
        Inst::Look { start, next, .. } => [go(*next), Some(Way { to: *start, looks: true, consumes: false })],
    }
}

/// Whether each instruction that can be reached lies in looks of one number, and
/// all of one part in one direction.
fn has_levels(program: &PatternProgram) -> bool {
    let mut levels: Vec<Option<u16>> = vec![None; program.insts.len()];
    let mut open = vec![(program.start, 0, false)];
    while let Some((pc, level, backward)) = open.pop() {
        if program.backward[pc as usize] != backward || level > MOST_LOOKS {
            return false;
        }
        match levels[pc as usize] {
            Some(known) if known == level => continue,
            Some(_) => return false,
            None => levels[pc as usize] = Some(level),
        }
        for way in ways(&program.insts[pc as usize]).into_iter().flatten() {
            open.push(match way.looks {
                true => (way.to, level + 1, program.backward[way.to as usize]),
                false => (way.to, level, backward),
            });
        }
    }
    true
}

/// Whether no way leads in a circle without consuming anything.
fn consumes(program: &PatternProgram) -> bool {
    #[derive(Clone, Copy, PartialEq)]
    enum Seen {
        Not,
        Begun,
        Done,
    }
    let mut seen = vec![Seen::Not; program.insts.len()];
    let mut open: Vec<(Pc, bool)> = (0..program.insts.len() as Pc).map(|pc| (pc, false)).collect();
    while let Some((pc, ended)) = open.pop() {
        if ended {
            seen[pc as usize] = Seen::Done;
            continue;
        }
        if seen[pc as usize] != Seen::Not {
            continue;
        }
        seen[pc as usize] = Seen::Begun;
        open.push((pc, true));
        for way in ways(&program.insts[pc as usize]).into_iter().flatten().filter(|way| !way.consumes) {
            match seen[way.to as usize] {
                Seen::Begun => return false,
                Seen::Not => open.push((way.to, false)),
                Seen::Done => {}
            }
        }
    }
    true
}

/// Whether relations have the roles that the engine takes for granted, and rules
/// fill those that there are.
pub(super) fn relates(program: &Program) -> bool {
    let has_roles = |info: &RelationInfo| {
        let roles = info.roles.len();
        let fits = match info.event {
            true => (1..=255).contains(&roles) && !info.optional.first().is_some_and(|open| *open),
            false => roles == 2 && info.optional.iter().all(|open| !open),
        };
        fits && info.accepts.len() == roles && info.optional.len() == roles
    };
    let fills = |rule: &TokenRule| {
        rule.heads
            .iter()
            .all(|head| head.args.len() == program.relations[usize::from(head.relation.0)].roles.len())
    };
    let sets = program.phases.iter().flat_map(|phase| [&phase.rules, &phase.drops]);
    program.relations.iter().all(has_roles) && sets.flat_map(|set| set.rules()).all(fills)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::doc::schema::{BindingId, PlaceId};
    use crate::program::{self, PatternTest, TokenTest};

    fn split(one: Pc, other: Pc) -> Inst {
        Inst::Split(program::Way::to(one), program::Way::to(other))
    }

    fn pattern(insts: Vec<Inst>, start: Pc) -> PatternProgram {
        let count = insts.len();
        PatternProgram {
            insts,
            backward: vec![false; count],
            places: vec![PlaceId(0); count],
            start,
            tests: vec![PatternTest::new(TokenTest::Any)],
            ..PatternProgram::default()
        }
    }

    #[test]
    fn what_is_repeated_consumes_something() {
        let token = Inst::Token { test: 0, next: 1 };
        assert!(is_sound(&pattern(vec![Inst::Match, split(2, 0), token], 1)));
        assert!(!is_sound(&pattern(vec![Inst::Match, split(1, 0)], 1)));
        let open = Inst::Open(BindingId(0), 1);
        assert!(!is_sound(&pattern(vec![Inst::Match, split(2, 0), open], 1)));
    }

    #[test]
    fn a_look_does_not_look_at_itself() {
        let look = |start: Pc| Inst::Look { start, negative: false, next: 0 };
        let token = |next: Pc| Inst::Token { test: 0, next };
        assert!(is_sound(&pattern(vec![Inst::Match, Inst::Match, token(1), look(2)], 3)));
        assert!(!is_sound(&pattern(vec![Inst::Match, Inst::Match, token(3), look(2)], 3)));
        assert!(!is_sound(&pattern(vec![Inst::Match, Inst::Match, token(0), look(2)], 3)));
    }

    #[test]
    fn a_pattern_runs_forwards_and_names_what_it_has() {
        let token = |test: u32, next: Pc| Inst::Token { test, next };
        let sound = pattern(vec![Inst::Match, token(0, 0)], 1);
        assert!(is_sound(&sound));
        assert!(!is_sound(&PatternProgram { backward: vec![true, true], ..sound.clone() }));
        assert!(!is_sound(&PatternProgram { backward: Vec::new(), ..sound }));
        assert!(!is_sound(&pattern(vec![Inst::Match, token(1, 0)], 1)));
        assert!(!is_sound(&pattern(vec![Inst::Match, token(0, 2)], 1)));
        assert!(!is_sound(&pattern(vec![Inst::Match], 1)));
        assert!(!is_sound(&pattern(Vec::new(), 0)));
    }
}
