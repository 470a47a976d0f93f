//! Other processes of this machine, and this one's own file. Nothing here waits but what says so.

use std::ffi::{OsStr, OsString};
use std::fs::{self, File};
use std::io::{self, Read};
use std::os::unix::ffi::{OsStrExt, OsStringExt};
use std::os::unix::fs::symlink;
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};

use super::{signal, task};

/// What Linux adds to the name of a program whose file was removed or replaced.
const REPLACED: &str = " (deleted)";
/// What a worker may have to say.
const COMPLAINT_BYTES_MAX: u64 = 64 << 10;

/// A running process of the program that this process runs too.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Sibling {
    pub id: u32,
    /// Its command line, the name under which it was started first.
    pub words: Vec<OsString>,
    /// Where relative paths of its command line start.
    pub directory: PathBuf,
}

/// Every other process that runs this program's file, in order of id. Processes of other users
/// are seen where the kernel shows them.
pub fn siblings() -> io::Result<Vec<Sibling>> {
    let own = own_file()?;
    let mut found = Vec::new();
    for entry in fs::read_dir("/proc")?.filter_map(Result::ok) {
        let id = entry
            .file_name()
            .to_str()
            .and_then(|name| name.parse().ok());
        let Some(id) = id.filter(|id| *id != std::process::id()) else {
            continue;
        };
        // A process may end while it is looked at, or be someone else's.
        found.extend(sibling(id, &entry.path(), &own).ok().flatten());
    }
    found.sort_by_key(|sibling| sibling.id);
    Ok(found)
}

fn sibling(id: u32, place: &Path, own: &Path) -> io::Result<Option<Sibling>> {
    let file = fs::read_link(place.join("exe"))?;
    let name = file.as_os_str().as_bytes();
    let name = name.strip_suffix(REPLACED.as_bytes()).unwrap_or(name);
    if OsStr::from_bytes(name) != own {
        return Ok(None);
    }
    let line = fs::read(place.join("cmdline"))?;
    let words = line
        .strip_suffix(b"\0")
        .unwrap_or(&line)
        .split(|byte| *byte == 0);
    Ok(Some(Sibling {
        id,
        words: words
            .map(|word| OsString::from_vec(word.to_vec()))
            .collect(),
        directory: fs::read_link(place.join("cwd"))?,
    }))
}

/// The file of this program, its links followed.
pub fn own_file() -> io::Result<PathBuf> {
    std::env::current_exe()?.canonicalize()
}

/// Asks a process to end: SIGTERM.
pub fn terminate(id: u32) -> io::Result<()> {
    let id = libc::pid_t::try_from(id).map_err(io::Error::other)?;
    // SAFETY: kill reads its two numbers and touches no memory of ours.
    match unsafe { libc::kill(id, libc::SIGTERM) } {
        0 => Ok(()),
        _ => Err(io::Error::last_os_error()),
    }
}

/// A process of this program that outlives its parent and the terminal.
#[derive(Debug)]
pub struct Detached(Child);

impl Detached {
    /// Starts this program with `words`, in a session of its own, without input; what it says
    /// goes to `output`, which is emptied first.
    pub fn start(words: &[OsString], output: &Path) -> io::Result<Detached> {
        File::create(output)?;
        let file = File::options().append(true).open(output)?;
        let mut command = Command::new(own_file()?);
        command
            .args(words)
            .stdin(Stdio::null())
            .stderr(Stdio::from(file.try_clone()?))
            .stdout(Stdio::from(file));
        // SAFETY: between fork and exec only setsid runs, which is safe to call there and
        // allocates nothing.
        unsafe {
            command.pre_exec(|| match libc::setsid() {
                -1 => Err(io::Error::last_os_error()),
                _ => Ok(()),
            });
        }
        command.spawn().map(Detached)
    }

    pub fn id(&self) -> u32 {
        self.0.id()
    }

    /// How it ended, in words; `None` while it runs.
    pub fn ended(&mut self) -> io::Result<Option<String>> {
        Ok(self.0.try_wait()?.map(|status| status.to_string()))
    }
}

/// A process of this program that does a part of this one's work. It is killed when it is dropped
/// while it still runs.
#[derive(Debug)]
pub struct Worker(Child);

impl Worker {
    /// Starts this program with `words`, without input. What it says on stdout is lost, what it
    /// says on stderr is kept for [`Worker::complaint`]; Ctrl-C on the terminal does not reach it.
    /// Asked to end before it listens to that, it is not killed but told once it does.
    pub fn start(words: &[String]) -> io::Result<Worker> {
        let mut command = Command::new(own_file()?);
        command
            .args(words)
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(Stdio::piped())
            .process_group(0);
        // SAFETY: between fork and exec only the signal mask is set, which is safe to do there
        // and allocates nothing.
        unsafe {
            command.pre_exec(signal::hold_stops);
        }
        command.spawn().map(Worker)
    }

    pub fn id(&self) -> u32 {
        self.0.id()
    }

    /// Whether it did what it was asked to; `None` while it runs.
    pub fn ended(&mut self) -> io::Result<Option<bool>> {
        Ok(self.0.try_wait()?.map(|status| status.success()))
    }

