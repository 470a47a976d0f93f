//! What a person or a supervisor wishes of the process: that it end, or tell what it counts.

use std::io::{self, Read};
use std::os::unix::net::UnixStream;
use std::thread;

use super::mesh::{Receiver, mailbox};

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

/// From here on SIGTERM and SIGINT do not end the process but arrive here, one message each. The
/// receiver works on any executor. The handler itself only writes a byte to a socket, which is
/// all that a signal handler may do.
pub fn stop_signals() -> io::Result<Receiver<Stop>> {
    arriving(&[
        (libc::SIGTERM, Stop::Terminate),
        (libc::SIGINT, Stop::Interrupt),
    ])
}

/// From here on SIGUSR1 does not end the process but arrives here.
pub fn report_signals() -> io::Result<Receiver<()>> {
    arriving(&[(libc::SIGUSR1, ())])
}

fn arriving<W: Copy + Send + 'static>(signals: &[(i32, W)]) -> io::Result<Receiver<W>> {
    let (sender, receiver) = mailbox(WISHES_MAX);
    for &(number, wish) in signals {
        let (mut arriving, leaving) = UnixStream::pair()?;
        signal_hook::low_level::pipe::register(number, leaving)?;
        let sender = sender.clone();
        let listen = move || {
            let mut byte = [0];
            while arriving.read_exact(&mut byte).is_ok() {
                // Refused when many wait already, or nobody listens any more.
                let _ = sender.try_send(wish);
            }
        };
        thread::Builder::new()
            .name(format!("signal-{number}"))
            .spawn(listen)?;
    }
    Ok(receiver)
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
    }
}
