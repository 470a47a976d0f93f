use std::thread;

use crate::load::Load;
use crate::register::Register;
use crate::tally::Tally;

/// Reads everything back, and books what was found.
pub fn at_everything(address: &str, register: &Register, loads: &mut [Load], tally: &mut Tally) {
    match register.complaints(address) {
        Ok(complaints) => complaints
            .into_iter()
            .for_each(|words| tally.trouble(words)),
        Err(words) => tally.trouble(words),
    }
    let looks: Vec<_> = thread::scope(|scope| {
        let looking = loads.iter().map(|load| scope.spawn(|| load.check(address)));
        let looking: Vec<_> = looking.collect();
        looking
            .into_iter()
            .map(|look| look.join().expect("a look"))
            .collect()
    });
    for (load, (count, words)) in loads.iter_mut().zip(looks) {
        tally.counts.insert(load.key.clone(), count);
        if let Some(words) = words {
            tally.trouble(words);
        }
        if let Some(words) = load.complaint() {
            println!("{words}");
        }
    }
}
