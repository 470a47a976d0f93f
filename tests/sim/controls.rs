//! One control for each sync in the code: where it is left out, something acknowledged is lost, and
//! the stories find that out. A sync whose absence nobody can notice is either needless, which
//! [`Needless`] argues, or not tested.
//!
//! Places are found, not listed: the simulated disk knows who asks for a sync, so a new one has its
//! control from the day on which it is written. `CORELANE_SITE=src/shard/strays.rs:40` looks at one
//! alone.

use std::collections::{BTreeMap, BTreeSet};
use std::env;
use std::fs;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::{Path, PathBuf};
use std::sync::OnceLock;

use corelane::io::sim::{Seeds, Site};

use crate::needless::Needless;
use crate::rounds::Disk;
use crate::story::{Plot, Story};
use crate::{broken, compaction, doomed, emptied, killed, relaxed, rounds};

/// Stories of each kind in which the places that ask for syncs are collected.
const SEEDS_TO_COLLECT: u64 = 8;

/// Stories of each kind after which a loss counts as not to be found.
const SEEDS_TO_LOSE: u64 = 150;

/// Stories in which each sync fails.
const SEEDS_TO_FAIL: u64 = 4;

/// The same, of all kinds together, for syncs that are said to be needless.
const STORIES_NEEDLESS: usize = 4;

/// Doors that make something durable, as they are called.
const DOORS: [&str; 6] = [
    ".sync()",
    ".write_and_sync(",
    "fs::sync_dir(",
    "fs::sync_file(",
    "fs::write_atomic(",
    "fs::sync_volume(",
];

/// Rooms whose syncs are no promise of a broker to its clients: a probe of the disk, the tools.
const ELSEWHERE: [&str; 2] = ["src/io/", "src/cli/"];

/// What came of one story whose disk lies to one place in the code, or to nobody.
struct Told {
    is_lost: bool,
    sites: BTreeSet<Site>,
}

/// Kinds of stories, the cheapest first.
const KINDS: [Kind; 10] = [
    Kind::Killed,
    Kind::Emptied,
    Kind::Doomed,
    Kind::Durable,
    Kind::Trimmed,
    Kind::Broken,
    Kind::Relaxed,
    Kind::Rounds,
    Kind::Compacted,
    Kind::Crowded,
];

#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
enum Kind {
    Killed,
    Emptied,
    Doomed,
    Durable,
    Trimmed,
    Broken,
    Relaxed,
    Rounds,
    Compacted,
    Crowded,
}

/// Where the loss is found soonest, for files whose syncs other stories ask for and seldom miss.
const FOUND_IN: [(&str, Kind); 10] = [
    ("src/shard/journal/salvage.rs", Kind::Broken),
    ("src/shard/journal/replay.rs", Kind::Rounds),
    ("src/shard/journal/retire.rs", Kind::Crowded),
    ("src/shard/partition/roll.rs", Kind::Rounds),
    ("src/shard/partition/write_back.rs", Kind::Rounds),
    ("src/shard/partition/compact.rs", Kind::Compacted),
    ("src/shard/partition/cleaned_file.rs", Kind::Compacted),
    ("src/shard/partition/exchange.rs", Kind::Compacted),
    ("src/shard/partition/trim.rs", Kind::Emptied),
    ("src/shard/partition/recover.rs", Kind::Killed),
];

fn tell(kind: Kind, seed: u64, lie_to: Option<Site>) -> Told {
    let told = |complaints: usize, sites| Told {
        is_lost: complaints > 0,
        sites,
    };
    match kind {
        Kind::Killed => told(0, killed::tell(seed, lie_to)),
        Kind::Emptied => told(0, emptied::tell(seed, lie_to)),
        Kind::Doomed => told(0, doomed::tell(seed, lie_to)),
        Kind::Broken => told(0, broken::tell(seed, lie_to).1),
        Kind::Rounds | Kind::Crowded => {
            let disk = Disk {
                lie_to,
                is_crowded: Some(kind == Kind::Crowded),
                ..Disk::default()
            };
            told(0, rounds::tell(seed, disk))
        }
        Kind::Compacted => told(0, compaction::tell(seed, lie_to)),
        Kind::Relaxed => {
            let story = relaxed::Story::new(seed, lie_to);
            told(story.tell().len(), story.broker.sync_sites())
        }
        Kind::Durable | Kind::Trimmed => {
            let plot = Plot {
                trims: kind == Kind::Trimmed,
                lie_to,
                ..Plot::default()
            };
            let story = Story::new(seed, plot);
            told(story.tell().0.len(), story.broker.sync_sites())
        }
    }
}

/// Everybody who asks for a sync in the stories, and the kinds of stories in which they do.
fn sites() -> &'static BTreeMap<Site, BTreeSet<Kind>> {
    static FOUND: OnceLock<BTreeMap<Site, BTreeSet<Kind>>> = OnceLock::new();
    FOUND.get_or_init(find_sites)
}

fn find_sites() -> BTreeMap<Site, BTreeSet<Kind>> {
    let kinds = KINDS.len() as u64;
    let found = Seeds::of("controls::", kinds * SEEDS_TO_COLLECT).run(|number| {
        let kind = KINDS[(number % kinds) as usize];
        (kind, tell(kind, number.div_ceil(kinds), None).sites)
    });
    let mut kinds_of: BTreeMap<Site, BTreeSet<Kind>> = BTreeMap::new();
    for (kind, sites) in found {
        let ours = sites.into_iter().filter(|site| !is_elsewhere(site.file));
        for site in ours {
            kinds_of.entry(site).or_default().insert(kind);
        }
    }
    kinds_of
}

