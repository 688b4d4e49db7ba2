//! `cargo xtask vendor` and `cargo xtask diff`, as a person runs them on a workspace of their own.

use std::collections::BTreeMap;
use std::fs;
use std::io::Write as _;
use std::path::Path;
use std::process::{Command, Output, Stdio};

use serde_json::{Value, json};
use tempfile::TempDir;
use xtask::layout;

/// A published description of one operation, with one more property for each of the names.
fn published(version: &str, properties: &[&str]) -> String {
    let properties: BTreeMap<_, _> =
        properties.iter().map(|name| (name, json!({"type": "string"}))).collect();
    json!({
        "openapi": "3.1.0",
        "info": {"title": "Library", "version": version},
        "paths": {"/v1/book": {"get": {"operationId": "read_book", "summary": "Read", "responses": {"200": {
            "description": "words",
            "content": {"application/json": {"schema": {"$ref": "#/components/schemas/Book"}}},
        }}}}},
        "components": {"schemas": {"Book": {"type": "object", "properties": properties}}},
    })
    .to_string()
}

/// A workspace with overlays that do nothing and no document yet, and a file `name` beside it.
fn workspace() -> TempDir {
    let root = tempfile::tempdir().unwrap();
    fs::create_dir_all(root.path().join("openapi/overlays")).unwrap();
    for overlay in layout::OVERLAYS {
        let text =
            "{overlay: 1.1.0, info: {title: T, version: '1'}, actions: [{target: $.info, update: {}}]}";
        fs::write(root.path().join(overlay), text).unwrap();
    }
    root
}

fn xtask(root: &Path, arguments: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_xtask"));
    command.current_dir(root).arg("--root").arg(root).args(arguments);
    command
}

fn run(root: &Path, arguments: &[&str]) -> Output {
    xtask(root, arguments).output().unwrap()
}

fn run_with_input(root: &Path, arguments: &[&str], input: &str) -> Output {
    let mut command = xtask(root, arguments);
    command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
    let mut child = command.spawn().unwrap();
    child.stdin.take().unwrap().write_all(input.as_bytes()).unwrap();
    child.wait_with_output().unwrap()
}

fn out(output: &Output) -> String {
    String::from_utf8(output.stdout.clone()).unwrap()
}

fn err(output: &Output) -> String {
    String::from_utf8(output.stderr.clone()).unwrap()
}

/// Every file below a folder with its bytes. Names have slashes on every system.
fn files(root: &Path) -> BTreeMap<String, Vec<u8>> {
    let mut found = BTreeMap::new();
    let mut folders = vec![root.to_owned()];
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                folders.push(path);
            } else {
                let parts = path.strip_prefix(root).unwrap().iter().map(|part| part.to_str().unwrap());
                found.insert(parts.collect::<Vec<_>>().join("/"), fs::read(&path).unwrap());
            }
        }
    }
    found
}

/// A workspace into which a first version was taken.
fn bumped_once() -> TempDir {
    let root = workspace();
    let output = run_with_input(root.path(), &["vendor", "-"], &published("1", &["title"]));
    assert!(output.status.success(), "{}", err(&output));
    root
}

#[test]
fn a_bump_writes_the_document_its_source_and_all_that_is_generated() {
    let root = workspace();
    let output = run_with_input(root.path(), &["vendor", "-"], &published("1", &["title"]));
    assert!(output.status.success(), "{}", err(&output));
    assert!(
        out(&output).starts_with("the first version here: Library 1 (operations: 1, schemas: 1)\n"),
        "{}",
        out(&output)
    );
    let written = files(root.path());
    for name in [
        layout::DOCUMENT,
        layout::SOURCE,
        layout::LOWERED,
        layout::LOWERING,
        layout::CLIENT,
        layout::HTTPMOCK,
    ] {
        assert!(out(&output).contains(&format!("wrote {name}\n")), "{}", out(&output));
        assert!(written.contains_key(name), "{name}");
    }
    let document: Value = serde_json::from_slice(&written[layout::DOCUMENT]).unwrap();
    assert_eq!(document["openapi"], "3.1.1");
    let source: toml::Table = String::from_utf8(written[layout::SOURCE].clone()).unwrap().parse().unwrap();
    assert_eq!(source["source"][0]["name"].as_str(), Some("standard input"));
    assert!(String::from_utf8_lossy(&written[layout::CLIENT]).contains("fn read_book("));
}

