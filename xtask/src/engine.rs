//! Generates the code of a document: client and mocks in parallel, each in its own thread or process.
//!
//! A syntax tree cannot leave its thread. So each file is generated, polished and printed in one thread.

use std::io::{Read, Seek as _, Write};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::mpsc::{self, RecvTimeoutError};
use std::thread::ScopedJoinHandle;
use std::time::Duration;
use std::{fmt, panic, sync, thread};

use anyhow::{Context as _, Result, anyhow, bail};
use clap::ValueEnum;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::bindings::Bindings;
use crate::{layout, polish, progenitor};

/// The code of a document, as it stands in files.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Code {
    /// The client, its builders and its types.
    pub client: String,
    /// The typed mocks.
    pub httpmock: String,
}

/// Where code is made.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Engine {
    /// On threads of this process. A panic becomes an error; a stack overflow ends the process, and what
    /// has no end goes on.
    Thread,
    /// In processes of their own. Whatever happens there becomes an error, also that it has no end.
    Process {
        /// This program, which is run with [`CHILD`].
        program: PathBuf,
        /// How long each process may take.
        limit: Limit,
    },
}

/// Why it is not known what the generator makes of a document: it was not given the time or the memory, or did not
/// run at all. That is a matter of the machine; of a document that defeats the generator, another error tells.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Undecided(pub String);

impl fmt::Display for Undecided {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl std::error::Error for Undecided {}

/// How long a process may take for a document: far longer than it does on a slow and busy machine, for
/// there are documents for which the generator makes types inside types without end.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Limit {
    /// For any document.
    pub at_least: Duration,
    /// Beside that, for each mebibyte of its JSON.
    pub for_each_mebibyte: Duration,
}

impl Default for Limit {
    /// Some hundred times what the generator takes without optimization.
    fn default() -> Self {
        Self { at_least: Duration::from_secs(120), for_each_mebibyte: Duration::from_secs(240) }
    }
}

impl Limit {
    /// For a document of so many bytes of JSON.
    fn of(self, bytes: usize) -> Duration {
        let kibibytes = u32::try_from(bytes / 1024).unwrap_or(u32::MAX);
        self.at_least.saturating_add(self.for_each_mebibyte.saturating_mul(kibibytes) / 1024)
    }
}

/// The hidden subcommand that reads a document and writes a part of its code.
pub const CHILD: &str = "progenitor-child";

/// What is made on its own.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum Part {
    /// The client, its builders and its types.
    Client,
    /// The typed mocks.
    Httpmock,
    /// What callers see of the client, as JSON and not as code.
    Bindings,
}

impl Engine {
    /// Processes of the program that is running; threads if its file cannot be found.
    #[must_use]
    pub fn of_this_program() -> Self {
        std::env::current_exe()
            .map_or(Self::Thread, |program| Self::Process { program, limit: Limit::default() })
    }

    /// Makes the code of a legalized document.
    ///
    /// # Errors
    /// The document is none that progenitor reads, or progenitor gives up on it, however it does, or its code
    /// is not shaped as the pinned progenitor shapes it; or [`Undecided`].
    pub fn generate(&self, document: &Value) -> Result<Code> {
        thread::scope(|scope| {
            let [client, httpmock] = [Part::Client, Part::Httpmock]
                .map(|part| without_panics(scope, move || self.part(part, document)));
            let (client, httpmock) = (client?, httpmock?);
            Ok(Code { client: outcome(client)?, httpmock: outcome(httpmock)? })
        })
    }
}

impl Engine {
    /// Makes the client of a legalized document, and reads what callers see of it.
    ///
    /// # Errors
    /// As [`generate`](Self::generate).
    pub(crate) fn bindings(&self, document: &Value) -> Result<Bindings> {
        let made =
            thread::scope(|scope| outcome(without_panics(scope, || self.part(Part::Bindings, document))?))?;
        Ok(serde_json::from_str(&made)?)
    }

    fn part(&self, part: Part, document: &Value) -> Result<String> {
        match self {
            Self::Thread => part.of(document),
            Self::Process { program, limit } => in_a_process(program, *limit, part, document),
        }
    }
}

impl Part {
    /// The text of the part.
    fn of(self, document: &Value) -> Result<String> {
        let client = || polish::client(progenitor::client(document)?, document);
        Ok(match self {
            Self::Client => polish::text(&client()?),
            Self::Httpmock => polish::text(&polish::mocks(progenitor::mocks(document)?, document)?),
            Self::Bindings => serde_json::to_string(&Bindings::of(&client()?, document))?,
        })
    }

    fn name(self) -> String {
        self.to_possible_value().map(|value| value.get_name().to_owned()).unwrap_or_default()
    }
}

