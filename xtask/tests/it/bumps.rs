//! A new version of the API touches what is generated, versions and changelogs, and nothing that a person has written.
//!
//! Each kind of change is taken into a copy of the workspace whose document is a small one, and all together into the
//! whole.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;
use std::process::Command;
use std::sync::LazyLock;

use semver::Version;
use serde_json::{Value, json};
use tempfile::TempDir;
use xtask::bump::Options;
use xtask::diff::Class;
use xtask::words::Wish;
use xtask::{artifact, changelog, layout};

use crate::workspace::{
    add_operation, additions, compare, copy, copy_folder, files, is_written_by_the_command, read, small,
    take_in, vendored,
};

const ANYWAY: fn() -> Options = || Options { even_if_used: true, ..Options::default() };

/// A copy of the workspace with a small document, of which both crates have just been released.
static RELEASED: LazyLock<TempDir> = LazyLock::new(|| {
    let root = tempfile::tempdir().unwrap();
    copy(root.path());
    let mut document = vendored(root.path());
    small(&mut document);
    // A small part of what is there would be refused.
    fs::remove_file(root.path().join(layout::DOCUMENT)).unwrap();
    take_in(root.path(), &document, &ANYWAY()).unwrap();
    git(root.path(), &["init", "-q"]);
    git(root.path(), &["add", "."]);
    git(root.path(), &["commit", "-q", "-m", "Release"]);
    for name in ["pod-api", "pod-api-ext"] {
        git(root.path(), &["tag", &format!("{name}-v{}", version(root.path(), name))]);
    }
    root
});

pub fn git(root: &Path, arguments: &[&str]) {
    let output = Command::new("git")
        .arg("-C")
        .arg(root)
        .args([
            "-c",
            "user.name=t",
            "-c",
            "user.email=t@t",
            "-c",
            "commit.gpgsign=false",
            "-c",
            "core.autocrlf=false",
        ])
        .args(arguments)
        .output()
        .unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
}

/// A copy with its history.
pub fn released() -> TempDir {
    let root = tempfile::tempdir().unwrap();
    copy_folder(RELEASED.path(), root.path());
    copy_folder(&RELEASED.path().join(".git"), &root.path().join(".git"));
    root
}

fn toml(root: &Path, path: &str) -> toml::Table {
    fs::read_to_string(root.join(path)).unwrap().parse().unwrap()
}

fn version(root: &Path, name: &str) -> String {
    toml(root, &format!("{name}/Cargo.toml"))["package"]["version"].as_str().unwrap().to_owned()
}

fn number(root: &Path, name: &str) -> Version {
    let version = Version::parse(&version(root, name)).unwrap();
    Version::new(version.major, version.minor, version.patch)
}

fn requirement(root: &Path) -> String {
    let manifest = toml(root, "Cargo.toml");
    manifest["workspace"]["dependencies"]["pod-api"]["version"].as_str().unwrap().to_owned()
}

/// What stands under the heading that the command writes.
fn told(root: &Path, name: &str) -> Vec<String> {
    let text = fs::read_to_string(root.join(name).join("CHANGELOG.md")).unwrap();
    let section = text.lines().skip_while(|line| *line != "### From the document of the API").skip(1);
    let section = section.take_while(|line| !line.starts_with('#'));
    section.filter(|line| !line.is_empty()).map(str::to_owned).collect()
}

/// Takes in what `change` makes of the document, and checks what holds after every bump. Says which files changed, and
/// what is wished for.
fn bumped(root: &Path, change: impl FnOnce(&mut Value)) -> (Vec<String>, Vec<Wish>) {
    let before = files(root);
    let mut document = vendored(root);
    change(&mut document);
    take_in(root, &document, &Options::default()).unwrap();

    // Twice is once, and everything that is generated is as it would be generated now.
    let again = read(root, &vendored(root), &Options::default()).unwrap().1;
    // The same document may have been written in another order, which is another file.
    let others = again.stale.iter().all(|stale| stale.path == Path::new(layout::SOURCE));
    assert!(others, "{}", artifact::advice(root, &again.stale));
    assert_eq!((again.warnings, again.versions), (Vec::new(), Vec::new()));

    let after = files(root);
    let changed: Vec<String> = after
        .keys()
        .chain(before.keys().filter(|name| !after.contains_key(*name)))
        .filter(|name| after.get(*name) != before.get(*name))
        .cloned()
        .collect();
    for name in &changed {
        assert!(is_written_by_the_command(name), "{name}");
    }
    assert_locked(root);
    (changed, again.wishes)
}

