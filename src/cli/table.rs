use std::io::{self, Write};

/// Rows under a heading; each cell is as wide as the widest of its column, and a tab ends it.
pub fn columns(heading: &[&str], rows: &[Vec<String>], out: &mut dyn Write) -> io::Result<()> {
    let heading: Vec<String> = heading.iter().map(|cell| (*cell).to_owned()).collect();
    let all = || std::iter::once(&heading).chain(rows);
    let width = |at: usize| all().filter_map(|row| row.get(at)).map(String::len).max();
    for row in all() {
        for (at, cell) in row.iter().enumerate() {
            write!(out, "{cell:<0$}\t", width(at).unwrap_or(0))?;
        }
        writeln!(out)?;
    }
    Ok(())
}