    /// What it said on stderr. Waits until it ends; what exceeds a pipe stops it until then.
    pub fn complaint(&mut self) -> String {
        let mut said = Vec::new();
        if let Some(stderr) = &mut self.0.stderr {
            // What cannot be read was not said.
            let _ = stderr.take(COMPLAINT_BYTES_MAX).read_to_end(&mut said);
        }
        String::from_utf8_lossy(&said).into_owned()
    }
}

impl Drop for Worker {
    fn drop(&mut self) {
        // It may have ended already.
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

/// Whether there is a process of this id.
pub fn exists(id: u32) -> bool {
    Path::new(&format!("/proc/{id}")).exists()
}

/// Looks at the tables of the kernel before a process counts as not to be found.
const LOOKS_MAX: usize = 5;

/// The process that listens for TCP at `port` on any address of this host, if this process may
/// see its descriptors.
pub fn listener(port: u16) -> Option<u32> {
    // The kernel hands its tables out in pieces, and what comes and goes meanwhile can hide others.
    (0..LOOKS_MAX).find_map(|_| look_for_listener(port))
}

fn look_for_listener(port: u16) -> Option<u32> {
    let tables = ["/proc/net/tcp", "/proc/net/tcp6"];
    let tables = tables.map(|table| fs::read_to_string(table).unwrap_or_default());
    let sockets: Vec<String> = tables
        .iter()
        .flat_map(|table| listening(table, port))
        .map(|inode| format!("socket:[{inode}]"))
        .collect();
    let holds = |id: &u32| {
        let held = fs::read_dir(format!("/proc/{id}/fd")).into_iter().flatten();
        let held = held.filter_map(|entry| fs::read_link(entry.ok()?.path()).ok());
        held.into_iter().any(|target| {
            sockets
                .iter()
                .any(|socket| target.as_os_str() == socket.as_str())
        })
    };
    let entries = fs::read_dir("/proc").ok()?.filter_map(Result::ok);
    let mut ids = entries.filter_map(|entry| entry.file_name().to_str()?.parse().ok());
    ids.find(holds)
}

/// The inodes of sockets that listen at `port`, by a table like /proc/net/tcp:
/// `sl local_address rem_address st tx:rx tr:when retrnsmt uid timeout inode ...`.
fn listening(table: &str, port: u16) -> Vec<u64> {
    let inode = |line: &str| {
        let fields: Vec<&str> = line.split_whitespace().collect();
        let (_, local) = fields.get(1)?.rsplit_once(':')?;
        let listens = *fields.get(3)? == "0A" && u16::from_str_radix(local, 16) == Ok(port);
        fields.get(9).filter(|_| listens)?.parse().ok()
    };
    table.lines().filter_map(inode).collect()
}

/// Has the kernel write back what all processes left to it, so that it does not do so later, at
/// somebody else's cost. Waits until that is done.
pub async fn write_back() {
    // SAFETY: sync takes nothing and gives nothing.
    let sync = || unsafe { libc::sync() };
    // It cannot panic.
    let _ = task::block_on_pool(sync).await;
}

/// What became of a wish for a link.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Linked {
    Made,
    /// There was a link, which now points elsewhere.
    Replaced,
    /// It was there already.
    Kept,
}

/// Makes `link` a symbolic link to `target`. Another link of that name is replaced; a file or
/// directory is not: `AlreadyExists`.
pub fn link(target: &Path, link: &Path) -> io::Result<Linked> {
    match fs::read_link(link) {
        Ok(old) if old == target => Ok(Linked::Kept),
        Ok(_) => {
            fs::remove_file(link)?;
            symlink(target, link).map(|()| Linked::Replaced)
        }
        Err(_) => symlink(target, link).map(|()| Linked::Made),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_link_is_made_kept_and_turned_but_a_file_is_left_alone() {
        let dir = tempfile::tempdir().unwrap();
        let at = |name| dir.path().join(name);
        assert_eq!(link(Path::new("/a"), &at("l")).unwrap(), Linked::Made);
        assert_eq!(link(Path::new("/a"), &at("l")).unwrap(), Linked::Kept);
        assert_eq!(link(Path::new("/b"), &at("l")).unwrap(), Linked::Replaced);
        assert_eq!(fs::read_link(at("l")).unwrap(), Path::new("/b"));
        fs::write(at("f"), "x").unwrap();
        let refused = link(Path::new("/a"), &at("f")).unwrap_err();
        assert_eq!(refused.kind(), io::ErrorKind::AlreadyExists);
        assert_eq!(fs::read(at("f")).unwrap(), b"x");
    }

    #[test]
    fn sockets_that_listen_are_told_from_those_that_talk() {
        let table = "  sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt\n\
             0: 0100007F:2384 00000000:0000 0A 0:0 00:0 00000000  1000  0 4711 1 0\n\
             1: 0100007F:2384 0100007F:C350 01 0:0 00:0 00000000  1000  0 4712 1 0\n\
             2: 0100007F:2385 00000000:0000 0A 0:0 00:0 00000000  1000  0 4713 1 0\n";
        assert_eq!(listening(table, 9092), [4711]);
        assert!(listening(table, 9094).is_empty());
        let socket = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
        let port = socket.local_addr().unwrap().port();
        assert_eq!(listener(port), Some(std::process::id()));
    }

    #[test]
    fn a_process_is_no_sibling_of_itself() {
        let siblings = siblings().unwrap();
        assert!(
            siblings
                .iter()
                .all(|sibling| sibling.id != std::process::id())
        );
    }
}
