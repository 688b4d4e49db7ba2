//! The command line.

use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::thread;
use std::time::Duration;

use anyhow::{Context as _, Result, anyhow, bail};
use clap::{Args, Parser, Subcommand};
use xtask::artifact::{self, Stale};
use xtask::diff::Overlays;
use xtask::engine::{self, Engine, Part};
use xtask::lower::Lowered;
use xtask::report::{self, Note};
use xtask::vendor::read::{Dialect, Published};
use xtask::vendor::{self, input, read};
use xtask::words::{self, Wish};
use xtask::{bump, canonical, diff, generate, interrupt, layout, legalize, lower, names};

/// Documents and syntax trees are millions of small pieces, which it hands out faster than the system does.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

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
    ///
    /// With --root, DIR needs openapi/pod-api.json, any OpenAPI 3.1 document in JSON, and nothing
    /// else: openapi/overlays/{names,docs,fixes}.yaml are applied if they are there. What DIR/pod-api
    /// lacks of a crate is set up; what it has stays, with a warning where the generated code may not
    /// fit it. `vendor` puts the document there from any published form.
    Generate(Generate),
    /// Takes in a new version of the API as it was published, shows what changed, and regenerates.
    ///
    /// The files may be documentation pages (Markdown with one ```json block), Swagger 2.0, OpenAPI
    /// 3.0 or 3.1, in JSON or YAML, in any number and mix. All files of the workspace change
    /// together or not at all.
    Vendor(Vendor),
    /// Lists what has no name or words yet, with the overlay lines to fill in.
    ///
    /// Each is a wish: what has no words is generated with a plain sentence of its own. With --check, the exit status
    /// is 1 if there is any.
    Words(Words),
    /// Shows what changed between two versions of the API, and what that means for a Rust caller.
    ///
    /// Exit status: 0 if nothing is breaking, 1 if something is, 2 if there is nothing to compare.
    Diff(Diff),
    /// Shows an OpenAPI 3.1 document as OpenAPI 3.0.3.
    ///
    /// The document goes to standard output, what was rewritten to standard error. One of OpenAPI 3.0 is checked and
    /// shown in canonical form.
    Lower(Lower),
    /// Reads a document from standard input and writes a part of its code.
    #[command(name = engine::CHILD, hide = true)]
    ProgenitorChild {
        part: Part,
        /// How long that may take, in milliseconds.
        limit: u64,
    },
}

#[derive(Args)]
struct Lower {
    /// A document in JSON or YAML, or - for standard input.
    file: String,
    /// Shows the document that progenitor reads: as Rust can express it.
    #[arg(long)]
    legalize: bool,
}

#[derive(Args)]
struct Vendor {
    /// A published file, or - for standard input.
    #[arg(required = true, value_name = "FILE")]
    files: Vec<String>,
    /// Writes nothing; shows what would change.
    #[arg(long)]
    dry_run: bool,
    /// Keeps the publisher's summaries, descriptions, examples and extensions.
    #[arg(long)]
    keep_prose: bool,
    /// Lays the files over the vendored document: what they hold takes the place of what is there.
    ///
    /// For documentation pages, each of which holds one operation. What the files do not mention stays.
    #[arg(long)]
    update: bool,
    /// Where the file on standard input came from, which openapi/source.toml keeps.
    #[arg(long, value_name = "URL")]
    from: Option<String>,
    /// Goes on where hand-written code uses what is taken away or changed, and only names it.
    #[arg(long)]
    even_if_used: bool,
    /// Merges files of different versions of the API; the highest gives its number.
    #[arg(long)]
    allow_mixed_versions: bool,
    /// The version of the API, in place of what the files say.
    #[arg(long, value_name = "VERSION")]
    api_version: Option<String>,
    /// Fails on flaws of the document, such as a reference that leads nowhere, instead of reading it as
    /// widely as need be.
    #[arg(long)]
    strict: bool,
}

#[derive(Args)]
struct Diff {
    /// The old version: a file in any published form, git:REVISION or git:REVISION:FILE.
    old: String,
    /// The new version, likewise.
    new: String,
    /// Writes JSON, for programs: {"version": 1, "breaking": N, "additive": N, "harmless": N, "changes": [{"class",
    /// "when", "item", "pointer", "what", "why"}]}. The documentation of `xtask::diff::to_json` tells of each.
    #[arg(long)]
    json: bool,
}

#[derive(Args)]
struct Words {
    /// Fails if there is any.
    #[arg(long)]
    check: bool,
}