/// The first story in which it is found out that this sync did nothing.
fn loss(site: Site, kinds: &BTreeSet<Kind>, stories_max: usize) -> Option<(Kind, u64)> {
    let known = FOUND_IN.iter().find(|(file, _)| *file == site.file);
    let soonest = known.map(|(_, kind)| *kind);
    let seeds = 1..=SEEDS_TO_LOSE;
    let first = seeds
        .clone()
        .filter_map(|seed| Some((soonest?, seed)))
        .take(stories_max / 2);
    let others = seeds.flat_map(|seed| {
        let others = kinds.iter().filter(|kind| Some(**kind) != soonest);
        others.map(move |kind| (*kind, seed))
    });
    let mut stories = first.chain(others).take(stories_max);
    stories.find(|(kind, seed)| {
        let told = catch_unwind(AssertUnwindSafe(|| tell(*kind, *seed, Some(site))));
        // Some stories, and the broker's own assertions, complain by a panic.
        told.map_or(true, |told| told.is_lost)
    })
}

/// The line of the call, after the one before it.
fn lines_of(site: Site) -> String {
    let text = fs::read_to_string(top().join(site.file)).expect("a file of ours");
    let lines = text.lines().skip(site.line as usize - 2).take(2);
    lines.map(str::trim).collect::<Vec<_>>().join(" ")
}

fn is_looked_at(site: &Site) -> bool {
    let asked = env::var("CORELANE_SITE").ok();
    asked.is_none_or(|one| one == format!("{}:{}", site.file, site.line))
}

#[test]
fn every_sync_that_is_left_out_is_missed() {
    let mut sites: Vec<(&Site, &BTreeSet<Kind>)> = sites().iter().collect();
    sites.retain(|(site, _)| is_looked_at(site));
    let judge = |index: u64| {
        let (site, kinds) = sites.get(index as usize - 1)?;
        let argument = Needless::of(**site, &lines_of(**site));
        let stories_max = match argument {
            None => usize::MAX,
            Some(_) => STORIES_NEEDLESS,
        };
        let found = loss(**site, kinds, stories_max);
        println!("{site:?} {} -> {found:?}", lines_of(**site));
        match (argument, found) {
            (None, None) => Some(format!("nobody misses {site:?}: {}", lines_of(**site))),
            (Some(row), Some(seed)) => Some(format!(
                "{site:?} is missed in story {seed:?}, and was held to be needless: {}",
                row.reason
            )),
            _ => None,
        }
    };
    let outcomes = Seeds::of("controls::every_sync", sites.len() as u64).run(judge);
    let wrong: Vec<String> = outcomes.into_iter().flatten().collect();
    assert!(wrong.is_empty(), "{wrong:#?}");
}

#[test]
fn a_sync_that_fails_loses_nothing() {
    let asked = sites().iter();
    let asked = asked.filter(|(_, kinds)| kinds.contains(&Kind::Rounds));
    let mut sites: Vec<Site> = asked.map(|(site, _)| *site).collect();
    sites.retain(is_looked_at);
    let stories = sites.len() as u64 * SEEDS_TO_FAIL;
    Seeds::of("controls::a_sync_that_fails", stories).run(|number| {
        let count = sites.len() as u64;
        let (site, seed) = (sites[(number % count) as usize], number.div_ceil(count));
        let disk = Disk {
            fail_at: Some(site),
            ..Disk::default()
        };
        let told = catch_unwind(AssertUnwindSafe(|| rounds::tell(seed, disk)));
        assert!(told.is_ok(), "seed {seed}: {site:?} fails once in a life");
    });
}

#[test]
fn every_sync_in_the_code_is_asked_for_in_the_stories() {
    let sites = sites();
    let mut unseen = Vec::new();
    for path in sources(&top().join("src")) {
        let name = path.strip_prefix(top()).expect("ours");
        let name = name.display().to_string();
        if is_elsewhere(&name) {
            continue;
        }
        let text = fs::read_to_string(&path).expect("a file of ours");
        for (line, number) in text.lines().zip(1..) {
            let asks = DOORS.iter().any(|door| line.contains(door));
            let is_seen = sites
                .keys()
                .any(|site| site.file == name && site.line == number);
            if asks && !is_seen && !line.trim_start().starts_with("//") {
                unseen.push(format!("{name}:{number}: {}", line.trim()));
            }
        }
    }
    assert!(
        unseen.is_empty(),
        "no story asks for these syncs: {unseen:#?}"
    );
}

fn is_elsewhere(file: &str) -> bool {
    ELSEWHERE.iter().any(|room| file.starts_with(room))
}

fn top() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

fn sources(directory: &Path) -> Vec<PathBuf> {
    let entries = fs::read_dir(directory).expect("a directory of ours");
    let mut found = Vec::new();
    for entry in entries {
        let path = entry.expect("an entry").path();
        if path.is_dir() {
            found.extend(sources(&path));
        } else if path.extension().is_some_and(|kind| kind == "rs") {
            found.push(path);
        }
    }
    found
}
