use std::io::Write;
use std::ops::ControlFlow;

use super::Options;
use super::format::Format;
use crate::cli::complaint::Complaint;
use crate::cli::{print, property};
use crate::client::Fetched;
use crate::records::{BatchView, Record};

/// What becomes of the records: they are counted, and printed unless the formatter is
/// `NoOpMessageFormatter`.
#[derive(Debug)]
pub struct Output {
    /// `None` prints nothing.
    format: Option<Format>,
    skips_errors: bool,
    max: Option<u64>,
    count: u64,
    row: Vec<u8>,
}

impl Output {
    /// From the options that say how records are printed; `pairs` are those of the formatter.
    pub fn new(options: &Options, pairs: &[(String, String)]) -> Result<Output, Complaint> {
        let format = Format::new(pairs)?;
        Ok(Output {
            format: prints(options.formatter.as_deref())?.then_some(format),
            skips_errors: options.skip_message_on_error,
            max: options.max_messages.and_then(|max| u64::try_from(max).ok()),
            count: 0,
            row: Vec::new(),
        })
    }

    pub fn count(&self) -> u64 {
        self.count
    }

    /// Whether `--max-messages` have come.
    pub fn is_full(&self) -> bool {
        self.max.is_some_and(|max| self.count >= max)
    }

    /// Prints what has been fetched, up to the limit.
    pub fn print(&mut self, fetched: &Fetched, out: &mut dyn Write) -> Result<(), Complaint> {
        let mut wrote = Ok(());
        let visited = fetched.visit(|batch, record| {
            if self.is_full() {
                return ControlFlow::Break(());
            }
            self.count += 1;
            wrote = self.print_one(fetched, batch, record, out);
            match wrote {
                Ok(()) => ControlFlow::Continue(()),
                Err(_) => ControlFlow::Break(()),
            }
        });
        wrote?;
        let broken =
            |fault| Complaint::new(format!("cannot read topic {}: {fault}", fetched.topic));
        visited.map_err(broken)
    }

    fn print_one(
        &mut self,
        fetched: &Fetched,
        batch: &BatchView<'_>,
        record: &Record<'_>,
        out: &mut dyn Write,
    ) -> Result<(), Complaint> {
        let Some(format) = &self.format else {
            return Ok(());
        };
        self.row.clear();
        let partition = fetched.partition;
        let Err(fault) = format.write(batch, record, partition, &mut self.row) else {
            return Ok(out.write_all(&self.row)?);
        };
        let place = format!(
            "the record at offset {} of {}-{partition}: {fault}",
            batch.offset_of(record.offset_delta),
            fetched.topic
        );
        match self.skips_errors {
            true => print::complain(&format!("skipped {place}")),
            false => {
                return Err(Complaint::new(format!(
                    "cannot print {place}. --skip-message-on-error goes on."
                )));
            }
        }
        Ok(())
    }
}

/// Whether the formatter of this class prints. The one that logs prints the same as the default
/// one: Kafka's tools do not show what it logs besides.
fn prints(class: Option<&str>) -> Result<bool, Complaint> {
    let class = class.unwrap_or("DefaultMessageFormatter");
    match class.rsplit(['.', '$']).next().unwrap_or(class) {
        "DefaultMessageFormatter" | "LoggingMessageFormatter" => Ok(true),
        "NoOpMessageFormatter" => Ok(false),
        _ => Err(Complaint::new(format!(
            "--formatter {class}: classes cannot be loaded here. Expected \
             DefaultMessageFormatter, LoggingMessageFormatter or NoOpMessageFormatter."
        ))),
    }
}

/// The properties of the formatter: those of its file, then its own options, then
/// `--formatter-property`. Later ones win.
pub fn pairs(options: &Options, file: Option<&str>) -> Vec<(String, String)> {
    let mut pairs = file.map(property::of_file).unwrap_or_default();
    let classes = [
        ("key.deserializer", &options.key_deserializer),
        ("value.deserializer", &options.value_deserializer),
    ];
    for (key, class) in classes {
        pairs.extend(class.iter().map(|class| (key.to_owned(), class.clone())));
    }
    pairs.extend(options.formatter_property.iter().cloned());
    pairs
}
