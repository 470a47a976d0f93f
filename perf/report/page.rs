use std::fmt::Write;

use super::chapters::Chapters;
use super::figure::Figure;
use super::markup::{data_block, escape};
use super::story::Story;
use super::table::Table;
use super::{around, ceiling, cost, curve, knee, ratios, series, summary};
use crate::perf::complaint::Complaint;

const STYLE: &str = include_str!("page.css");
/// Nothing is fetched and nothing is run, whatever a topic is called.
const POLICY: &str = "default-src 'none'; style-src 'unsafe-inline'";

/// The whole report as HTML; `log` is the name of the file of histograms next to it.
pub fn html(chapters: &Chapters, log: &str) -> Result<String, Complaint> {
    let title = title(chapters);
    let mut html = format!(
        "<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n\
         <meta http-equiv=\"Content-Security-Policy\" content=\"{POLICY}\">\n\
         <meta name=\"viewport\" content=\"width=device-width\">\n<title>{}</title>\n\
         <style>\n{STYLE}</style>\n</head>\n<body>\n<h1>{}</h1>\n",
        escape(&title),
        escape(&title)
    );
    for story in &chapters.all {
        chapter(&mut html, story)?;
    }
    if let Some(story) = chapters.all.first() {
        tables(&mut html, around::surroundings(story));
    }
    footer(&mut html, chapters, log);
    Ok(html)
}

fn chapter(html: &mut String, story: &Story) -> Result<(), Complaint> {
    if let Some(title) = &story.title {
        let _ = writeln!(html, "<h2 class=\"chapter\">{}</h2>", escape(title));
    }
    html.push_str(&summary::html(story));
    for figure in figures(story)? {
        html.push_str(&figure.html());
    }
    tables(
        html,
        cost::table(story).map(|table| ("CPU and bytes", table)),
    );
    tables(html, around::settings(story));
    Ok(())
}

