//! The built-in seeds: what texts of the world hold that programs trip over.

/// Short seeds.
pub(super) const SEEDS: &[&str] = &[
    // What reports are full of.
    "Resolution No. 18-NQ/TW of the Politburo, dated 25 October 2017.",
    "Comrade Lê Minh Hưng, Member of the Politburo, spoke at 14:34 on March 17, 2025.",
    "Comrade Hau A Lenh, Secretary of the Hà Giang Provincial Party Committee, chaired the conference.",
    "27,300 ha; VNĐ30.9 billion; US$1.18 billion; 6-6.5%; 2.5 km; 5G; 14th; QH15; 30days.",
    "from 7.30am to 4:30 p.m. on 3-5 September; Q2/2024; 2020-2025; 31/12/2024; 30 February 2025",
    "No. 5, Nos. 6 and 7, Art. 8, Dr. A. Nguyen, U.S., e.g. Co., Ltd. vs. p. 9.",
    "BHG's, Farmers' Union, it’s, O’Neill, ‘quoted’, “double”, «guillemets», rock 'n' roll",
    "https://a.vn/x_(y),?q=1#z www.b.vn. ftp://c.vn; (mail@d-e.vn), a@b, @c, d@e.f.",
    "(a) [b] {c} <d> - e – f — g − h … i... j.. k!? l‽ m",
    // Scripts of the world.
    "Đảng ủy tỉnh Hà Giang, Nghị quyết số 18-NQ/TW; thị xã Đồng Văn",
    "漢字と仮名とカタカナ、そして「引用」。",
    "中华人民共和国国务院令第七百二十二号",
    "대한민국 서울특별시 종로구",
    "กรุงเทพมหานครเมืองหลวงของประเทศไทย",
    "नमस्ते दुनिया क्षत्रिय १२३",
    "தமிழ் மொழி ௧௨௩",
    "বাংলা ভাষা ১২৩",
    "ქართული ენა ᲥᲐᲠᲗᲣᲚᲘ",
    "Հայերեն լեզու՝ և այլն։",
    "Ελληνική ΓΛΏΣΣΑ ὈΔΥΣΣΕΎΣ ὀδυσσεύς",
    "Русский ЯЗЫК, й ё; Українська ґ ї",
    "አማርኛ ፩፪፫ ።",
    "ភាសាខ្មែរ ១២៣",
    "ພາສາລາວ ໑໒໓",
    "မြန်မာဘာသာ ၁၂၃",
    "བོད་སྐད་ ༡༢༣",
    "ᏣᎳᎩ ꮳꮃꭹ",
    "𐐔𐐯𐑅𐐨𐑉𐐯𐐻 𝔘𝔫𝔦𝔠𝔬𝔡𝔢 𝟏𝟐𝟑 𒐀𒐁",
    // Both directions.
    "العربية مع 123 أرقام و English وسط النص",
    "עברית עם נִקּוּד ו-123",
    "a\u{202e}cba\u{202c}b \u{2066}x\u{2069} \u{200f}ש\u{200e}",
    "ﷺ ﻻ ﺑﺔ",
    // Marks: composed, decomposed, stacked, out of order, alone.
    "Việt Nam ệ ể ữ ẫ",
    "Vie\u{302}\u{323}t Nam e\u{323}\u{302} u\u{31b}\u{303}",
    "é e\u{301} ê\u{301} o\u{328}\u{304} ǭ",
    "a\u{300}\u{301}\u{302}\u{303}\u{304}\u{305}\u{306}\u{307}\u{308}\u{309}\u{30a}\u{30b}",
    "\u{301}",
    "\u{323}a \u{301}b\n\u{300}c",
    "a\u{200b}\u{301} c\u{ad}\u{327} \u{fe0f}\u{20e3}1\u{fe0f}\u{20e3}",
    "Å Å \u{212b} Ω \u{2126} K \u{212a} \u{1100}\u{1161}\u{11a8} 각",
    "가\u{301}\u{11a8} \u{1100}\u{ad}\u{1161} \u{ffa1}\u{ffc2}\u{ffa3} \u{301}\u{200b}\u{ff9e}",
    "\u{344} \u{f43} \u{fb2a} \u{1d15e}",
    // Case that does not come back.
    "İ I ı i İstanbul ISPARTA ısparta",
    "ß ẞ STRASSE Straße ǅ ǆ Ǆ ŉ ǰ ΐ ᾳ ᾼ",
    "ΣΊΣΥΦΟΣ σίσυφος Σ ς ſ ﬁ ﬀ ﬄ ﬆ",
    "Đ đ Ð ð Ł ł Ø ø Æ æ Œ œ Þ þ Ħ ħ",
    // Numbers that are letters, and the other way round.
    "½ ¼ ⅔ ³ ² ₅ ① ⑳ Ⅻ ⅻ 〇 五 ٣٤٥ ۳۴۵ १२ 𝟗",
    "1e5 0x1F 3½ km² m3 m³ N° 5º 6ª №7 ‰ ℃ ㎏ ㏑",
    // Emoji.
    "👩‍👩‍👧‍👦 👨🏽‍🚀 🏳️‍🌈 🏴\u{e0067}\u{e0062}\u{e0065}\u{e006e}\u{e0067}\u{e007f} 🇻🇳🇱🇦🇰",
    "📷 Ảnh: ❤️ ❤ ☎️ ©️ 1️⃣ #️⃣ 👍🏿👍",
    "\u{200d}👩\u{200d}\u{200d}👩\u{fe0f}\u{200d}",
    // Width, joiners, spaces of all kinds.
    "ＦＵＬＬ　ｗｉｄｔｈ　１２３．５％",
    "ﾊﾝｶｸ ｶﾞﾅ ﾡ",
    "a\u{a0}b\u{2002}c\u{2009}d\u{202f}e\u{205f}f\u{3000}g\u{1680}h\u{85}i",
    "zero\u{200b}width\u{200c}non\u{200d}joiner\u{2060}word\u{feff}bom soft\u{ad}hyphen",
    "\u{feff}Begins with a byte order mark",
    // Ends of lines.
    "one\r\ntwo\rthree\nfour\u{2028}five\u{2029}six\u{85}seven\u{b}eight\u{c}nine",
    "\r\n\r\n\n\r\r\n",
    "ends with a break\n",
    "No.\r5\nNo.\n6 No.\u{2028}7",
    // Control characters, what stands for nothing, the last of everything.
    "a\0b\0\0 \u{1}\u{2}\u{7}\u{8}\u{1b}[31mred\u{1b}[0m\u{7f}\u{80}\u{9f}",
    "\u{fffd}\u{fffe}\u{ffff}\u{10ffff}\u{e000}\u{f8ff}\u{fdd0}",
    "\u{fff9}a\u{fffa}b\u{fffb} \u{1d173}\u{1d174} \u{e0001}",
    "\t tab\tand  spaces   ",
    "{\"text\":\"\\u00e0\\n\",\"start\":0} T1\tPERSON 0 3\tabc <b>&amp;</b> \\ / \" '",
];

/// Long seeds: a piece and how often it stands.
pub(super) const LONG: &[(&str, usize)] = &[
    ("a", 2400),
    ("Đ", 1600),
    ("\u{301}", 1200),
    ("👩‍", 600),
    ("1,", 1200),
    ("x.", 1200),
    ("'s", 800),
    ("(", 1200),
    ("漢", 1600),
    ("\u{200b}", 1200),
    (" ", 2000),
    ("\n", 1200),
    ("No. ", 600),
    ("Comrade Lê Minh Hưng, ", 240),
];
