//! Where the code of a document is made: the client and the mocks at once, each on a thread or in a process
//! of its own.
//!
//! A syntax tree cannot leave its thread, text can. So each file is generated, polished and printed where it
//! is made.

use std::io::{Read, Seek as _, Write};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::thread::ScopedJoinHandle;
use std::{panic, sync, thread};

use anyhow::{Context as _, Result, anyhow, bail};
use clap::ValueEnum;
use serde_json::Value;

use crate::{polish, progenitor};

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
    /// On threads of this process. A panic becomes an error; a stack overflow ends the process.
    Thread,
    /// In processes of their own: this program, run with [`CHILD`]. Whatever happens there becomes an error.
    Process(PathBuf),
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
}

impl Engine {
    /// Processes of the program that is running; threads if its file cannot be found.
    #[must_use]
    pub fn of_this_program() -> Self {
        std::env::current_exe().map_or(Self::Thread, Self::Process)
    }

    /// Makes the code of a legalized document.
    ///
    /// # Errors
    /// The document is none that progenitor reads, or progenitor gives up on it, however it does, or its code
    /// is not shaped as the pinned progenitor shapes it.
    pub fn generate(&self, document: &Value) -> Result<Code> {
        thread::scope(|scope| {
            let [client, httpmock] = [Part::Client, Part::Httpmock].map(|part| {
                without_panics(scope, move || match self {
                    Self::Thread => part.of(document),
                    Self::Process(program) => in_a_process(program, part, document),
                })
            });
            let (client, httpmock) = (client?, httpmock?);
            Ok(Code { client: outcome(client)?, httpmock: outcome(httpmock)? })
        })
    }
}

impl Part {
    /// The text of the file.
    fn of(self, document: &Value) -> Result<String> {
        let file = match self {
            Self::Client => polish::client(progenitor::client(document)?, document)?,
            Self::Httpmock => polish::mocks(progenitor::mocks(document)?, document)?,
        };
        Ok(polish::text(&file))
    }

    fn name(self) -> String {
        self.to_possible_value().map(|value| value.get_name().to_owned()).unwrap_or_default()
    }
}

/// What the hidden subcommand does: a document comes in, code or a message goes out.
///
/// # Errors
/// The input is not a document, or the output cannot be written.
pub fn child(part: Part, mut input: impl Read, mut output: impl Write) -> Result<()> {
    let mut document = Vec::new();
    input.read_to_end(&mut document)?;
    let document: Value = serde_json::from_slice(&document)?;
    let made = thread::scope(|scope| outcome(without_panics(scope, || part.of(&document))?));
    let made = serde_json::to_vec(&made.map_err(|error| format!("{error:#}")))?;
    output.write_all(&made)?;
    Ok(())
}

fn in_a_process(program: &Path, part: Part, document: &Value) -> Result<String> {
    // A file, not a pipe: a child that dies before it has read everything breaks no pipe.
    let mut input = tempfile::tempfile().context("cannot make a temporary file for progenitor")?;
    input.write_all(&serde_json::to_vec(document)?)?;
    input.rewind()?;
    let output = Command::new(program)
        .args([CHILD, &part.name()])
        .stdin(input)
        .stderr(Stdio::piped())
        .output()
        .with_context(|| format!("cannot run {}", program.display()))?;
    let made: Result<String, String> = match serde_json::from_slice(&output.stdout) {
        Ok(made) => made,
        Err(_) => {
            let said = String::from_utf8_lossy(&output.stderr);
            let last = said.lines().rev().find(|line| !line.trim().is_empty()).unwrap_or("it said nothing");
            bail!("progenitor ended with {} on the lowered document: {}", output.status, last.trim())
        }
    };
    made.map_err(|message| anyhow!(message))
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