#[derive(Args)]
struct Generate {
    /// Writes nothing; shows what is out of date and fails if anything is.
    #[arg(long)]
    check: bool,
    /// Fails on flaws of the document and if an operation cannot be generated, instead of a warning.
    #[arg(long)]
    strict: bool,
}

/// Deep documents recurse deeply, and the stack that a program starts on differs from system to system: 1 MiB on
/// Windows, 8 MiB on Linux.
const STACK: usize = 64 << 20;

fn main() -> ExitCode {
    let cli = Cli::parse();
    let failed = failure(&cli.command);
    on_a_large_stack(failed, || {
        run(&cli).unwrap_or_else(|error| {
            complain(&format!("error: {error:#}"));
            failed
        })
    })
}

/// The exit status of a command that fails, however it does.
fn failure(command: &Command) -> ExitCode {
    match command {
        Command::Diff(_) => NOTHING_TO_COMPARE.into(),
        _ => ExitCode::FAILURE,
    }
}

fn on_a_large_stack(failed: ExitCode, work: impl FnOnce() -> ExitCode + Send) -> ExitCode {
    let ran = thread::scope(|scope| {
        let thread = thread::Builder::new().stack_size(STACK).spawn_scoped(scope, work)?;
        // A panic has been printed where it happened.
        Ok(thread.join().unwrap_or(failed))
    });
    ran.unwrap_or_else(|error: std::io::Error| {
        complain(&format!("error: no thread to work on: {error}"));
        failed
    })
}

fn run(cli: &Cli) -> Result<ExitCode> {
    let root = cli.root.clone().unwrap_or_else(layout::own_root);
    interrupt::handle()?;
    match &cli.command {
        Command::Generate(generate) => run_generate(&root, generate),
        Command::Vendor(vendor) => run_vendor(&root, vendor),
        Command::Words(words) => run_words(&root, words),
        Command::Lower(lower) => run_lower(lower),
        Command::ProgenitorChild { part, limit } => {
            let limit = Duration::from_millis(*limit);
            engine::child(*part, limit, std::io::stdin().lock(), std::io::stdout().lock())?;
            Ok(ExitCode::SUCCESS)
        }
        Command::Diff(diff) => run_diff(&root, diff),
    }
}

fn run_generate(root: &Path, &Generate { check, strict }: &Generate) -> Result<ExitCode> {
    let document = generate::vendored(root)?;
    let generated = generate::from(root, document, layout::DOCUMENT, &Engine::of_this_program())?;
    for warning in &generated.warnings {
        complain(&format!("warning: {warning}"));
    }
    generated.told().iter().for_each(|line| complain(line));
    if strict {
        report::refuse(generated.flaws())?;
    }
    complain_of(root, &generated.wishes);
    let stale = artifact::stale(root, &layout::OWNED, &generated.artifacts)?;
    if stale.is_empty() {
        say("everything is up to date");
        return Ok(ExitCode::SUCCESS);
    }
    if check {
        for file in &stale {
            complain(&file.diff());
        }
        complain(&artifact::advice(root, &stale));
        return Ok(ExitCode::FAILURE);
    }
    write(root, &stale)?;
    Ok(ExitCode::SUCCESS)
}

fn run_words(root: &Path, &Words { check }: &Words) -> Result<ExitCode> {
    let document = generate::vendored(root)?;
    let wishes = generate::from(root, document, layout::DOCUMENT, &Engine::of_this_program())?.wishes;
    let text = words::to_text(&wishes);
    say(if text.is_empty() { "everything has its words" } else { text.trim_end() });
    Ok(if check && !wishes.is_empty() { ExitCode::FAILURE } else { ExitCode::SUCCESS })
}

fn write(root: &Path, stale: &[Stale]) -> Result<()> {
    artifact::write(root, stale)?;
    for file in stale {
        let done = if file.text.is_some() { "wrote" } else { "removed" };
        say(&format!("{done} {}", file.path.display()));
    }
    Ok(())
}

