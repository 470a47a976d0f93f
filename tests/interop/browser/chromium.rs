//! One page in Chromium: what it logged and what it looked like.

use std::path::Path;
use std::process::Command;

use crate::png;

/// A page as the browser showed it.
pub struct Shown {
    /// Lines that the page's console got: errors of scripts, and what a policy forbade.
    pub complaints: Vec<String>,
    /// Red, green and blue of every point.
    pub pixels: Vec<[u8; 3]>,
}

impl Shown {
    /// Points of exactly this colour.
    pub fn count(&self, color: [u8; 3]) -> usize {
        self.pixels.iter().filter(|pixel| **pixel == color).count()
    }
}

/// Opens `page`, a file in `dir`, and takes a picture of it.
pub fn show(dir: &Path, page: &str) -> Shown {
    let picture = dir.join(format!("{page}.png"));
    let ran = Command::new("timeout")
        .args([
            "60",
            "chromium",
            "--headless",
            "--no-sandbox",
            "--disable-gpu",
        ])
        .args([
            "--hide-scrollbars",
            "--enable-logging=stderr",
            "--window-size=1000,2600",
        ])
        .arg(format!("--user-data-dir={}", dir.join("profile").display()))
        .arg(format!("--screenshot={}", picture.display()))
        .arg(format!("file://{}", dir.join(page).display()))
        .output()
        .expect("timeout is part of coreutils");
    let said = String::from_utf8_lossy(&ran.stderr);
    assert!(
        ran.status.success(),
        "Chromium did not open {page}; scripts/install chromium gets it:\n{said}"
    );
    let complaints = said.lines().filter(|line| line.contains(":CONSOLE"));
    let complaints = complaints.map(str::to_owned).collect();
    let picture = std::fs::read(&picture).expect("Chromium wrote a picture");
    Shown {
        complaints,
        pixels: png::pixels(&picture).expect("the picture is one that Chromium makes"),
    }
}
