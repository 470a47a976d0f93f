use super::markup::escape;

/// A table of text: the first column names the row.
#[derive(Clone, Debug, PartialEq)]
pub struct Table {
    pub head: Vec<String>,
    pub rows: Vec<Vec<String>>,
    /// Numbers stand at the right of their cells.
    pub are_numbers: bool,
}

impl Table {
    pub fn html(&self) -> String {
        let class = if self.are_numbers { "numbers" } else { "words" };
        let mut html = format!("<table class=\"{class}\">\n");
        if self.head.iter().any(|cell| !cell.is_empty()) {
            html += &row("th scope=\"col\"", "th", &self.head, "thead");
        }
        html.push_str("<tbody>\n");
        for cells in &self.rows {
            let (name, rest) = cells.split_at(cells.len().min(1));
            let name: String = name.iter().map(|cell| escape(cell)).collect();
            let rest = rest.iter().map(|cell| format!("<td>{}</td>", escape(cell)));
            let rest: String = rest.collect();
            html += &format!("<tr><th scope=\"row\">{name}</th>{rest}</tr>\n");
        }
        html.push_str("</tbody></table>\n");
        html
    }
}

fn row(open: &str, close: &str, cells: &[String], part: &str) -> String {
    let cells = cells
        .iter()
        .map(|cell| format!("<{open}>{}</{close}>", escape(cell)));
    let cells: String = cells.collect();
    format!("<{part}><tr>{cells}</tr></{part}>\n")
}
