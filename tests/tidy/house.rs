//! The tree of files, read from the disk or made up by a canary.

use std::fs;
use std::path::Path;

use crate::rule::Complaint;
use crate::source::Source;
use crate::{doors, layers, names, sizes};

/// One text file; `path` is counted from the top of the repository.
pub struct Page {
    pub path: String,
    pub text: String,
}

pub struct House {
    pub pages: Vec<Page>,
}

impl House {
    /// Everything below the crate's directory that `.gitignore` does not name.
    pub fn on_disk() -> House {
        let top = Path::new(env!("CARGO_MANIFEST_DIR"));
        let ignored = fs::read_to_string(top.join(".gitignore")).unwrap();
        let mut skip: Vec<String> = ignored
            .lines()
            .map(|line| line.trim_matches('/').to_owned())
            .collect();
        skip.push(".git".to_owned());
        let mut pages = Vec::new();
        walk(top, "", &skip, &mut pages);
        pages.sort_by(|a, b| a.path.cmp(&b.path));
        House { pages }
    }

    /// A made-up tree of `(path, text)`.
    pub fn of(pages: &[(&str, &str)]) -> House {
        let page = |(path, text): &(&str, &str)| Page {
            path: (*path).to_owned(),
            text: (*text).to_owned(),
        };
        House {
            pages: pages.iter().map(page).collect(),
        }
    }

    pub fn sources(&self) -> Vec<Source> {
        let rust = self.pages.iter().filter(|page| page.path.ends_with(".rs"));
        rust.map(|page| Source::new(&page.path, &page.text))
            .collect()
    }

    /// All broken rules, in the order of the files.
    pub fn inspect(&self) -> Vec<Complaint> {
        let sources = self.sources();
        let mut complaints = Vec::new();
        for page in &self.pages {
            complaints.extend(names::inspect_path(&page.path));
            complaints.extend(names::inspect_page(page));
            if page.path == "Cargo.toml" {
                complaints.extend(names::inspect_manifest(page, &sources));
            }
        }
        for source in &sources {
            complaints.extend(layers::inspect(source));
            complaints.extend(doors::inspect(source));
            complaints.extend(sizes::inspect(source));
            complaints.extend(names::inspect_mod(source));
        }
        complaints.extend(sizes::spread_complaint(&sizes::spread(&sources)));
        complaints.sort_by(|a, b| (&a.path, a.line, a.rule).cmp(&(&b.path, b.line, b.rule)));
        complaints
    }
}

/// Whether a file is neither Rust nor data.
pub fn plain(path: &str) -> bool {
    !path.ends_with(".rs") && !path.ends_with(".jsonl")
}

fn walk(top: &Path, folder: &str, skip: &[String], pages: &mut Vec<Page>) {
    for entry in fs::read_dir(top.join(folder)).unwrap() {
        let entry = entry.unwrap();
        let name = entry.file_name().into_string().unwrap();
        let path = if folder.is_empty() {
            name.clone()
        } else {
            format!("{folder}/{name}")
        };
        if skip.contains(&path) {
            continue;
        }
        if entry.file_type().unwrap().is_dir() {
            walk(top, &path, skip, pages);
        } else {
            let text = String::from_utf8_lossy(&fs::read(entry.path()).unwrap()).into_owned();
            pages.push(Page { path, text });
        }
    }
}
