//! Executors on a core that is also wanted by others.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;
use std::time::Duration;

use crate::io::clock;
use crate::io::uring::{allowed_cores, run_shards};

/// Threads that never let go of the core the executors are pinned to.
const HOGS: usize = 6;
/// Without the alarm this many lost an executor for ever in two of three runs.
const NAPS: usize = 800;
/// Far above the some seconds that the naps take when every wake-up arrives.
const PATIENCE: Duration = Duration::from_secs(120);

/// The kernel takes the core away between glommio's look at its timers and its look at its tasks;
/// then glommio sleeps on the tasks that are ready, and only the alarm wakes it.
#[test]
fn an_executor_whose_core_is_taken_away_wakes_up_again() {
    let core = allowed_cores().unwrap()[0];
    let over = Arc::new(AtomicBool::new(false));
    let hogs: Vec<_> = (0..HOGS).map(|_| hog(core, over.clone())).collect();
    let (ended, end) = flume::bounded(1);
    thread::spawn(move || {
        let slept = run_shards(&[core; 4], |_| Box::pin(nap())).unwrap();
        // Refused when the test has failed meanwhile.
        let _ = ended.send(slept);
    });
    let slept = end.recv_timeout(PATIENCE);
    over.store(true, Ordering::Relaxed);
    hogs.into_iter().for_each(|hog| hog.join().unwrap());
    assert_eq!(slept, Ok(vec![NAPS; 4]));
}

/// Naps as long as the pulse, so that both are due together.
async fn nap() -> usize {
    for _ in 0..NAPS {
        clock::sleep(Duration::from_millis(2)).await;
    }
    NAPS
}

fn hog(core: usize, over: Arc<AtomicBool>) -> thread::JoinHandle<()> {
    thread::spawn(move || {
        pin(core);
        while !over.load(Ordering::Relaxed) {
            std::hint::spin_loop();
        }
    })
}

fn pin(core: usize) {
    // SAFETY: cpu_set_t is a plain array of bits for which all zeros is a value, `core` came from
    // such a set, and the call only reads it.
    unsafe {
        let mut set: libc::cpu_set_t = std::mem::zeroed();
        libc::CPU_SET(core, &mut set);
        libc::sched_setaffinity(0, size_of::<libc::cpu_set_t>(), &set);
    }
}
