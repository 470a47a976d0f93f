//! Entries for fuzzers: any text in, nothing out. A panic is a bug.
//!
//! The ordinary tests run them from seeds; a fuzzer can call them for as long as it likes.

use super::{
    Listener, Overrides, Settings, TOPIC_KEYS, TopicSettings, check_topic, describe_broker,
    describe_topic,
};

/// The text of a `server.properties`. What is understood can be described, and the described
/// values mean the same when they are stated again.
pub fn settings(text: &str) {
    let Ok((settings, _)) = Settings::parse(text, &[]) else {
        return;
    };
    let entries = describe_broker(&settings);
    let stated = entries.iter().filter(|entry| !entry.is_default());
    let pairs: Vec<(String, String)> = stated
        .filter_map(|entry| Some((entry.name.clone(), entry.value.clone()?)))
        .collect();
    let (again, _) = Settings::parse("", &pairs).expect("a described value is legal");
    assert_eq!(describe_broker(&again), entries);
}

/// The value of each topic key. What is legal is its own canonical spelling from then on.
pub fn topic_value(text: &str) {
    let settings = Settings::default();
    for key in TOPIC_KEYS {
        let given: Overrides = [(key.name.to_owned(), text.to_owned())].into();
        if let Ok(kept) = check_topic(&settings, &given) {
            assert_eq!(check_topic(&settings, &kept).as_ref(), Ok(&kept));
            TopicSettings::resolve(&settings, &kept);
            describe_topic(&settings, &kept);
        }
    }
}

/// A listener. What is read is shown so that it reads as the same.
pub fn listener(text: &str) {
    if let Ok(listener) = Listener::parse(text) {
        assert_eq!(Listener::parse(&listener.to_string()), Ok(listener));
    }
}
