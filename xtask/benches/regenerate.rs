//! What regeneration costs: all of it on the whole API beside progenitor alone, and lowering as documents grow.
//!
//! Each case runs several times in a process of its own, because a person waits for a process that starts
//! cold, and because the system tells the most memory that a process had. Prints Markdown.

#![allow(missing_docs, unreachable_pub, reason = "nobody uses a benchmark")]
#![allow(clippy::unwrap_used, clippy::panic, reason = "a benchmark may stop at the first surprise")]

use std::collections::BTreeSet;
use std::path::Path;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};
use std::{env, fs, thread};

use serde_json::{Map, Value, json};
use xtask::engine::Engine;
use xtask::{artifact, document, generate, layout, lower, progenitor};

/// The sizes of the documents to lower, in bytes.
const SIZES: [usize; 3] = [100_000, 1_000_000, 10_000_000];

fn main() {
    let arguments: Vec<String> = env::args().skip(1).collect();
    match arguments.iter().map(String::as_str).collect::<Vec<_>>().as_slice() {
        ["alone"] => report(&[figures(generate_alone)]),
        ["everything"] => report(&[figures(generate_everything)]),
        ["lower", file] => report(&lower_file(Path::new(file))),
        _ => {
            let whole = document::read(&layout::own_root().join(layout::DOCUMENT)).unwrap();
            regeneration();
            lowering(&whole);
        }
    }
}

fn regeneration() {
    println!("## Regeneration\n");
    println!(
        "Of the whole API. *progenitor* is the generator with prettyplease, on the lowered document, \
         without what is done before and after. The others do all of it, from the vendored document to the \
         comparison of every file. The last is what a person waits for: as `cargo xtask` \
         builds it, and with what cargo needs to see that nothing has changed. Client and mocks are made at once in all of them.\n"
    );
    println!("| | time, progenitor = 1 | time, ms | peak memory, MB |\n|---|--:|--:|--:|");
    progress("progenitor");
    let [alone] = median(11, || measured(&["alone"]));
    row("progenitor", alone, alone);
    progress("regeneration in one process");
    let [everything] = median(11, || measured(&["everything"]));
    row("all of it in one process", alone, everything);
    progress("xtask generate --check");
    let [program] =
        median(11, || [run(Command::new(env!("CARGO_BIN_EXE_xtask")).args(["generate", "--check"]))]);
    row("`xtask generate --check`, release", alone, program);
    progress("cargo xtask generate --check");
    let mut command = Command::new(env!("CARGO"));
    command.args(["xtask", "generate", "--check"]).current_dir(layout::own_root());
    // The first run may have to build.
    run(&mut command);
    let [command] = median(7, || [run(&mut command)]);
    row("`cargo xtask generate --check`", alone, command);
    println!();
}

fn lowering(whole: &Value) {
    println!(
        "Lowering of documents that repeat the paths and schemas of the API under other names. *Reading* makes a \
         `serde_json::Value` of the same text. Memory is the most that the process had by then.\n"
    );
    println!(
        "| document, MB | lowering, reading = 1 | reading, ms | lowering, ms | memory when read, MB | when lowered, MB |\n\
         |--:|--:|--:|--:|--:|--:|"
    );
    let folder = tempfile::tempdir().unwrap();
    for size in SIZES {
        let document = repeated(whole, size).to_string();
        progress(&format!("lowering of {} bytes", document.len()));
        let file = folder.path().join("document.json");
        fs::write(&file, &document).unwrap();
        let [read, lowered] = median(9, || measured(&["lower", file.to_str().unwrap()]));
        println!(
            "| {:.1} | {} | {} | {} | {} | {} |",
            document.len() as f64 / 1e6,
            ratio(lowered, read),
            milliseconds(read),
            milliseconds(lowered),
            megabytes(read),
            megabytes(lowered),
        );
    }
}

/// The generator without what is made of its output here, and printed as everybody prints it.
fn generate_alone() {
    let document = document::read(&layout::own_root().join(layout::LOWERED)).unwrap();
    thread::scope(|scope| {
        let run = |make: fn(&Value) -> anyhow::Result<syn::File>| {
            let work = move |document: &Value| prettyplease::unparse(&make(document).unwrap());
            let document = &document;
            thread::Builder::new()
                .stack_size(64 << 20)
                .spawn_scoped(scope, move || assert!(!work(document).is_empty()))
                .unwrap()
        };
        for thread in [run(progenitor::client), run(progenitor::mocks)] {
            thread.join().unwrap();
        }
    });
}

/// What `xtask generate --check` does, in one process.
fn generate_everything() {
    let root = layout::own_root();
    let document = document::read(&root.join(layout::DOCUMENT)).unwrap();
    let generated = generate::from(&root, document, layout::DOCUMENT, &Engine::Thread).unwrap();
    let stale = artifact::stale(&root, &layout::OWNED, &generated.artifacts).unwrap();
    assert!(stale.is_empty(), "{}", artifact::advice(&root, &stale));
}

fn lower_file(file: &Path) -> [Figures; 2] {
    let bytes = fs::read(file).unwrap();
    let mut document = Value::Null;
    let read = figures(|| document = serde_json::from_slice(&bytes).unwrap());
    let mut lowered = Value::Null;
    let lower = figures(|| lowered = lower::lower(&document).unwrap().document);
    assert_eq!(lowered["openapi"], "3.0.3");
    [read, lower]
}