/// `cargo --locked` finds the versions that the manifests have, and the requirement takes them.
fn assert_locked(root: &Path) {
    let lock = toml(root, "Cargo.lock");
    let locked: BTreeMap<_, _> = lock["package"]
        .as_array()
        .unwrap()
        .iter()
        .filter(|package| package.get("source").is_none())
        .map(|package| (package["name"].as_str().unwrap(), package["version"].as_str().unwrap().to_owned()))
        .collect();
    for name in ["pod-api", "pod-api-ext"] {
        assert_eq!(locked[name], version(root, name), "{name}");
    }
    let requirement = semver::VersionReq::parse(&requirement(root)).unwrap();
    assert!(requirement.matches(&number(root, "pod-api")), "{requirement}");
}

#[test]
fn what_is_added_touches_no_hand_written_line() {
    let root = released();
    let bindings = number(root.path(), "pod-api");
    let next = Version::new(bindings.major, bindings.minor, bindings.patch + 1);
    for (what, line, add) in additions() {
        let mut document = vendored(root.path());
        add(&mut document);
        let changes = compare(root.path(), &document).changes;
        let lines = changelog::lines(&changes);
        assert!(lines.iter().any(|told| told.contains(line)), "{what}: {lines:?}");
        assert_eq!(
            changes.iter().map(|change| change.class).min(),
            Some(Class::Additive),
            "{what}: {lines:?}"
        );
    }
    let above = number(root.path(), "pod-api-ext");
    bumped(root.path(), |document| additions().into_iter().for_each(|(_, _, add)| add(document)));
    assert_eq!((number(root.path(), "pod-api"), number(root.path(), "pod-api-ext")), (next, above));
    for (what, line, _) in additions() {
        assert!(told(root.path(), "pod-api").iter().any(|told| told.contains(line)), "{what}");
    }
    assert_eq!(told(root.path(), "pod-api-ext"), Vec::<String>::new());
}

#[test]
fn what_was_added_and_goes_again_before_a_release_leaves_no_trace() {
    let root = released();
    let document = vendored(root.path());
    bumped(root.path(), |document| add_operation(document, "/v1/warehouse/{id}", "Warehouse"));
    bumped(root.path(), |changed| *changed = document);
    assert_eq!(told(root.path(), "pod-api"), Vec::<String>::new());
}

#[test]
fn words_of_the_publisher_change_nothing() {
    let root = released();
    let (changed, _) = bumped(root.path(), |document| {
        document["paths"]["/v1/connection/list"]["get"]["description"] = "Other words.".into();
        document["components"]["schemas"]["UserConnection"]["description"] = "Other words.".into();
    });
    assert_eq!(changed, [layout::SOURCE]);
}

/// The number of the document often stays the same from one published file to the next.
#[test]
fn the_number_of_the_document_stands_after_the_plus_and_decides_nothing() {
    let root = released();
    let before = number(root.path(), "pod-api");
    bumped(root.path(), |document| document["info"]["version"] = "99.1 beta+2".into());
    assert!(version(root.path(), "pod-api").ends_with("+99.1.beta.2"), "{}", version(root.path(), "pod-api"));
    assert_eq!(number(root.path(), "pod-api"), Version::new(before.major, before.minor, before.patch + 1));
    assert_eq!(told(root.path(), "pod-api"), ["- Changes that no caller sees."]);
}