/// What the hidden subcommand does: a document comes in, code or a message goes out, which says so if the code
/// is not made within `limit`. What makes it may go on then: the process is to end.
///
/// The limit is held here and not by the one who waits, so that a process that nobody waits for ends too.
///
/// # Errors
/// The input is not a document, or the output cannot be written.
pub fn child(part: Part, limit: Duration, mut input: impl Read, mut output: impl Write) -> Result<()> {
    let mut document = Vec::new();
    input.read_to_end(&mut document)?;
    let document: Value = serde_json::from_slice(&document)?;
    let (done, made) = mpsc::channel();
    thread::Builder::new().spawn(move || {
        let made = thread::scope(|scope| outcome(without_panics(scope, || part.of(&document))?));
        // Nobody is there to hear it after the limit.
        drop(done.send(made));
    })?;
    let made = match made.recv_timeout(limit) {
        Ok(made) => Made::from(made),
        Err(RecvTimeoutError::Timeout) => Made::NotEnded,
        Err(RecvTimeoutError::Disconnected) => {
            Made::Err("progenitor ended without a word on the lowered document".to_owned())
        }
    };
    serde_json::to_writer(&mut output, &made)?;
    output.flush()?;
    Ok(())
}

/// What comes of a process.
#[derive(Serialize, Deserialize)]
enum Made {
    /// Code.
    Ok(String),
    /// The generator gave up.
    Err(String),
    /// The time was over.
    NotEnded,
}

impl From<Result<String>> for Made {
    fn from(made: Result<String>) -> Self {
        made.map_or_else(|error| Self::Err(format!("{error:#}")), Self::Ok)
    }
}

fn in_a_process(program: &Path, limit: Limit, part: Part, document: &Value) -> Result<String> {
    let document = serde_json::to_vec(document)?;
    let limit = limit.of(document.len());
    // A file, not a pipe: a child that dies before it has read everything breaks no pipe.
    let mut input = tempfile::tempfile().context("cannot make a temporary file for progenitor")?;
    input.write_all(&document)?;
    input.rewind()?;
    let output = Command::new(program)
        .args([CHILD, &part.name(), &limit.as_millis().to_string()])
        .stdin(input)
        .stderr(Stdio::piped())
        .output()
        .map_err(|error| Undecided(format!("cannot run {}: {error}", program.display())))?;
    match serde_json::from_slice(&output.stdout) {
        Ok(Made::Ok(code)) => Ok(code),
        Ok(Made::Err(message)) => bail!(message),
        Ok(Made::NotEnded) => bail!(Undecided(format!(
            "progenitor had not ended after {} s on the lowered document: the machine may be too busy; if it never ends, \
             schemas that are merged with each other without end can be the cause, which an action in {} can simplify",
            limit.as_secs_f32(),
            layout::FIXES,
        ))),
        Err(_) => {
            let said = String::from_utf8_lossy(&output.stderr);
            let last = said.lines().rev().find(|line| !line.trim().is_empty()).unwrap_or("it said nothing");
            let text = format!(
                "progenitor ended with {} on the lowered document: {}; schemas that are merged with each other without \
                 end can use up the stack or the memory, which an action in {} can simplify",
                output.status,
                last.trim(),
                layout::FIXES,
            );
            // The stack is the same on every machine, the memory is not.
            if said.contains("overflowed its stack") { bail!(text) } else { bail!(Undecided(text)) }
        }
    }
}

/// The threads that progenitor runs on. Its panics become messages, so they are not printed.
const THREAD: &str = "progenitor";

/// Deep documents recurse deeply in the generator.
const STACK: usize = 256 * 1024 * 1024;

fn without_panics<'scope, T: Send + 'scope>(
    scope: &'scope thread::Scope<'scope, '_>,
    work: impl FnOnce() -> Result<T> + Send + 'scope,
) -> Result<ScopedJoinHandle<'scope, Result<T>>> {
    static QUIET: sync::Once = sync::Once::new();
    QUIET.call_once(|| {
        let inherited = panic::take_hook();
        panic::set_hook(Box::new(move |info| {
            if thread::current().name() != Some(THREAD) {
                inherited(info);
            }
        }));
    });
    Ok(thread::Builder::new().name(THREAD.into()).stack_size(STACK).spawn_scoped(scope, work)?)
}

fn outcome<T>(thread: ScopedJoinHandle<'_, Result<T>>) -> Result<T> {
    thread.join().unwrap_or_else(|panic| {
        let message = panic
            .downcast_ref::<String>()
            .map(String::as_str)
            .or_else(|| panic.downcast_ref::<&str>().copied())
            .unwrap_or("no message");
        Err(anyhow!("progenitor panicked on the lowered document: {message}"))
    })
}