fn tables(html: &mut String, tables: impl IntoIterator<Item = (&'static str, Table)>) {
    for (title, table) in tables {
        let table = table.html();
        let _ = write!(html, "<section>\n<h2>{title}</h2>\n{table}</section>\n");
    }
}

/// What compares first, then what was measured, then what explains it.
fn figures(story: &Story) -> Result<Vec<Figure>, Complaint> {
    let mut figures = ratios::figures(story)?;
    figures.extend(knee::figures(story)?);
    figures.extend(ceiling::figures(story)?);
    figures.extend(curve::figure(story)?);
    figures.extend(series::latencies(story)?);
    figures.extend(series::throughput(story)?);
    Ok(figures)
}

fn title(chapters: &Chapters) -> String {
    let mut values = chapters.values();
    let (Some((_, value)), None) = (values.next(), values.next()) else {
        let names: Vec<&str> = chapters.values().map(|(name, _)| name.as_str()).collect();
        return format!("corelane perf: {}", names.join(", "));
    };
    let text = |path: &str| value.pointer(path).and_then(|value| value.as_str());
    let command = text("/command").unwrap_or("report");
    match text("/settings/topic").or(text("/scenario")) {
        Some(subject) => format!("corelane perf {command}: {subject}"),
        None => format!("corelane perf {command}"),
    }
}

fn footer(html: &mut String, chapters: &Chapters, log: &str) {
    let version = env!("CARGO_PKG_VERSION");
    let _ = writeln!(
        html,
        "<footer>Made by corelane perf {version}. The figures are in this page as JSON, in its \
         elements data-1 and on, and the histograms next to it in <a href=\"{0}\">{0}</a>.\
         </footer>",
        escape(log)
    );
    for (number, (_, value)) in chapters.values().enumerate() {
        html.push_str(&data_block(&format!("data-{}", number + 1), value));
    }
    html.push_str("</body>\n</html>\n");
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::super::chapters::Chapters;
    use super::html;

    const HOSTILE: &str = "<script>alert(1)</script>";

    fn run(name: &str) -> Value {
        json!({
            "command": "produce", "name": name, "fault": name, "sentence": name,
            "settings": { "topic": name, name: [name] },
            "broker": { "topic_settings": { "flush.messages": name } },
            "verdict": { "limit": name, "evidence": name },
            "warmup_seconds": 1.0, "records": 30, "payload_bytes": 3000,
            "series": [
                { "second": 0, "seconds": 1.0, "records": 10, "payload_bytes": 1000,
                  "p50_ns": 1_000_000, "p99_ns": 2_000_000, "max_ns": 3_000_000 },
                { "second": 1, "seconds": 1.0, "records": 0, "payload_bytes": 0,
                  "p50_ns": 0, "p99_ns": 0, "max_ns": 0 },
                { "second": 2, "seconds": 0.1, "records": 20, "payload_bytes": 2000,
                  "p50_ns": 1_000_000, "p99_ns": 2_000_000, "max_ns": 3_000_000 },
            ],
            "latency": { "histogram_ns_count": [[1_000_000, 29], [3_000_000, 1]],
                "max_ns": 3_000_000 },
        })
    }

    fn page(values: &[Value]) -> String {
        let mut chapters = Chapters::default();
        for value in values {
            let name = value["name"].as_str().unwrap_or("file");
            chapters.add(name, value.clone());
        }
        html(&chapters, "<b>.hlog").expect("a page")
    }

    #[test]
    fn no_word_of_a_run_becomes_a_tag() {
        let ratio = json!({ "median": 1.5, "min": 1.0, "max": 2.0, "unit": HOSTILE });
        let compared = json!({ "command": "compare", "runs": [run(HOSTILE), run("b")],
            "ratios": { HOSTILE: ratio } });
        let steps = json!({ "directory": HOSTILE, "steps": [{ "megabytes_per_second": 9.0,
            "step": { "action": HOSTILE, "operation_bytes": 4096, "depth": 1 } }] });
        let points = json!({ "points": [{ "rate_records_per_second": 5.0, "run": run(HOSTILE) }],
            "knee_records_per_second": 5.0, "p99_bound_ns": 1e6 });
        for values in [
            &[run(HOSTILE)][..],
            &[run(HOSTILE), run("b")],
            &[compared],
            &[steps, points],
        ] {
            let page = page(values);
            assert!(
                !page.contains(HOSTILE) && !page.contains("<b>"),
                "{values:?}"
            );
            let scripts = page.matches("<script").count();
            assert_eq!(
                scripts,
                page.matches("<script type=\"application/json\"").count()
            );
            assert_eq!(scripts, values.len());
            assert!(page.contains("&lt;script&gt;alert(1)&lt;/script&gt;"));
        }
    }

    #[test]
    fn a_page_asks_for_nothing_and_draws_what_there_is() {
        let mut run = run("t");
        let drawn = page(&[run.clone()]).matches("<svg").count();
        assert_eq!(drawn, 3, "percentiles, latency and bytes over time");
        run["series"][2]["payload_bytes"] = json!(9000);
        let page = page(&[run]);
        let drawn = page.matches("<svg").count();
        assert_eq!(drawn, 4, "records over time too, since they vary in size");
        for word in ["src=", "url(", "@import", "onload"] {
            assert!(!page.contains(word), "{word}");
        }
        let addresses = page.matches("http").count();
        assert_eq!(
            addresses - page.matches("http-equiv").count(),
            drawn,
            "SVG's own name only"
        );
    }

    #[test]
    fn a_value_that_is_something_else_gives_a_page_without_pictures() {
        for value in [
            json!(null),
            json!([1]),
            json!({ "runs": 7, "steps": {}, "points": [] }),
        ] {
            assert!(!page(&[value]).contains("<svg"));
        }
        let odd = json!({ "series": [null, { "p50_ns": "x" }], "latency": [], "settings": 5 });
        assert!(page(&[odd]).contains("corelane perf"));
    }
}
