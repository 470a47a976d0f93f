use std::fmt::Write;

use super::broker::BROKER_KEYS;
use super::key::{Key, Mode};

/// The text of `config/server.properties`: every key of the table with its sentence, type, range
/// and default, each line commented out, so that the file states nothing until it is edited.
pub fn server_properties() -> String {
    let mut text = String::from(
        "# Corelane: every setting of the broker with its default.\n\
         # Names are Kafka's where Kafka has the setting. To change one, remove the # before it.\n",
    );
    for group in BROKER_KEYS {
        text.push_str(&format!("\n### {} ###\n", group.title));
        for key in group.keys {
            let _ = write_key(&mut text, key);
        }
    }
    text
}

fn write_key(text: &mut String, key: &Key) -> std::fmt::Result {
    let mode = match key.mode {
        Mode::ReadOnly => "read at start",
        Mode::Dynamic => "may change at run time",
    };
    writeln!(text, "\n# {}\n# {}; {mode}.", key.sentence, key.expected())?;
    writeln!(text, "#{}={}", key.name, key.default.unwrap_or(""))
}
