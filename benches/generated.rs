//! Text for the benches, made from a seed: sentences of the genre with names
//! that no document holds.

/// A generator of numbers that gives the same on every machine (SplitMix64).
pub(crate) struct Seed(pub(crate) u64);

impl Seed {
    /// A number below `limit`.
    pub(crate) fn below(&mut self, limit: usize) -> usize {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        ((z ^ (z >> 31)) % limit as u64) as usize
    }

    fn pick<'a>(&mut self, from: &[&'a str]) -> &'a str {
        from[self.below(from.len())]
    }
}

const FAMILIES: &[&str] = &["Nguyen", "Tran", "Le", "Pham", "Giang", "Vang", "Lo", "Đỗ", "Vũ"];
const GIVEN: &[&str] = &["Van An", "Thi Mai", "Minh Duc", "A Sang", "Hoai Nam", "Thu Ha", "Quang Huy"];
const TITLES: &[&str] = &[
    "Secretary of the Provincial Party Committee",
    "Chairman of the Provincial People's Committee",
    "Director of the Department of Finance",
    "Deputy Minister of Construction",
];
const PLACES: &[&str] = &["Ha Giang", "Lào Cai", "Yen Bai", "Son La", "Quảng Ninh"];

/// About `bytes` of news.
pub(crate) fn news(bytes: usize, seed: u64) -> String {
    let mut seed = Seed(seed);
    let mut text = String::with_capacity(bytes + 200);
    while text.len() < bytes {
        let name = format!("{} {}", seed.pick(FAMILIES), seed.pick(GIVEN));
        let (title, place) = (seed.pick(TITLES), seed.pick(PLACES));
        let (day, percent, number) = (seed.below(28) + 1, seed.below(90), seed.below(900));
        let sentence = match seed.below(5) {
            0 => format!("Comrade {name}, {title}, spoke at the meeting in {place} on March {day}."),
            1 => format!("The growth target of {percent}.5% needs {number} billion VND and {day} km of road."),
            2 => format!("{title} {name} said that Resolution No. {number}-NQ/TW of the Politburo is being implemented."),
            3 => format!("In {place} province, cadres and people of {day} communes worked on land and forests."),
            _ => "The work of training and fostering cadres has achieved many positive results in recent years.".to_owned(),
        };
        text.push_str(&sentence);
        text.push(if seed.below(6) == 0 { '\n' } else { ' ' });
    }
    text
}