#[test]
fn the_same_bump_again_changes_nothing() {
    let root = bumped_once();
    let before = files(root.path());
    let output = run_with_input(root.path(), &["vendor", "-"], &published("1", &["title"]));
    assert!(output.status.success(), "{}", err(&output));
    assert_eq!(out(&output), "no changes\neverything is up to date\n");
    assert_eq!(files(root.path()), before);
    assert!(run(root.path(), &["generate", "--check"]).status.success());
}

#[test]
fn a_dry_run_tells_and_writes_nothing() {
    let root = bumped_once();
    fs::write(root.path().join(layout::GENERATED).join("old.rs"), "").unwrap();
    let before = files(root.path());
    let next = published("2", &["title", "author"]);
    let output = run_with_input(root.path(), &["vendor", "--dry-run", "-"], &next);
    assert!(output.status.success(), "{}", err(&output));
    assert!(out(&output).contains("property `author` added"), "{}", out(&output));
    assert!(out(&output).contains(&format!("would write {}\n", layout::DOCUMENT)), "{}", out(&output));
    let removed = Path::new(layout::GENERATED).join("old.rs");
    assert!(out(&output).contains(&format!("would remove {}\n", removed.display())), "{}", out(&output));
    assert!(!out(&output).contains(&format!("would write {}\n", removed.display())), "{}", out(&output));
    assert_eq!(files(root.path()), before);
}

#[test]
fn a_failure_at_any_point_leaves_every_file_as_it_was() {
    let root = bumped_once();
    let before = files(root.path());
    let refused = |output: Output, words: &str| {
        assert_eq!(output.status.code(), Some(1), "{}", err(&output));
        assert!(err(&output).contains(words), "{}", err(&output));
        assert!(!err(&output).contains("panicked"), "{}", err(&output));
        assert_eq!(files(root.path()), before);
    };
    refused(run(root.path(), &["vendor", "missing.yaml"]), "cannot read missing.yaml");
    refused(run(root.path(), &["vendor", "openapi"]), "cannot read openapi");
    refused(run_with_input(root.path(), &["vendor", "-"], "words"), "standard input: neither");
    // Taken in, and refused further on, under the name of the file that was given.
    let unusable = published("2", &[]).replace("\"$ref\"", "\"$dynamicRef\"");
    refused(
        run_with_input(root.path(), &["vendor", "-"], &unusable),
        "error: standard input, with the overlays",
    );
}

#[test]
fn it_is_said_that_the_publishers_words_are_left_out_and_how_they_are_kept() {
    let root = workspace();
    let said = "note: the publisher's own words are left out; --keep-prose keeps them\n";
    let output = run_with_input(root.path(), &["vendor", "-"], FLAWED);
    assert!(err(&output).contains(said), "{}", err(&output));
    let output = run_with_input(root.path(), &["vendor", "--keep-prose", "-"], FLAWED);
    assert!(!err(&output).contains(said), "{}", err(&output));
    let silent = FLAWED.replace("      summary: Get\n", "");
    let output = run_with_input(root.path(), &["vendor", "-"], &silent);
    assert!(!err(&output).contains(said), "{}", err(&output));
}

/// One with a reference that leads nowhere and without a version, so that there are two things to tell.
const FLAWED: &str = r##"
openapi: 3.1.0
info: {title: T}
paths:
  /a:
    get:
      operationId: get_a
      summary: Get
      responses:
        "200": {description: OK, content: {application/json: {schema: {$ref: "#/components/schemas/Gone"}}}}
"##;

#[test]
fn flaws_are_told_with_their_line_until_an_overlay_mends_them() {
    let root = workspace();
    let file = root.path().join("flawed.yaml");
    fs::write(&file, FLAWED).unwrap();
    let before = files(root.path());
    let output = run(root.path(), &["vendor", "--keep-prose", "--strict", "flawed.yaml"]);
    let lines = [
        "flawed.yaml:3: #/info/version: the document has none: `0.0.0` is taken, and --api-version or an action in \
         openapi/overlays/fixes.yaml can give another\n",
        "flawed.yaml:10: #/paths/~1a/get/responses/200/content/application~1json/schema/$ref: \
         `#/components/schemas/Gone` leads nowhere: any value is read; an action in openapi/overlays/fixes.yaml can \
         give what it names\n",
    ];
    assert_eq!((output.status.code(), files(root.path())), (Some(1), before), "{}", err(&output));

    let output = run(root.path(), &["vendor", "--keep-prose", "flawed.yaml"]);
    assert_eq!(err(&output), lines.map(|line| format!("warning: {line}")).concat());
    assert!(out(&output).starts_with("the first version here: T 0.0.0 "), "{}", out(&output));

    let output = run(root.path(), &["vendor", "--keep-prose", "--api-version", "2.0.0", "flawed.yaml"]);
    assert_eq!(err(&output), format!("warning: {}", lines[1]));

    let overlay = "{overlay: 1.1.0, info: {title: T, version: '1'}, actions: [\
        {target: $, update: {components: {schemas: {Gone: {type: boolean, description: D.}}}}}, {target: $.info, update: {version: 3.0.0}}]}";
    fs::write(root.path().join(layout::FIXES), overlay).unwrap();
    let output = run(root.path(), &["vendor", "--keep-prose", "--strict", "flawed.yaml"]);
    assert!(output.status.success() && err(&output).is_empty(), "{}", err(&output));
}

