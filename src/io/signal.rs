//! What a person or a supervisor wishes of the process: that it end, or tell what it counts.

use std::io::{self, Read};
use std::mem::MaybeUninit;
use std::os::unix::net::UnixStream;
use std::ptr;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::thread;

use super::mesh::{Receiver, Refused, Sender, mailbox};

/// Wishes that wait to be heard; more say nothing new.
const WISHES_MAX: usize = 8;

/// Which signal asked the process to stop.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Stop {
    /// SIGTERM: a supervisor.
    Terminate,
    /// SIGINT: Ctrl-C.
    Interrupt,
}

/// Who is told of wishes to stop: whoever asked last.
static TOLD: Mutex<Option<Sender<Stop>>> = Mutex::new(None);

/// From here on SIGTERM and SIGINT do not end the process but arrive here, one message each, until
/// somebody else asks. The receiver works on any executor; once it is dropped, they end the process
/// as ever. The handler itself only writes a byte to a socket, which is all that a signal handler
/// may do. Wishes that were held back until now ([`hold_stops`]) arrive too.
pub fn stop_signals() -> io::Result<Receiver<Stop>> {
    let (sender, receiver) = mailbox(WISHES_MAX);
    let before = lock().replace(sender);
    if before.is_none() {
        on_signal(libc::SIGTERM, || pass_on(libc::SIGTERM, Stop::Terminate))?;
        on_signal(libc::SIGINT, || pass_on(libc::SIGINT, Stop::Interrupt))?;
    }
    mask_stops(libc::SIG_UNBLOCK)?;
    Ok(receiver)
}

/// From here on SIGTERM and SIGINT wait, in this thread and in the programs and threads it starts,
/// until [`stop_signals`] asks for them: a process that is asked to end while it still starts up
/// ends in order instead of being killed. Safe to call between fork and exec.
pub fn hold_stops() -> io::Result<()> {
    mask_stops(libc::SIG_BLOCK)
}

fn mask_stops(how: libc::c_int) -> io::Result<()> {
    let mut stops = MaybeUninit::uninit();
    // SAFETY: sigemptyset fills the set before anything reads it; sigaddset and pthread_sigmask
    // are given that set and signal numbers that exist, and the old mask is not asked for.
    let error = unsafe {
        libc::sigemptyset(stops.as_mut_ptr());
        libc::sigaddset(stops.as_mut_ptr(), libc::SIGTERM);
        libc::sigaddset(stops.as_mut_ptr(), libc::SIGINT);
        libc::pthread_sigmask(how, stops.as_ptr(), ptr::null_mut())
    };
    match error {
        0 => Ok(()),
        error => Err(io::Error::from_raw_os_error(error)),
    }
}

/// From here on SIGUSR1 does not end the process but arrives here.
pub fn report_signals() -> io::Result<Receiver<()>> {
    let (sender, receiver) = mailbox(WISHES_MAX);
    on_signal(libc::SIGUSR1, move || {
        // Refused when many wait already, or nobody listens any more.
        let _ = sender.try_send(());
    })?;
    Ok(receiver)
}

fn lock() -> MutexGuard<'static, Option<Sender<Stop>>> {
    TOLD.lock().unwrap_or_else(PoisonError::into_inner)
}

fn pass_on(number: i32, wish: Stop) {
    let told = lock().as_ref().map(|sender| sender.try_send(wish));
    if let Some(Err(Refused::Closed(_))) = told {
        // It ends the process, or the system does not let it: then there is nobody to tell.
        let _ = signal_hook::low_level::emulate_default_handler(number);
    }
}

/// Has a thread call `heard` for every such signal.
fn on_signal(number: i32, heard: impl Fn() + Send + 'static) -> io::Result<()> {
    let (mut arriving, leaving) = UnixStream::pair()?;
    signal_hook::low_level::pipe::register(number, leaving)?;
    let listen = move || {
        let mut byte = [0];
        while arriving.read_exact(&mut byte).is_ok() {
            heard();
        }
    };
    let thread = thread::Builder::new().name(format!("signal-{number}"));
    thread.spawn(listen).map(drop)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::io::uring::run_alone;

    #[test]
    fn a_signal_becomes_a_message() {
        let signals = stop_signals().unwrap();
        for (number, wish) in [
            (libc::SIGINT, Stop::Interrupt),
            (libc::SIGTERM, Stop::Terminate),
        ] {
            signal_hook::low_level::raise(number).unwrap();
            let signals = signals.clone();
            let heard = run_alone(async move { signals.recv().await }).unwrap();
            assert_eq!(heard, Some(wish));
        }
        // Nobody listens to the receiver any more, which would let a wish end this process.
        drop(signals);
        hold_stops().unwrap();
        signal_hook::low_level::raise(libc::SIGTERM).unwrap();
        let signals = stop_signals().unwrap();
        let heard = run_alone(async move { signals.recv().await }).unwrap();
        assert_eq!(heard, Some(Stop::Terminate));
    }
}
