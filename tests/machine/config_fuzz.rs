//! The fuzz entries of the settings, run from seeds.

use corelane::config::{fuzz, server_properties};
use fastrand::Rng;

const TEXTS: u64 = 300;
const WORDS: [&str; 18] = [
    "-1",
    "0",
    "1",
    "2147483648",
    "9223372036854775807",
    "9223372036854775808",
    "0.5",
    "1e400",
    "NaN",
    "true",
    "TRUE",
    "delete,compact",
    ",",
    "*",
    "0:1,1:1",
    "gzip",
    "PLAINTEXT://[::1]:0",
    "/a b",
];
const CHARS: [char; 14] = [
    '=', ':', '\\', '\n', '\r', '#', ' ', ',', '[', ']', '\u{0}', 'é', '𝄞', '9',
];

/// A text from the file of all settings, with some lines in force, and a few of them damaged.
fn damaged(dice: &mut Rng) -> String {
    let mut text = String::new();
    for line in server_properties().lines() {
        let Some(pair) = line
            .strip_prefix('#')
            .filter(|rest| !rest.starts_with([' ', '#']))
        else {
            continue;
        };
        match (dice.u8(..8), pair.split_once('=')) {
            (0, Some((key, _))) => {
                text.push_str(&format!("{key}={}\n", WORDS[dice.usize(..WORDS.len())]));
            }
            (1..4, _) => text.push_str(&format!("{pair}\n")),
            _ => {}
        }
    }
    if dice.bool() {
        let at = dice.usize(..=text.len());
        if text.is_char_boundary(at) {
            text.insert(at, CHARS[dice.usize(..CHARS.len())]);
        }
    }
    text
}

#[test]
fn settings_survive_damaged_files() {
    for seed in 0..TEXTS {
        let text = damaged(&mut Rng::with_seed(seed));
        let read = std::panic::catch_unwind(|| fuzz::settings(&text));
        assert!(read.is_ok(), "seed {seed} of config_fuzz fails on:\n{text}");
    }
}

/// Where a single line decides, not a file in which some other line is wrong.
#[test]
fn each_setting_survives_each_word() {
    for line in server_properties().lines() {
        if let Some((key, _)) = line.strip_prefix('#').and_then(|rest| rest.split_once('=')) {
            WORDS
                .iter()
                .for_each(|word| fuzz::settings(&format!("{key}={word}")));
        }
    }
}

#[test]
fn values_and_listeners_survive_any_text() {
    let mut dice = Rng::with_seed(7);
    for _ in 0..TEXTS {
        let mut text = WORDS[dice.usize(..WORDS.len())].to_owned();
        for _ in 0..dice.usize(..4) {
            text.push(CHARS[dice.usize(..CHARS.len())]);
            text.push_str(WORDS[dice.usize(..WORDS.len())]);
        }
        fuzz::listener(&text);
        fuzz::listener(&format!("A://{text}"));
        fuzz::topic_value(&text);
    }
}
