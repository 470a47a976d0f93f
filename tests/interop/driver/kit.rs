//! What the clients need, fetched once by name and kept in a cache directory.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::Mutex;
use std::thread;

use crate::client::{Client, Program, Runtime};
use crate::shell::{programs, run, top};

/// Why the clients of a runtime cannot be run.
#[derive(Clone)]
pub enum Trouble {
    /// This machine has no such runtime and none could be installed: the rows are skipped.
    Absent(String),
    /// It is there, but fetching failed: the rows fail.
    Broken(String),
}

impl From<String> for Trouble {
    fn from(text: String) -> Trouble {
        Trouble::Broken(text)
    }
}

pub type Troubles = BTreeMap<Runtime, Trouble>;

/// Commands that prove a runtime, and the Debian packages that bring it.
type Need = (&'static [&'static [&'static str]], &'static [&'static str]);

fn need(runtime: Runtime) -> Need {
    match runtime {
        // Rust is here, and the script that starts the driver installs kcat.
        Runtime::Rust => (&[], &[]),
        Runtime::Python => (&[&["python3", "-m", "pip", "--version"]], &["python3-pip"]),
        Runtime::Go => (&[&["go", "version"]], &["golang-go"]),
        Runtime::Java => (
            &[&["javac", "-version"], &["mvn", "--version"]],
            &["openjdk-17-jdk-headless", "maven"],
        ),
        Runtime::Node => (
            &[&["node", "--version"], &["npm", "--version"]],
            &["nodejs", "npm"],
        ),
    }
}

/// Where kits are kept: CORELANE_CACHE, else below the user's cache directory.
pub fn cache() -> PathBuf {
    let own = std::env::var_os("CORELANE_CACHE").map(PathBuf::from);
    let users = std::env::var_os("XDG_CACHE_HOME").map(PathBuf::from);
    let home = std::env::var_os("HOME").map(|home| PathBuf::from(home).join(".cache"));
    let below = |dir: PathBuf| dir.join("corelane/interop");
    own.or(users.or(home).map(below))
        .unwrap_or_else(|| std::env::temp_dir().join("corelane-interop"))
}

/// The directory of one client's kit.
pub fn place(program: Program) -> PathBuf {
    let named = |runtime: &str, parts: &[&str]| {
        let name = parts.join("+").replace("==", "-");
        cache().join(runtime).join(name.replace([':', '/'], "-"))
    };
    match program {
        Program::Rust(_) => top().to_owned(),
        Program::Python(_, packages) => named("python", packages),
        Program::Go(_) => cache().join("go"),
        Program::Node(_, packages) => named("node", packages),
        Program::Java(all) | Program::Tools(all) | Program::Files(all) | Program::Exchange(all) => {
            named("java", all)
        }
    }
}

/// Fetches what `clients` need, each runtime on a thread of its own.
pub fn prepare(clients: &[&Client]) -> Troubles {
    let installing = Mutex::new(());
    let runtimes: BTreeSet<Runtime> = clients.iter().map(|one| one.program.runtime()).collect();
    thread::scope(|scope| {
        let fetching: Vec<_> = runtimes
            .into_iter()
            .map(|runtime| {
                let mine = clients.iter().map(|one| one.program);
                let mine: Vec<Program> = mine.filter(|one| one.runtime() == runtime).collect();
                let installing = &installing;
                let fetch = move || have(runtime, installing).and_then(|()| fetch(runtime, &mine));
                (runtime, scope.spawn(fetch))
            })
            .collect();
        let ended = fetching
            .into_iter()
            .map(|(runtime, thread)| (runtime, thread.join().unwrap()));
        ended
            .filter_map(|(runtime, fetched)| Some((runtime, fetched.err()?)))
            .collect()
    })
}

fn have(runtime: Runtime, installing: &Mutex<()>) -> Result<(), Trouble> {
    let (proofs, packages) = need(runtime);
    let prove = || {
        let mut proofs = proofs.iter();
        proofs.try_for_each(|words| run(Command::new(words[0]).args(&words[1..])).map(|_| ()))
    };
    if prove().is_ok() {
        return Ok(());
    }
    let _alone = installing.lock().unwrap();
    let installed = run(Command::new(top().join("scripts/install")).args(packages));
    installed.and_then(|_| prove()).map_err(|why| {
        let why = why.replace('\n', ": ");
        Trouble::Absent(format!("no {runtime:?} here, none to install: {why}"))
    })
}

fn fetch(runtime: Runtime, clients: &[Program]) -> Result<(), Trouble> {
    match runtime {
        Runtime::Rust => Ok(()),
        Runtime::Python => clients.iter().try_for_each(|client| match client {
            Program::Python(_, packages) => python(&place(*client), packages),
            _ => Ok(()),
        }),
        Runtime::Go => go(),
        Runtime::Java => java(clients),
        Runtime::Node => clients.iter().try_for_each(|client| match client {
            Program::Node(_, packages) => node(&place(*client), packages),
            _ => Ok(()),
        }),
    }
}

/// Fills a directory once: it gets its name when it is whole.
fn once(place: &Path, fill: impl FnOnce(&Path) -> Result<(), Trouble>) -> Result<(), Trouble> {
    if place.is_dir() {
        return Ok(());
    }
    let draft = place.with_extension(format!("{}.draft", std::process::id()));
    let moved = |error: std::io::Error| format!("{}: {error}", draft.display());
    fs::create_dir_all(&draft).map_err(moved)?;
    fill(&draft)?;
    // Another run may have been quicker; what it made is the same.
    let named = fs::rename(&draft, place);
    match named {
        Err(error) if !place.is_dir() => Err(moved(error).into()),
        Err(_) => fs::remove_dir_all(&draft).map_err(|error| moved(error).into()),
        Ok(()) => Ok(()),
    }
}

fn python(place: &Path, packages: &[&str]) -> Result<(), Trouble> {
    once(place, |draft| {
        let quiet = ["--quiet", "--no-input", "--disable-pip-version-check"];
        let mut pip = Command::new("python3");
        pip.args(["-m", "pip", "install", "--root-user-action=ignore"])
            .args(quiet);
        run(pip.arg("--target").arg(draft).args(packages))?;
        Ok(())
    })
}

fn node(place: &Path, packages: &[&str]) -> Result<(), Trouble> {
    once(place, |draft| {
        let quiet = [
            "--silent",
            "--no-audit",
            "--no-fund",
            "--no-save",
            "--prefix",
        ];
        let mut npm = Command::new("npm");
        npm.arg("install").args(quiet).arg(draft);
        run(npm.args(packages))?;
        Ok(())
    })
}

fn go() -> Result<(), Trouble> {
    let version = run(Command::new("go").args(["env", "GOVERSION"]))?;
    let minor = version.trim().strip_prefix("go1.").and_then(|rest| {
        let digits = rest.split(|char: char| !char.is_ascii_digit()).next();
        digits.and_then(|digits| digits.parse::<u32>().ok())
    });
    // From 1.21 on, go fetches the tool chain that go.mod asks for.
    if minor.is_some_and(|minor| minor < 21) {
        let why = format!("{} is too old for the modules", version.trim());
        return Err(Trouble::Absent(why));
    }
    let out = cache().join("go");
    fs::create_dir_all(&out).map_err(|error| format!("{}: {error}", out.display()))?;
    let mut build = Command::new("go");
    build.current_dir(programs("go")).args(["build", "-o"]);
    run(build.arg(out).arg("./..."))?;
    Ok(())
}

/// One run of Maven for all that is missing: a module for each kit.
fn java(clients: &[Program]) -> Result<(), Trouble> {
    let missing: BTreeMap<PathBuf, &[&str]> = clients
        .iter()
        .filter_map(|client| Some((place(*client), client.artifacts()?)))
        .filter(|(place, _)| !place.is_dir())
        .collect();
    if missing.is_empty() {
        return Ok(());
    }
    let draft = cache().join(format!("java.{}.draft", std::process::id()));
    let written = |error: std::io::Error| format!("{}: {error}", draft.display());
    let name = |place: &Path| place.file_name().unwrap().to_string_lossy().into_owned();
    let modules: Vec<String> = missing.keys().map(|place| name(place)).collect();
    for (place, artifacts) in &missing {
        let module = draft.join(name(place));
        fs::create_dir_all(&module).map_err(written)?;
        let project = pom(&name(place), &dependencies(artifacts));
        fs::write(module.join("pom.xml"), project).map_err(written)?;
    }
    let all = format!(
        "<modules><module>{}</module></modules>",
        modules.join("</module><module>")
    );
    fs::write(draft.join("pom.xml"), pom("all", &all)).map_err(written)?;
    let mut maven = Command::new("mvn");
    maven.current_dir(&draft).args(["-q", "-B", "-ntp"]).args([
        "dependency:copy-dependencies",
        "-DincludeScope=runtime",
        "-DoutputDirectory=${project.basedir}/jars",
    ]);
    run(&mut maven)?;
    for place in missing.keys() {
        once(place, |kit| {
            fs::rename(draft.join(name(place)).join("jars"), kit.join("jars")).map_err(written)?;
            Ok(())
        })?;
    }
    fs::remove_dir_all(&draft).map_err(|error| written(error).into())
}

/// NAME:VERSION is of Kafka's group, GROUP:NAME:VERSION of any.
fn dependencies(artifacts: &[&str]) -> String {
    let one = |artifact: &&str| {
        let (name, version) = artifact.rsplit_once(':').unwrap_or((artifact, ""));
        let (group, name) = name.split_once(':').unwrap_or(("org.apache.kafka", name));
        format!(
            "<dependency><groupId>{group}</groupId>\
             <artifactId>{name}</artifactId><version>{version}</version></dependency>"
        )
    };
    let list: String = artifacts.iter().map(one).collect();
    format!("<dependencies>{list}</dependencies>")
}

fn pom(name: &str, body: &str) -> String {
    format!(
        "<project><modelVersion>4.0.0</modelVersion><groupId>corelane.interop</groupId>\
         <artifactId>{}</artifactId><version>1</version><packaging>pom</packaging>\
         {body}</project>\n",
        name.replace('+', "-")
    )
}
