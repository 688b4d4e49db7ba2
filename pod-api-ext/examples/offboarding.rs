//! Ends the connections of the users in a CSV file, and can be killed and started again: what is done is in another file.
//!
//! `cargo run --example offboarding` shows it: the job runs as a process of its own on a pod of this one, is killed, and is
//! started again. With a pod's address, a session token and two files it is the job alone, which ctrl-c ends in good order:
//!
//! ```sh
//! POD_URL=https://acme.symphony.com POD_TOKEN=… cargo run --example offboarding -- users.csv done.csv
//! ```

use std::collections::HashSet;
use std::env;
use std::error::Error;
use std::fs::{self, File, OpenOptions};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use pod_api_ext::connections::bulk::Done;
use pod_api_ext::connections::{Status, UserId};
use pod_api_ext::fake::FakePod;
use pod_api_ext::{Pod, SessionToken};

#[tokio::main]
async fn main() -> Result<(), Box<dyn Error>> {
    match env::args().skip(1).collect::<Vec<_>>().as_slice() {
        [users, done] => job(users.as_ref(), done.as_ref()).await,
        _ => demonstration().await,
    }
}

/// Sees to everybody of whom `done` does not say that they are settled.
async fn job(users: &Path, done: &Path) -> Result<(), Box<dyn Error>> {
    let pod =
        Pod::builder(env::var("POD_URL")?).session(SessionToken::new(env::var("POD_TOKEN")?)?).build()?;
    let settled = settled(done)?;
    let mut unsettled = Vec::new();
    for row in csv::Reader::from_path(users)?.deserialize() {
        let (user, _name): (UserId, String) = row?;
        if !settled.contains(&user) {
            unsettled.push(user);
        }
    }
    eprintln!("{} users are done, {} are to do", settled.len(), unsettled.len());

    let is_new = fs::metadata(done).map_or(true, |file| file.len() == 0);
    let file = OpenOptions::new().create(true).append(true).open(done)?;
    let mut rows = csv::WriterBuilder::new().has_headers(is_new).from_writer(file);
    let everybody = pod.connections().ensure_absent_all(unsettled).rate(50, Duration::from_secs(1));
    let mut run = everybody.stop_on(tokio::signal::ctrl_c()).stream();
    while let Some(done) = run.next().await {
        // A row is written as a whole and at once, so that whoever kills the job leaves none out and none in two.
        rows.serialize(&done)?;
        rows.flush()?;
        print(&done);
    }
    Ok(())
}

fn print(done: &Done) {
    if !done.is_settled() {
        eprintln!("to be fed again: {done}");
    }
}

/// The users of whom a job has written that nothing is left to do.
fn settled(done: &Path) -> Result<HashSet<UserId>, Box<dyn Error>> {
    if !done.exists() {
        return Ok(HashSet::new());
    }
    let mut rows = csv::Reader::from_path(done)?;
    let columns = rows.headers()?.clone();
    let column = |name| columns.iter().position(|column| column == name).ok_or("not the file of such a job");
    let (user, conclusion) = (column("user")?, column("conclusion")?);
    let mut settled = HashSet::new();
    for row in rows.records() {
        let row = row?;
        if !["", "unsettled"].contains(&row.get(conclusion).unwrap_or_default()) {
            settled.insert(row.get(user).unwrap_or_default().parse()?);
        }
    }
    Ok(settled)
}

/// The job as a process that is killed in the midst of its work, and started again.
async fn demonstration() -> Result<(), Box<dyn Error>> {
    let fake = FakePod::start().await;
    let alice = fake.add_user("alice");
    let leavers: Vec<UserId> = (0..100).map(|number| fake.add_user(format!("user-{number}"))).collect();
    for leaver in &leavers {
        fake.connect(alice, *leaver, Status::Accepted);
    }
    let connected = || leavers.iter().filter(|leaver| fake.status(alice, **leaver).is_some()).count();

    let folder = env::temp_dir().join(format!("offboarding-{}", std::process::id()));
    fs::create_dir_all(&folder)?;
    let (users, done) = (folder.join("users.csv"), folder.join("done.csv"));
    let mut rows = csv::Writer::from_writer(File::create(&users)?);
    rows.write_record(["user", "name"])?;
    for (leaver, number) in leavers.iter().zip(0..) {
        rows.serialize((leaver, format!("User, {number}")))?;
    }
    rows.flush()?;

    let token = fake.session_for(alice);
    let start = || -> std::io::Result<Child> {
        Command::new(env::current_exe()?)
            .args([&users, &done])
            .env("POD_URL", fake.url())
            .env("POD_TOKEN", token.expose())
            .stdout(Stdio::null())
            .spawn()
    };
    let mut job = start()?;
    while connected() > 60 {
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    job.kill()?;
    job.wait()?;
    println!("Killed with {} of {} still connected.", connected(), leavers.len());

    let mut job = start()?;
    while job.try_wait()?.is_none() {
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    println!("Started again, and {} are connected still.", connected());
    let rows = csv::Reader::from_path(&done)?.records().count();
    println!("{rows} rows tell of them, in {}.", done.display());
    Ok(())
}
