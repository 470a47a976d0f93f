use std::fmt::Write;

use plotters::style::RGBColor;

use super::chart::Look;
use super::markup::escape;
use super::palette::hex;
use super::table::Table;

/// A drawing with what one needs to read it.
#[derive(Clone, Debug)]
pub struct Figure {
    pub title: String,
    /// How to read it, and what was left out.
    pub note: String,
    /// Colour, look and meaning of each line; none where there is nothing to tell apart.
    pub legend: Vec<(RGBColor, Look, String)>,
    pub svg: String,
    /// The same in figures.
    pub table: Option<Table>,
}

impl Figure {
    pub fn html(&self) -> String {
        let mut html = format!("<section>\n<h2>{}</h2>\n<figure>\n", escape(&self.title));
        if !self.legend.is_empty() {
            html.push_str("<ul class=\"legend\">\n");
            for (color, look, label) in &self.legend {
                let class = match look {
                    Look::Plain => "plain",
                    Look::Faint => "faint",
                    Look::Dashed => "dashed",
                    Look::Dotted => "dotted",
                };
                let _ = writeln!(
                    html,
                    "<li><i class=\"{class}\" style=\"border-color:{}\"></i>{}</li>",
                    hex(*color),
                    escape(label)
                );
            }
            html.push_str("</ul>\n");
        }
        html.push_str(&self.svg);
        if !self.note.is_empty() {
            let _ = writeln!(html, "<figcaption>{}</figcaption>", escape(&self.note));
        }
        html.push_str("</figure>\n");
        html.push_str(&self.table.as_ref().map(Table::html).unwrap_or_default());
        html.push_str("</section>\n");
        html
    }
}
