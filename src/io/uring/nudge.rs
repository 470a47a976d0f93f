//! Gets an executor out of a sleep that it should have left.
//!
//! Seen once in some hundred starts: glommio sleeps in `io_uring_enter` for its linked rings and
//! no completion, not even of its own timer, wakes it. A signal interrupts the wait, glommio looks
//! at its rings again and goes on; so that is what the watchdog sends.

use std::mem;
use std::ptr;

/// Its default is to be ignored, and nobody here uses what it was made for.
const SIGNAL: libc::c_int = libc::SIGURG;

extern "C" fn do_nothing(_: libc::c_int) {}

/// Gives the signal a handler: an ignored signal would not interrupt the wait. Other system calls
/// are restarted.
pub(in crate::io) fn prepare() {
    // SAFETY: all zeros is a valid sigaction; the handler touches nothing, and both pointers are
    // to live values or null, which sigaction allows.
    unsafe {
        let mut action: libc::sigaction = mem::zeroed();
        action.sa_sigaction = do_nothing as extern "C" fn(libc::c_int) as usize;
        action.sa_flags = libc::SA_RESTART;
        libc::sigaction(SIGNAL, &action, ptr::null_mut());
    }
}

/// Interrupts what a thread of this process waits in. A thread that is gone is no error.
pub(in crate::io) fn nudge(thread: i32) {
    // SAFETY: tgkill takes three numbers; the process is our own, so the thread cannot be
    // somebody else's.
    unsafe {
        libc::syscall(libc::SYS_tgkill, libc::getpid(), thread, SIGNAL);
    }
}
