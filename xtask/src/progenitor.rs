//! progenitor, with our settings, and without its panics.

use std::io::{Read, Seek as _, Write};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::{panic, sync, thread};

use anyhow::{Context as _, Result, anyhow, bail};
use openapiv3::OpenAPI;
use progenitor::{GenerationSettings, Generator, HooksMode, InterfaceStyle};
use quote::quote;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::legalize;

/// What progenitor makes of a document.
#[derive(Debug)]
pub struct Code {
    /// The client, its builders and its types.
    pub client: syn::File,
    /// The typed mocks.
    pub httpmock: syn::File,
}

/// Where progenitor runs.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Engine {
    /// On a thread of this process. A panic becomes an error; a stack overflow ends the process.
    Thread,
    /// In a process of its own: this program, run with [`CHILD`]. Whatever happens there becomes an error.
    Process(PathBuf),
}

/// The hidden subcommand that reads a document and writes what progenitor makes of it.
pub const CHILD: &str = "progenitor-child";

impl Engine {
    /// A process of the program that is running; a thread if its file cannot be found.
    #[must_use]
    pub fn of_this_program() -> Self {
        std::env::current_exe().map_or(Self::Thread, Self::Process)
    }

    /// Generates code from an OpenAPI 3.0 document.
    ///
    /// # Errors
    /// The document is none that progenitor reads, or progenitor gives up on it, however it does.
    pub fn generate(&self, document: &Value) -> Result<Code> {
        let text = match self {
            Self::Thread => on_a_thread(document)?,
            Self::Process(program) => in_a_process(program, document)?,
        };
        Ok(Code {
            client: syn::parse_file(&text.client).context("progenitor's client does not parse")?,
            httpmock: syn::parse_file(&text.httpmock).context("progenitor's mocks do not parse")?,
        })
    }
}

/// Generates code from an OpenAPI 3.0 document, in this process.
///
/// # Errors
/// The document is none that progenitor reads, or progenitor gives up on it, by error or by panic.
pub fn generate(document: &Value) -> Result<Code> {
    Engine::Thread.generate(document)
}

/// Code on its way from progenitor: tokens cannot leave a thread or a process, text can.
#[derive(Serialize, Deserialize)]
struct Text {
    client: String,
    httpmock: String,
}

fn on_a_thread(document: &Value) -> Result<Text> {
    let read = |document| {
        serde_json::from_value::<OpenAPI>(document).context("progenitor cannot read the lowered document")
    };
    let mockable = read(legalize::mockable(document))?;
    let document = read(document.clone())?;
    without_panic(move || {
        let settings = settings();
        let client = Generator::new(&settings)
            .generate_tokens(&document)
            .context("progenitor cannot generate a client from the lowered document")?;
        let httpmock = Generator::new(&settings)
            .httpmock(&mockable, "crate")
            .context("progenitor cannot generate mocks from the lowered document")?;
        Ok(Text { client: client.to_string(), httpmock: httpmock.to_string() })
    })
}

/// What the hidden subcommand does: a document comes in, code or a message goes out.
///
/// # Errors
/// The input is not a document, or the output cannot be written.
pub fn child(input: impl Read, output: impl Write) -> Result<()> {
    let document: Value = serde_json::from_reader(input)?;
    let outcome = on_a_thread(&document).map_err(|error| format!("{error:#}"));
    serde_json::to_writer(output, &outcome)?;
    Ok(())
}

fn in_a_process(program: &Path, document: &Value) -> Result<Text> {
    // A file, not a pipe: a child that dies before it has read everything breaks no pipe.
    let mut input = tempfile::tempfile().context("cannot make a temporary file for progenitor")?;
    serde_json::to_writer(&mut input, document)?;
    input.rewind()?;
    let output = Command::new(program)
        .arg(CHILD)
        .stdin(input)
        .stderr(Stdio::piped())
        .output()
        .with_context(|| format!("cannot run {}", program.display()))?;
    let outcome: Result<Text, String> = match serde_json::from_slice(&output.stdout) {
        Ok(outcome) => outcome,
        Err(_) => {
            let said = String::from_utf8_lossy(&output.stderr);
            let last = said.lines().rev().find(|line| !line.trim().is_empty()).unwrap_or("it said nothing");
            bail!("progenitor ended with {} on the lowered document: {}", output.status, last.trim())
        }
    };
    outcome.map_err(|message| anyhow!(message))
}

fn settings() -> GenerationSettings {
    let mut settings = GenerationSettings::new();
    settings
        .with_interface(InterfaceStyle::Builder)
        .with_hooks(HooksMode::Expected)
        .with_inner_type(quote! { crate::Context });
    settings
}

/// The thread that progenitor runs on. Its panics become messages, so they are not printed.
const THREAD: &str = "progenitor";

/// Deep documents recurse deeply in the generator.
const STACK: usize = 256 * 1024 * 1024;

fn without_panic<T: Send + 'static>(work: impl FnOnce() -> Result<T> + Send + 'static) -> Result<T> {
    static QUIET: sync::Once = sync::Once::new();
    QUIET.call_once(|| {
        let inherited = panic::take_hook();
        panic::set_hook(Box::new(move |info| {
            if thread::current().name() != Some(THREAD) {
                inherited(info);
            }
        }));
    });
    let thread = thread::Builder::new().name(THREAD.into()).stack_size(STACK).spawn(work)?;
    thread.join().unwrap_or_else(|panic| {
        let message = panic
            .downcast_ref::<String>()
            .map(String::as_str)
            .or_else(|| panic.downcast_ref::<&str>().copied())
            .unwrap_or("no message");
        Err(anyhow!("progenitor panicked on the lowered document: {message}"))
    })
}