#[test]
fn what_nobody_uses_may_go_and_raises_the_versions_once() {
    let root = released();
    let [bindings, above] = ["pod-api", "pod-api-ext"].map(|name| number(root.path(), name));
    let document = vendored(root.path());
    bumped(root.path(), |document| {
        document["paths"].as_object_mut().unwrap().remove("/v1/spare/{id}");
    });
    let next = |version: &Version| match version.major {
        0 => Version::new(0, version.minor + 1, 0),
        major => Version::new(major + 1, 0, 0),
    };
    let numbers = || ["pod-api", "pod-api-ext"].map(|name| number(root.path(), name));
    assert_eq!(numbers(), [next(&bindings), next(&above)]);
    assert_eq!(requirement(root.path()), next(&bindings).to_string());
    let lines = told(root.path(), "pod-api");
    assert!(lines[0].starts_with("- **Breaking:** "), "{lines:?}");
    assert!(lines.iter().any(|line| line.contains("GET /v1/spare/{id}")), "{lines:?}");
    assert!(lines.iter().any(|line| line.contains("Type `Spare` removed")), "{lines:?}");
    assert_eq!(told(root.path(), "pod-api-ext").len(), 1);

    // Breaking once more against the same release.
    bumped(root.path(), |document| {
        let other = document["components"]["schemas"]["Other"]["properties"].as_object_mut().unwrap();
        other.remove("kind");
    });
    assert_eq!(numbers(), [next(&bindings), next(&above)]);
    assert!(told(root.path(), "pod-api").len() > lines.len());

    // After the next release it is raised again.
    git(root.path(), &["commit", "-q", "-a", "-m", "Release"]);
    for name in ["pod-api", "pod-api-ext"] {
        git(root.path(), &["tag", &format!("{name}-v{}", version(root.path(), name))]);
    }
    bumped(root.path(), |changed| *changed = document);
    assert_eq!(number(root.path(), "pod-api").minor, next(&bindings).minor, "it takes nothing away");
}

/// Takes something away that hand-written code uses, and looks that nothing is written and the message names it.
fn refused(named: &[&str], change: impl FnOnce(&mut Value)) {
    let root = released();
    let before = files(root.path());
    let mut document = vendored(root.path());
    change(&mut document);
    let taken = take_in(root.path(), &document, &Options::default());
    let message = taken.map_or_else(|error| format!("{error:#}"), |_| "nothing was refused".to_owned());
    for name in named {
        assert!(message.contains(name), "no `{name}` in {message}");
    }
    assert!(files(root.path()) == before, "nothing is written");
}

#[test]
fn what_hand_written_code_uses_stops_the_bump_and_is_named() {
    refused(&["/v1/connection/user/{userId}/info", "pod-api-ext relies on it"], |document| {
        document["paths"].as_object_mut().unwrap().remove("/v1/connection/user/{userId}/info");
    });
    // All of it is named at once.
    refused(
        &[
            "the field `status` of `UserConnection` is gone: pod-api-ext/src/connections/",
            "the field `user_id` of `UserConnection` is another: pod-api-ext/src/connections/",
            "the parameter `user_ids` of `list_connections` is gone: pod-api-ext/src/connections/",
        ],
        |document| {
            let user = &mut document["components"]["schemas"]["UserConnection"];
            user["properties"].as_object_mut().unwrap().remove("status");
            user["properties"]["userId"] = json!({"type": "boolean"});
            let list = &mut document["paths"]["/v1/connection/list"]["get"]["parameters"];
            list.as_array_mut().unwrap().retain(|parameter| parameter["name"] != "userIds");
        },
    );
}

/// The whole document, with all that is added at once.
#[test]
fn the_whole_document_grows_in_every_way_at_once() {
    let root = tempfile::tempdir().unwrap();
    copy(root.path());
    let (_, wishes) = bumped(root.path(), |document| {
        additions().into_iter().for_each(|(_, _, add)| add(document));
    });
    let wishes: Vec<_> = wishes.iter().map(|wish| wish.what.as_str()).collect();
    for wish in [
        "GET /v1/depot/{id} has no name; it is called `get_v1_depot_by_id`",
        "the type `Warehouse` has no words",
        "the tag `Yards & more` has no words",
        "the property `colour` of `UserConnection` has no words",
        "the parameter `newerThan` of GET /v1/connection/list has no words",
    ] {
        assert!(wishes.contains(&wish), "no `{wish}` in {wishes:#?}");
    }
}