/// A document of about this many bytes of JSON: the paths of `whole`, and the schemas that they reach, again
/// and again.
fn repeated(whole: &Value, size: usize) -> Value {
    let (mut paths, mut schemas) = (Map::new(), Map::new());
    let mut length = 0;
    'enough: for round in 0.. {
        for (path, item) in whole["paths"].as_object().unwrap() {
            let path = format!("/{round}{path}");
            let (item, mut open) = of_round(item, round);
            length += path.len() + item.to_string().len();
            paths.insert(path, item);
            while let Some(name) = open.pop_first() {
                let new = format!("{name}_{round}");
                if !schemas.contains_key(&new) {
                    let (schema, more) = of_round(&whole["components"]["schemas"][&name], round);
                    length += new.len() + schema.to_string().len();
                    schemas.insert(new, schema);
                    open.extend(more);
                }
            }
            if length >= size {
                break 'enough;
            }
        }
    }
    json!({
        "openapi": whole["openapi"], "info": whole["info"], "paths": paths, "components": {"schemas": schemas},
    })
}

/// A part of the document with the names of this round, and the schemas that it refers to.
fn of_round(part: &Value, round: usize) -> (Value, BTreeSet<String>) {
    fn rename(value: &mut Value, round: usize, referred: &mut BTreeSet<String>) {
        match value {
            Value::Object(members) => {
                if let Some(Value::String(reference)) = members.get_mut("$ref") {
                    referred.extend(reference.strip_prefix("#/components/schemas/").map(str::to_owned));
                    reference.push_str(&format!("_{round}"));
                }
                if let Some(Value::String(name)) = members.get_mut("operationId") {
                    name.push_str(&format!("_{round}"));
                }
                members.values_mut().for_each(|value| rename(value, round, referred));
            }
            Value::Array(items) => items.iter_mut().for_each(|value| rename(value, round, referred)),
            _ => (),
        }
    }
    let (mut part, mut referred) = (part.clone(), BTreeSet::new());
    rename(&mut part, round, &mut referred);
    (part, referred)
}

/// What a step costs.
#[derive(Clone, Copy)]
struct Figures {
    time: Duration,
    /// The most that its process had at once until then, in bytes; none where the system does not say.
    memory: Option<usize>,
}

fn figures(step: impl FnOnce()) -> Figures {
    let start = Instant::now();
    step();
    let time = start.elapsed();
    let status = fs::read_to_string("/proc/self/status").unwrap_or_default();
    let peak =
        status.lines().find_map(|line| line.strip_prefix("VmHWM:")?.strip_suffix("kB")?.trim().parse().ok());
    Figures { time, memory: peak.map(|kibibytes: usize| kibibytes * 1024) }
}

/// Tells the process that asked, one step a line.
fn report(steps: &[Figures]) {
    for Figures { time, memory } in steps {
        println!("{} {}", time.as_nanos(), memory.unwrap_or_default());
    }
}

/// Runs this program with a task of its own and reads what it reports.
fn measured<const STEPS: usize>(task: &[&str]) -> [Figures; STEPS] {
    let output =
        Command::new(env::current_exe().unwrap()).args(task).stderr(Stdio::inherit()).output().unwrap();
    assert!(output.status.success(), "{task:?} fails");
    let text = String::from_utf8(output.stdout).unwrap();
    let steps: Vec<Figures> = text
        .lines()
        .map(|line| {
            let (time, memory) = line.split_once(' ').unwrap();
            let memory = memory.parse().unwrap();
            Figures {
                time: Duration::from_nanos(time.parse().unwrap()),
                memory: (memory > 0).then_some(memory),
            }
        })
        .collect();
    steps.try_into().unwrap_or_else(|_| panic!("{task:?} does not report its steps"))
}

/// A program that says nothing, from its start to its end.
fn run(command: &mut Command) -> Figures {
    let start = Instant::now();
    assert!(command.stdout(Stdio::null()).status().unwrap().success(), "{command:?} fails");
    Figures { time: start.elapsed(), memory: None }
}

/// The median of each step over some runs.
fn median<const STEPS: usize>(runs: usize, mut run: impl FnMut() -> [Figures; STEPS]) -> [Figures; STEPS] {
    let runs: Vec<_> = (0..runs).map(|_| run()).collect();
    std::array::from_fn(|step| {
        let mut times: Vec<_> = runs.iter().map(|run| run[step].time).collect();
        let mut memories: Vec<_> = runs.iter().map(|run| run[step].memory).collect();
        times.sort();
        memories.sort();
        Figures { time: times[times.len() / 2], memory: memories[memories.len() / 2] }
    })
}

fn row(name: &str, unit: Figures, it: Figures) {
    println!("| {name} | {} | {} | {} |", ratio(it, unit), milliseconds(it), megabytes(it));
}

fn ratio(it: Figures, unit: Figures) -> String {
    format!("{:.2}", it.time.as_secs_f64() / unit.time.as_secs_f64())
}

fn milliseconds(it: Figures) -> String {
    let milliseconds = it.time.as_secs_f64() * 1e3;
    if milliseconds < 100.0 { format!("{milliseconds:.1}") } else { format!("{milliseconds:.0}") }
}

fn megabytes(it: Figures) -> String {
    it.memory.map_or_else(String::new, |bytes| format!("{:.0}", bytes as f64 / 1e6))
}

fn progress(what: &str) {
    eprintln!("measuring {what}");
}