/// A folder where the last of the files is to go: writing fails after all the others are ready.
#[test]
fn a_file_that_cannot_be_replaced_leaves_the_others_as_they_were() {
    let root = bumped_once();
    fs::remove_file(root.path().join(layout::SOURCE)).unwrap();
    fs::create_dir(root.path().join(layout::SOURCE)).unwrap();
    fs::write(root.path().join(layout::SOURCE).join("inside"), "").unwrap();
    let before = files(root.path());
    let output = run_with_input(root.path(), &["vendor", "-"], &published("2", &["title", "author"]));
    assert_eq!(output.status.code(), Some(1));
    assert!(err(&output).contains(layout::SOURCE), "{}", err(&output));
    assert_eq!(files(root.path()), before);
}

/// On a full disk, or in a folder that is not ours, nothing can be written at all.
#[cfg(unix)]
#[test]
fn a_folder_that_takes_no_files_leaves_all_as_it_was() {
    use std::os::unix::fs::PermissionsExt as _;

    let root = bumped_once();
    let before = files(root.path());
    let generated = root.path().join(layout::GENERATED);
    let set = |mode| fs::set_permissions(&generated, fs::Permissions::from_mode(mode)).unwrap();
    set(0o555);
    let writable = fs::write(generated.join("probe"), "").is_ok();
    if writable {
        // Permissions do not stop this user.
        fs::remove_file(generated.join("probe")).unwrap();
    } else {
        let output = run_with_input(root.path(), &["vendor", "-"], &published("2", &["title", "author"]));
        assert_eq!(output.status.code(), Some(1));
    }
    set(0o755);
    assert_eq!(files(root.path()), before);
}

#[cfg(unix)]
#[test]
fn an_interrupt_before_the_end_of_the_input_leaves_all_as_it_was() {
    let root = bumped_once();
    let before = files(root.path());
    let mut command = xtask(root.path(), &["vendor", "-", "-"]);
    command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::null());
    let mut child = command.spawn().unwrap();
    // Once the pipe took more than it can hold, the program is past its start and reading.
    let mut input = child.stdin.take().unwrap();
    input.write_all(&vec![b' '; 1 << 20]).unwrap();
    let killed = Command::new("kill").args(["-INT", &child.id().to_string()]).status().unwrap().success();
    assert!(killed);
    assert_eq!(child.wait().unwrap().code(), Some(130));
    assert_eq!(files(root.path()), before);
}

/// The modules are copied from a crate for one API, and serve any other.
#[test]
fn a_new_crate_does_not_speak_of_another_api() {
    let root = bumped_once();
    let package = root.path().join("pod-api");
    let manifest = fs::read_to_string(package.join("Cargo.toml")).unwrap();
    assert!(manifest.starts_with("[package]\nname = \"pod-api\"\n"), "{manifest}");
    assert!(!manifest.contains("workspace"), "{manifest}");
    for folder in ["src", "tests/contract"] {
        for entry in fs::read_dir(package.join(folder)).unwrap() {
            let path = entry.unwrap().path();
            let Ok(text) = fs::read_to_string(&path) else { continue };
            for (number, line) in text.to_lowercase().lines().enumerate() {
                let mut words = line.split(|c: char| !c.is_alphanumeric() && c != '_');
                let word = words.find(|word| ["pod", "pods", "symphony"].contains(word));
                assert_eq!(word, None, "{}:{}: {line}", path.display(), number + 1);
            }
        }
    }
}

