//! The command line.

use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use anyhow::Result;
use clap::{Args, Parser, Subcommand};
use xtask::progenitor::{self, Engine};
use xtask::{artifact, document, generate, layout, legalize, lower, names};

/// Regenerates the crate pod-api from the vendored OpenAPI document.
#[derive(Parser)]
#[command(name = "cargo xtask", bin_name = "cargo xtask")]
struct Cli {
    /// The workspace to work in, if not this one.
    #[arg(long, global = true, value_name = "DIR")]
    root: Option<PathBuf>,
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// Generates the lowered document and the Rust code from openapi/pod-api.json and its overlays.
    Generate(Generate),
    /// Shows an OpenAPI 3.1 document as OpenAPI 3.0.3.
    Lower(Lower),
    /// Reads a document from standard input and writes what progenitor makes of it.
    #[command(name = progenitor::CHILD, hide = true)]
    ProgenitorChild,
}

#[derive(Args)]
struct Lower {
    /// A JSON document.
    #[arg(value_name = "FILE")]
    file: PathBuf,
    /// Shows the document that progenitor reads: without what it cannot express.
    #[arg(long)]
    legalize: bool,
}

#[derive(Args)]
struct Generate {
    /// Writes nothing; shows what is out of date and fails if anything is.
    #[arg(long)]
    check: bool,
    /// Fails if an operation defeats the generator, instead of leaving it out with a warning.
    #[arg(long)]
    strict: bool,
}

fn main() -> ExitCode {
    let cli = Cli::parse();
    let root = cli.root.unwrap_or_else(layout::own_root);
    let outcome = match cli.command {
        Command::Generate(options) => run_generate(&root, &options),
        Command::Lower(Lower { file, legalize }) => run_lower(&file, legalize),
        Command::ProgenitorChild => {
            progenitor::child(std::io::stdin().lock(), std::io::stdout().lock()).map(|()| ExitCode::SUCCESS)
        }
    };
    outcome.unwrap_or_else(|error| {
        complain(&format!("error: {error:#}"));
        ExitCode::FAILURE
    })
}

fn run_generate(root: &Path, &Generate { check, strict }: &Generate) -> Result<ExitCode> {
    let generated = generate::generate_with(root, &Engine::of_this_program(), strict)?;
    for warning in &generated.warnings {
        complain(&format!("warning: {warning}"));
    }
    let stale = artifact::stale(root, layout::GENERATED, &generated.artifacts)?;
    if stale.is_empty() {
        say("everything is up to date");
        return Ok(ExitCode::SUCCESS);
    }
    if check {
        for file in &stale {
            complain(&file.diff());
        }
        complain(&artifact::advice(&stale));
        return Ok(ExitCode::FAILURE);
    }
    artifact::write(root, &stale)?;
    for file in &stale {
        let done = if file.text.is_some() { "wrote" } else { "removed" };
        say(&format!("{done} {}", file.path.display()));
    }
    Ok(ExitCode::SUCCESS)
}

/// The document goes to standard output; what was done to it to standard error.
fn run_lower(file: &Path, legalized: bool) -> Result<ExitCode> {
    let mut document = document::read(file)?;
    names::derive_missing(&mut document);
    let lowered = lower::lower(&document)?;
    let (mut document, mut notes) = (lowered.document, lowered.notes);
    if legalized {
        let legalized = legalize::legalize(&document)?;
        document = legalized.document;
        notes.extend(legalized.notes);
    }
    for note in &notes {
        complain(&format!("{} {}: {}", note.fate, note.pointer, note.text));
    }
    say(&serde_json::to_string_pretty(&document)?);
    Ok(ExitCode::SUCCESS)
}

/// A closed pipe is no reason to stop half-way, so failures to print are passed over.
fn say(text: &str) {
    let _ = writeln!(std::io::stdout(), "{text}");
}

fn complain(text: &str) {
    let _ = writeln!(std::io::stderr(), "{text}");
}