fn run_vendor(root: &Path, options: &Vendor) -> Result<ExitCode> {
    let mut inputs = options.files.iter().map(|file| input::read(file)).collect::<Result<Vec<_>>>()?;
    if let Some(address) = &options.from {
        input::name_standard_input(&mut inputs, address);
    }
    let engine = Engine::of_this_program();
    let chosen = bump::Options {
        vendor: vendor::Options {
            keep_prose: options.keep_prose,
            allow_mixed_versions: options.allow_mixed_versions,
            api_version: options.api_version.clone(),
        },
        update: options.update,
        from: options.from.clone(),
        even_if_used: options.even_if_used,
        strict: options.strict,
    };
    let version = bump::read(root, &inputs, &chosen, &engine)?;
    say(version.told().trim_end());
    for shared in &version.shared {
        complain(&format!("note: {shared}"));
    }
    let bump = version.bump(root, &chosen, &engine)?;
    bump.told.iter().for_each(|line| complain(line));
    for warning in &bump.warnings {
        complain(&format!("warning: {warning}"));
    }
    complain_of(root, &bump.wishes);
    bump.versions.iter().for_each(|moved| say(moved));
    if bump.stale.is_empty() {
        say("everything is up to date");
    } else if options.dry_run {
        for file in &bump.stale {
            let what = if file.text.is_some() { "write" } else { "remove" };
            say(&format!("would {what} {}", file.path.display()));
        }
    } else {
        write(root, &bump.stale)?;
    }
    Ok(ExitCode::SUCCESS)
}

/// How many wishes are listed beside other things. An API that nobody has described yet has thousands.
const LISTED: usize = 60;

fn complain_of(root: &Path, wishes: &[Wish]) {
    if wishes.len() > LISTED {
        let command = layout::command(root, "words");
        complain(&format!("{} names and words are wished for; `{command}` lists them", wishes.len()));
    } else {
        let text = words::to_text(wishes);
        if !text.is_empty() {
            complain(text.trim_end());
        }
    }
}

/// The exit status that tells a failure of `diff` from a breaking change.
const NOTHING_TO_COMPARE: u8 = 2;

fn run_diff(root: &Path, options: &Diff) -> Result<ExitCode> {
    let [old, new] = diff::side::both(root, &options.old, &options.new)?;
    let changes = diff::diff_under(&Overlays::of(root)?, &old, &new, &Engine::of_this_program());
    let text = if options.json { diff::to_json(&changes) } else { diff::to_text(&changes) };
    say(text.trim_end());
    Ok(if diff::is_breaking(&changes) { ExitCode::FAILURE } else { ExitCode::SUCCESS })
}

fn run_lower(Lower { file, legalize: legalized }: &Lower) -> Result<ExitCode> {
    let input = input::read(file)?;
    let Published { form, tree } = read::read(&input.bytes).map_err(|problem| match problem.line {
        Some(line) => anyhow!("{file}: line {line}: {}", problem.text),
        None => anyhow!("{file}: {}", problem.text),
    })?;
    let refused = || format!("{file} cannot be lowered");
    let lowered = match form.dialect {
        Dialect::OpenApi31 => lower::lower(&tree.document).with_context(refused)?,
        Dialect::OpenApi30 => {
            // Raised, it goes through all the checks that there are.
            let raised =
                vendor::vendor(&[input], &vendor::Options { keep_prose: true, ..Default::default() })?;
            let lowered = lower::lower(&raised.document).with_context(refused)?;
            complain(&format!("{file} is OpenAPI 3.0: there is nothing to lower"));
            if *legalized {
                lowered
            } else {
                Lowered { document: canonical::canonical(tree.document), notes: Vec::new() }
            }
        }
        Dialect::Swagger2 => bail!("{file} is Swagger 2.0, which `cargo xtask vendor` reads"),
    };
    let (mut document, mut notes) = (lowered.document, lowered.notes);
    if *legalized {
        names::derive_missing(&mut document);
        let legalized =
            legalize::legalize(&document).with_context(|| format!("{file} cannot be carried into Rust"))?;
        document = legalized.document;
        notes.extend(legalized.notes);
    }
    for Note { pointer, fate, text } in &notes {
        complain(&format!("{fate}: {pointer}: {text}"));
    }
    say(canonical::to_text(&document).trim_end());
    Ok(ExitCode::SUCCESS)
}

/// A closed pipe is no reason to stop half-way, so failures to print are passed over.
fn say(text: &str) {
    let _ = writeln!(std::io::stdout(), "{text}");
}

fn complain(text: &str) {
    let _ = writeln!(std::io::stderr(), "{text}");
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A panic of `diff` is no breaking change.
    #[test]
    fn a_panic_ends_with_the_status_of_a_failure() {
        for (arguments, status) in [(["diff", "a", "b"], 2), (["vendor", "a", "b"], 1)] {
            let cli = Cli::try_parse_from([&["xtask"], arguments.as_slice()].concat());
            let failed = failure(&cli.unwrap().command);
            let ended = on_a_large_stack(failed, || std::panic::resume_unwind(Box::new("a panic")));
            assert_eq!(ended, ExitCode::from(status));
        }
    }
}
