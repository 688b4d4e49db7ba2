//! The command line.

use std::io::Write as _;
use std::path::PathBuf;
use std::process::ExitCode;

use anyhow::Result;
use clap::{Args, Parser, Subcommand};
use xtask::{artifact, generate, layout};

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
}

#[derive(Args)]
struct Generate {
    /// Writes nothing; shows what is out of date and fails if anything is.
    #[arg(long)]
    check: bool,
}

fn main() -> ExitCode {
    let cli = Cli::parse();
    let root = cli.root.unwrap_or_else(layout::own_root);
    let outcome = match cli.command {
        Command::Generate(Generate { check }) => run_generate(&root, check),
    };
    outcome.unwrap_or_else(|error| {
        complain(&format!("error: {error:#}"));
        ExitCode::FAILURE
    })
}

fn run_generate(root: &std::path::Path, check: bool) -> Result<ExitCode> {
    let generated = generate::generate(root)?;
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

/// A closed pipe is no reason to stop half-way, so failures to print are passed over.
fn say(text: &str) {
    let _ = writeln!(std::io::stdout(), "{text}");
}

fn complain(text: &str) {
    let _ = writeln!(std::io::stderr(), "{text}");
}
