use std::cell::{Cell, RefCell};
use std::io;
use std::time::Duration;

use bytes::Bytes;
use futures_util::future::join_all;

use super::step::{Action, Step};
use crate::io::{Buffer, File, Pool, clock, random};
use crate::perf::latency::Latencies;

/// What one step came to.
#[derive(Debug)]
pub struct Measured {
    pub step: Step,
    pub operations: u64,
    pub bytes: u64,
    pub took: Duration,
    pub latencies: Latencies,
}

impl Measured {
    pub fn bytes_per_second(&self) -> f64 {
        self.bytes as f64 / self.took.as_secs_f64().max(f64::MIN_POSITIVE)
    }

    pub fn operations_per_second(&self) -> f64 {
        self.operations as f64 / self.took.as_secs_f64().max(f64::MIN_POSITIVE)
    }
}

/// Takes one step: `depth` tasks, each of which takes the next place in the file when it is done
/// with the last. Filling ends with the file and a sync; other steps when their time is up; all
/// of them when `stopped` becomes true.
pub async fn take(
    file: &File,
    step: Step,
    file_bytes: usize,
    time: Duration,
    stopped: &Cell<bool>,
) -> io::Result<Measured> {
    let data = noise(step.operation_bytes);
    let places = (file_bytes / step.operation_bytes).max(1) as u64;
    let (next, latencies) = (Cell::new(0u64), RefCell::new(Latencies::default()));
    let start = clock::now();
    let end = start.plus(time);
    let worker = async || -> io::Result<()> {
        loop {
            let turn = next.get();
            let is_over = match step.action {
                Action::Fill => turn >= places,
                _ => clock::now() >= end,
            };
            if is_over || stopped.get() {
                return Ok(());
            }
            next.set(turn + 1);
            let position = (turn % places) * step.operation_bytes as u64;
            let begun = clock::now();
            act(file, step, &data, position).await?;
            let took = clock::now().since(begun).as_nanos();
            latencies
                .borrow_mut()
                .record(u64::try_from(took).unwrap_or(u64::MAX), 1);
        }
    };
    for done in join_all((0..step.depth).map(|_| worker())).await {
        done?;
    }
    if step.action == Action::Fill {
        file.sync().await?;
    }
    let operations = next.get();
    Ok(Measured {
        step,
        operations,
        bytes: operations * step.operation_bytes as u64,
        took: clock::now().since(start),
        latencies: latencies.into_inner(),
    })
}

async fn act(file: &File, step: Step, data: &Bytes, position: u64) -> io::Result<()> {
    match step.action {
        Action::Fill | Action::Write => file.write_at(data.clone(), position).await,
        Action::WriteAndSync => file.write_and_sync(data.clone(), position).await,
        Action::Read => file.read_at(position, step.operation_bytes).await.map(drop),
    }
}

/// Bytes that no disk can make less of.
fn noise(bytes: usize) -> Bytes {
    let mut buffer = Buffer::with_capacity(&Pool::new(0), bytes);
    random::fill(&mut buffer.spare_mut()[..bytes]);
    buffer.advance(bytes);
    buffer.freeze()
}
