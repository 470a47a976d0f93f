//! Gets an executor out of a sleep with tasks that are ready to run.
//!
//! glommio 0.9 can fall asleep on ready tasks. Its main loop asks the kernel for events, arms the
//! preempt timer, and runs tasks unless that timer has fired already. When the kernel takes the
//! core away in between for longer than the timer, no task runs, the loop takes "no task ran" for
//! "nothing to run" and parks. A timer of glommio's own cannot prevent that: its waiting task may
//! be among those that are ready, and then nothing is left that would fire.
//!
//! So the kernel rings: a POSIX timer sends this thread a signal, which interrupts the wait, and
//! glommio goes round its loop once more. It repeats until a task, the pulse, puts it off again.

use std::io;
use std::mem;
use std::ptr;
use std::sync::Once;
use std::time::Duration;

/// Its default is to be ignored, and nobody here uses what it was made for.
const SIGNAL: libc::c_int = libc::SIGURG;

/// The alarm clock of one thread. Rings only when it is not put off in time.
pub(super) struct Alarm {
    timer: libc::timer_t,
}

impl Alarm {
    /// An alarm for the calling thread that is not set yet.
    pub(super) fn for_this_thread() -> io::Result<Alarm> {
        static HANDLED: Once = Once::new();
        HANDLED.call_once(handle);
        // SAFETY: all zeros is a valid sigevent and a valid timer id to be overwritten; gettid
        // takes nothing; both pointers are to live values.
        unsafe {
            let mut event: libc::sigevent = mem::zeroed();
            event.sigev_notify = libc::SIGEV_THREAD_ID;
            event.sigev_signo = SIGNAL;
            event.sigev_notify_thread_id = libc::gettid();
            let mut timer: libc::timer_t = mem::zeroed();
            if libc::timer_create(libc::CLOCK_MONOTONIC, &mut event, &mut timer) != 0 {
                return Err(io::Error::last_os_error());
            }
            Ok(Alarm { timer })
        }
    }

    /// Rings after `delay` and then again and again at that interval, unless put off before.
    pub(super) fn put_off(&self, delay: Duration) {
        let delay = libc::timespec {
            tv_sec: delay.as_secs() as libc::time_t,
            tv_nsec: delay.subsec_nanos() as libc::c_long,
        };
        let setting = libc::itimerspec {
            it_interval: delay,
            it_value: delay,
        };
        // SAFETY: the timer is ours until it is dropped; the setting is a live value, and the old
        // setting is not asked for.
        let set = unsafe { libc::timer_settime(self.timer, 0, &setting, ptr::null_mut()) };
        assert!(set == 0, "a timer of this process can be set");
    }
}

impl Drop for Alarm {
    fn drop(&mut self) {
        // SAFETY: the timer is ours and is not used again.
        unsafe { libc::timer_delete(self.timer) };
    }
}

extern "C" fn do_nothing(_: libc::c_int) {}

/// Gives the signal a handler: an ignored signal would not interrupt the wait. Other system calls
/// are restarted.
fn handle() {
    // SAFETY: all zeros is a valid sigaction; the handler touches nothing, and both pointers are
    // to live values or null, which sigaction allows.
    unsafe {
        let mut action: libc::sigaction = mem::zeroed();
        action.sa_sigaction = do_nothing as extern "C" fn(libc::c_int) as usize;
        action.sa_flags = libc::SA_RESTART;
        libc::sigaction(SIGNAL, &action, ptr::null_mut());
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_wait_that_would_never_end_is_interrupted_again_and_again() {
        let alarm = Alarm::for_this_thread().unwrap();
        alarm.put_off(Duration::from_millis(1));
        for _ in 0..3 {
            // SAFETY: no descriptors are given, so no memory is read or written.
            let result = unsafe { libc::poll(ptr::null_mut(), 0, -1) };
            assert_eq!(result, -1);
            let error = io::Error::last_os_error();
            assert_eq!(error.kind(), io::ErrorKind::Interrupted);
        }
    }
}