/// The generated code calls the hand-written modules, so an old copy of one may not fit it any more.
#[test]
fn a_module_that_is_gone_is_written_again_and_one_that_differs_is_left_and_named() {
    let root = bumped_once();
    let generate = |more: &[&str]| run(root.path(), &[&["generate"], more].concat());
    let warnings = |output: &Output| {
        let err = err(output);
        let lines = err.lines().filter(|line| line.contains("is not the module"));
        lines.map(str::to_owned).collect::<Vec<_>>()
    };
    let sources = root.path().join("pod-api/src");
    let edit = |name: &str, old: &str, new: &str| {
        let text = fs::read_to_string(sources.join(name)).unwrap();
        let edited = text.replacen(old, new, 1);
        assert_ne!(edited, text);
        fs::write(sources.join(name), edited).unwrap();
    };
    assert!(warnings(&generate(&["--check"])).is_empty());
    fs::remove_file(sources.join("segment.rs")).unwrap();
    edit("answer.rs", "\n", "\n// Ours.\n");
    edit(
        "lib.rs",
        "Typed client, generated from an OpenAPI document.",
        "The museum.\n//!\n//! Words of our own.",
    );
    let edited = fs::read(sources.join("answer.rs")).unwrap();

    let checked = generate(&["--check"]);
    assert!(!checked.status.success());
    assert!(err(&checked).contains("pod-api/src/segment.rs (missing)\n"), "{}", err(&checked));

    let generated = generate(&[]);
    assert_eq!(out(&generated), "wrote pod-api/src/segment.rs\n");
    let told = warnings(&generated);
    assert_eq!(told.len(), 1, "the words of the root module are free: {told:?}");
    assert!(told[0].starts_with("warning: pod-api/src/answer.rs is not the module"), "{told:?}");
    assert_eq!(fs::read(sources.join("answer.rs")).unwrap(), edited);

    edit("lib.rs", "mod segment;", "");
    let checked = generate(&["--check"]);
    assert!(checked.status.success());
    let told = warnings(&checked);
    assert_eq!(told.len(), 2, "{told:?}");
    assert!(told[1].starts_with("warning: pod-api/src/lib.rs is not the module"), "{told:?}");

    // As the warning advises.
    for name in ["answer.rs", "lib.rs"] {
        fs::remove_file(sources.join(name)).unwrap();
    }
    assert!(generate(&[]).status.success());
    assert!(warnings(&generate(&["--check"])).is_empty());
}

#[test]
fn a_credential_that_the_client_does_not_send_is_a_warning_and_noted() {
    let root = workspace();
    let mut document: Value = serde_json::from_str(&published("1", &["title"])).unwrap();
    document["security"] = json!([{"token": []}]);
    document["components"]["securitySchemes"] = json!({"token": {"type": "http", "scheme": "bearer"}});
    let output = run_with_input(root.path(), &["vendor", "-"], &document.to_string());
    assert!(output.status.success(), "{}", err(&output));
    let said = "the client does not send it by itself: give the header `Authorization: Bearer …`";
    let warning = format!("warning: #/components/securitySchemes/token: {said}");
    assert!(err(&output).contains(&warning), "{}", err(&output));
    let lowering = fs::read_to_string(root.path().join(layout::LOWERING)).unwrap();
    assert!(lowering.contains(&format!("- `#/components/securitySchemes/token`: {said}")), "{lowering}");
}

/// Puts an action into the overlay of names.
fn act(root: &Path, action: &Value) {
    let overlay = json!({
        "overlay": "1.1.0",
        "info": {"title": "T", "version": "1"},
        "actions": [action],
    });
    fs::write(root.join(layout::OVERLAYS[0]), overlay.to_string()).unwrap();
}

