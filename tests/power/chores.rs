use std::thread::{self, JoinHandle};

use crate::register::{Entry, Register};
use crate::tally::Tally;
use crate::tool::run;

/// One thing to be done about a topic.
enum Chore {
    Create(String, Entry),
    Delete(String),
}

/// Things that are done one after the other while the broker lives and dies. The tools ask again
/// until they are answered, so that all are done once it lives again.
#[derive(Default)]
pub struct Chores(Vec<Chore>);

/// Chores under way.
pub struct Doing(JoinHandle<Vec<(Chore, Result<String, String>)>>);

impl Chores {
    pub fn create(&mut self, topic: &str, entry: Entry) {
        self.0.push(Chore::Create(topic.to_owned(), entry));
    }

    pub fn delete(&mut self, topic: &str) {
        self.0.push(Chore::Delete(topic.to_owned()));
    }

    pub fn begin(self, address: String) -> Doing {
        let attempt = move |chore: Chore| {
            let mut command = match &chore {
                Chore::Create(topic, entry) => entry.creation(&address, topic),
                Chore::Delete(topic) => Register::deletion(&address, topic),
            };
            // A tool that meets nobody at all gives up at once.
            let mut done = run(&mut command);
            for _ in 0..300 {
                if done.is_ok() {
                    break;
                }
                thread::sleep(std::time::Duration::from_millis(100));
                done = run(&mut command);
            }
            (chore, done)
        };
        Doing(thread::spawn(move || {
            self.0.into_iter().map(attempt).collect()
        }))
    }
}

impl Doing {
    /// Waits for the end of all, and books them.
    pub fn end(self, register: &mut Register, tally: &mut Tally) {
        for (chore, done) in self.0.join().expect("chores end") {
            if let Err(words) = done {
                tally.trouble(words);
                continue;
            }
            match chore {
                Chore::Create(topic, entry) => register.made(&topic, entry),
                Chore::Delete(topic) => register.deleted(&topic),
            }
        }
    }
}