#[test]
fn what_the_overlays_lack_or_miss_is_listed_and_does_not_stop_a_bump() {
    let root = bumped_once();
    act(root.path(), &json!({"target": "$.paths['/v1/gone'].get", "update": {"operationId": "gone"}}));
    let nameless = published("2", &["title"]).replace(r#""operationId":"read_book","#, "");
    let output = run_with_input(root.path(), &["vendor", "-"], &nameless);
    assert!(output.status.success(), "{}", err(&output));
    let wished = run(root.path(), &["words"]);
    assert!(wished.status.success());
    assert!(err(&output).ends_with(&out(&wished)), "{}", err(&output));
    for line in [
        "5 wishes, for which nothing waits",
        "  GET /v1/book has no name; it is called `get_v1_book`",
        "  GET /v1/book has no words",
        "  the type `Book` has no words",
        "  the property `title` of `Book` has no words",
        "  openapi/overlays/names.yaml: action 1 hits nothing: $.paths['/v1/gone'].get",
        "to fill in, under `actions` in openapi/overlays/names.yaml:",
        "  - target: $.paths['/v1/book'].get",
        "      operationId: \"get_v1_book\"",
    ] {
        assert!(out(&wished).lines().any(|said| said == line), "no `{line}` in {}", out(&wished));
    }
    assert_eq!(run(root.path(), &["words", "--check"]).status.code(), Some(1));
}

/// What is wished for can be pasted, and once the words are filled in nothing is left to wish for.
#[test]
fn the_lines_of_a_wish_grant_it() {
    let root = bumped_once();
    let mut document: Value = serde_json::from_str(&published("2", &["on", "it's", "a: b #c", "9"])).unwrap();
    let operation = &mut document["paths"]["/v1/book"]["get"];
    operation.as_object_mut().unwrap().remove("operationId");
    operation["tags"] = json!(["Books & more"]);
    operation["parameters"] = json!([{"name": "x's", "in": "query", "schema": {"type": "string"}}]);
    document["paths"]["/v1/book/{id}"] = json!({
        "parameters": [{"name": "id", "in": "path", "required": true, "schema": {"type": "string"}}],
        "get": {"responses": {"204": {"description": ""}}},
        "delete": {"responses": {"204": {"description": ""}}},
    });
    document["components"]["schemas"]["Book"]["properties"]["inside"] =
        json!({"type": "object", "properties": {"null": {"type": "string"}}});
    let output = run_with_input(root.path(), &["vendor", "-"], &document.to_string());
    assert!(output.status.success(), "{}", err(&output));

    let wished = out(&run(root.path(), &["words"]));
    let mut overlay = None;
    let mut pasted = BTreeMap::<&str, String>::new();
    for line in wished.lines() {
        match line.strip_prefix("to fill in, under `actions` in ") {
            Some(name) => overlay = Some(name.trim_end_matches(':')),
            None => {
                if let Some(name) = overlay {
                    pasted.entry(name).or_default().push_str(&format!("{line}\n"));
                }
            }
        }
    }
    for (name, actions) in pasted {
        let head = "overlay: 1.1.0\ninfo: {title: T, version: '1'}\nactions:\n";
        let filled = format!("{head}{}", actions.replace("\"\"", "\"Words.\""));
        fs::write(root.path().join(name), filled).unwrap();
    }
    let output = run(root.path(), &["words", "--check"]);
    assert_eq!(
        (out(&output).as_str(), output.status.code()),
        ("everything has its words\n", Some(0)),
        "{}",
        err(&output)
    );
}

#[test]
fn a_name_that_hand_written_code_needs_and_that_is_gone_stops_a_bump() {
    let root = bumped_once();
    act(
        root.path(),
        &json!({
            "target": "$.paths['/v1/book'].get",
            "update": {"operationId": "read_book"},
            "x-used-by": "our-layer",
        }),
    );
    let before = files(root.path());
    let moved = published("2", &["title"]).replace("/v1/book", "/v2/book");
    let output = run_with_input(root.path(), &["vendor", "-"], &moved);
    assert_eq!(output.status.code(), Some(1));
    assert!(err(&output).contains("our-layer relies on it"), "{}", err(&output));
    assert!(out(&output).contains("GET /v1/book is GET /v2/book now"), "what changed is told first");
    assert_eq!(files(root.path()), before);
}

/// One bump after the other comes to the same as the last one alone.
#[test]
fn eight_bumps_one_after_the_other() {
    let names = ["title", "author", "year", "pages", "kind", "shelf", "state", "note"];
    let root = workspace();
    for version in 1..=names.len() {
        // Versions add a property each, and drop an old one now and then.
        let properties = &names[version / 3..version];
        let text = published(&version.to_string(), properties);
        let output = run_with_input(root.path(), &["vendor", "-"], &text);
        assert!(output.status.success(), "{version}: {}", err(&output));
        let added = format!("property `{}` added", names[version - 1]);
        assert_eq!(out(&output).contains(&added), version > 1, "{version}: {}", out(&output));
        assert!(run(root.path(), &["generate", "--check"]).status.success(), "{version}");
    }
    let alone = workspace();
    let last = published("8", &names[2..]);
    assert!(run_with_input(alone.path(), &["vendor", "-"], &last).status.success());
    assert_eq!(files(root.path()).keys().collect::<Vec<_>>(), files(alone.path()).keys().collect::<Vec<_>>());
    for (name, bytes) in files(alone.path()) {
        assert!(name == "pod-api/Cargo.toml" || files(root.path())[&name] == bytes, "{name}");
    }
    // Versions took a property away, and all of them came before the first release.
    let manifest = String::from_utf8(files(root.path())["pod-api/Cargo.toml"].clone()).unwrap();
    assert_eq!(manifest.parse::<toml::Table>().unwrap()["package"]["version"].as_str(), Some("0.2.0"));
}

#[test]
fn a_conflict_is_shown_with_both_files() {
    let root = workspace();
    fs::write(root.path().join("a.json"), published("1", &["title"])).unwrap();
    fs::write(root.path().join("b.json"), published("1", &["author"])).unwrap();
    let output = run(root.path(), &["vendor", "a.json", "b.json"]);
    assert_eq!(output.status.code(), Some(1));
    for words in ["b.json: #/components/schemas/Book: differs", "+    \"author\": {", "-    \"title\": {"] {
        assert!(err(&output).contains(words), "no `{words}` in {}", err(&output));
    }
    assert!(!root.path().join(layout::DOCUMENT).exists());
}

#[test]
fn the_exit_status_of_diff_tells_what_it_found() {
    let root = workspace();
    let write = |name: &str, text: String| fs::write(root.path().join(name), text).unwrap();
    write("old.json", published("1", &["title"]));
    write("more.json", published("2", &["title", "author"]));
    write("none.json", "words".to_owned());
    let status = |old: &str, new: &str| run(root.path(), &["diff", old, new]).status.code();
    assert_eq!(status("old.json", "old.json"), Some(0));
    assert_eq!(status("old.json", "more.json"), Some(0), "only more");
    assert_eq!(status("more.json", "old.json"), Some(1), "less");
    assert_eq!(status("old.json", "none.json"), Some(2));
    assert_eq!(status("old.json", "missing.json"), Some(2));
    assert_eq!(status("git:none", "old.json"), Some(2));
}

#[test]
fn diff_writes_json_for_programs() {
    let root = workspace();
    fs::write(root.path().join("old.json"), published("1", &["title", "author"])).unwrap();
    let new = published("1", &["title"]);
    let output = run_with_input(root.path(), &["diff", "--json", "old.json", "-"], &new);
    assert_eq!(output.status.code(), Some(1));
    let report: Value = serde_json::from_slice(&output.stdout).unwrap();
    assert_eq!(
        report,
        json!({
            "additive": 0,
            "breaking": 1,
            "harmless": 0,
            "version": 1,
            "changes": [{
                "class": "breaking",
                "when": "compiling",
                "item": "types::Book::author",
                "pointer": "#/components/schemas/Book/properties/author",
                "what": "property `author` removed",
                "why": "its field and its setter are gone",
            }],
        })
    );
}

#[test]
fn diff_reads_the_document_of_a_commit() {
    let root = bumped_once();
    let git = |arguments: &[&str]| {
        let status = Command::new("git")
            .arg("-C")
            .arg(root.path())
            .args(["-c", "user.name=t", "-c", "user.email=t@t", "-c", "commit.gpgsign=false"])
            .args(arguments)
            .output()
            .unwrap();
        assert!(status.status.success(), "{}", err(&status));
    };
    git(&["init", "-q"]);
    git(&["add", "."]);
    git(&["commit", "-q", "-m", "first"]);
    let next = published("2", &["title", "author"]);
    let bumped = run_with_input(root.path(), &["vendor", "-"], &next);
    assert!(bumped.status.success(), "{}", err(&bumped));
    for (old, new) in [("git:HEAD", layout::DOCUMENT), ("git:HEAD:openapi/pod-api.json", layout::DOCUMENT)] {
        let output = run(root.path(), &["diff", old, new]);
        assert_eq!(output.status.code(), Some(0), "{}", err(&output));
        assert!(out(&output).contains("property `author` added"), "{}", out(&output));
    }
    let output = run(root.path(), &["diff", "git:no-such-commit", layout::DOCUMENT]);
    assert!(err(&output).contains("git does not have it"), "{}", err(&output));
    let output = run(root.path(), &["diff", "git:--help", layout::DOCUMENT]);
    assert_eq!(output.status.code(), Some(2));
}
