//! Removes a connection.
//!
//! Without arguments it runs against a pod of its own and shows why one should not remove twice:
//! `cargo run --example remove_connection`.
//!
//! On a real pod: `cargo run --example remove_connection -- --pod https://acme.symphony.com --user 7078106126503`. The
//! session comes from the environment: `SYMPHONY_SESSION_TOKEN`; or `SYMPHONY_BOT` with the user name of a bot and
//! `SYMPHONY_BOT_KEY` with its RSA key in PEM. It asks before it removes, unless told `--yes`.

use std::env;
use std::io::{Write as _, stdin, stdout};

use pod_api_ext::connections::{Connections, Status, UserId};
use pod_api_ext::fake::FakePod;
use pod_api_ext::pod::PodBuilder;
use pod_api_ext::session::{RsaKey, RsaSession};
use pod_api_ext::{Error, Pod, SessionToken};

type Outcome = Result<(), Box<dyn std::error::Error>>;

const USAGE: &str = "usage: remove_connection [--pod URL --user ID [--yes]]";

#[tokio::main]
async fn main() -> Outcome {
    let (mut pod, mut user, mut yes) = (None, None, false);
    let mut arguments = env::args().skip(1);
    while let Some(argument) = arguments.next() {
        match argument.as_str() {
            "--pod" => pod = Some(arguments.next().ok_or(USAGE)?),
            "--user" => user = Some(arguments.next().ok_or(USAGE)?.parse()?),
            "--yes" => yes = true,
            _ => return Err(USAGE.into()),
        }
    }
    match (pod, user) {
        (None, None) => show().await,
        (Some(pod), Some(user)) => remove(&pod, user, yes).await,
        _ => Err(USAGE.into()),
    }
}

/// Removes one connection on a real pod.
async fn remove(address: &str, user: UserId, yes: bool) -> Outcome {
    let pod = with_session(Pod::builder(address))?.build()?;
    let connections = pod.connections();
    println!("Before: {}", seen(&connections, user).await?);
    if !yes && !confirmed()? {
        println!("Nothing was removed.");
        return Ok(());
    }
    match connections.remove(user).await {
        Ok(()) => println!("The pod says that it is done."),
        Err(error) => println!("{error}."),
    }
    println!("After:  {}", seen(&connections, user).await?);
    Ok(())
}

fn with_session(pod: PodBuilder) -> Result<PodBuilder, Box<dyn std::error::Error>> {
    if let Ok(token) = env::var("SYMPHONY_SESSION_TOKEN") {
        return Ok(pod.session(SessionToken::new(token)?));
    }
    let bot = env::var("SYMPHONY_BOT")
        .map_err(|_| "set SYMPHONY_SESSION_TOKEN, or SYMPHONY_BOT and SYMPHONY_BOT_KEY")?;
    Ok(pod.session(RsaSession::new(bot, RsaKey::from_env("SYMPHONY_BOT_KEY")?)))
}

fn confirmed() -> Result<bool, std::io::Error> {
    print!("Remove it? [y/N] ");
    stdout().flush()?;
    let mut answer = String::new();
    stdin().read_line(&mut answer)?;
    Ok(matches!(answer.trim(), "y" | "Y" | "yes"))
}

/// Removes a connection twice on a pod for tests.
async fn show() -> Outcome {
    let fake = FakePod::start().await;
    let alice = fake.add_user("alice");
    let bob = fake.add_user("bob");
    fake.connect(alice, bob, Status::Accepted);
    println!("A pod for tests runs at {}. Alice is connected with Bob, who is on another pod.", fake.url());

    let pod = Pod::builder(fake.url()).session(fake.session_for(alice)).build()?;
    let connections = pod.connections();
    println!("Before:     {}", seen(&connections, bob).await?);

    connections.remove(bob).await?;
    println!("Alice removes the connection, and the pod says that it is done.");
    println!("After:      {}", seen(&connections, bob).await?);

    println!("Alice removes it once more.");
    match connections.remove(bob).await {
        Ok(()) => println!("The pod says that it is done."),
        Err(error) => println!("The pod refuses: {error}."),
    }
    println!("After that: {}", seen(&connections, bob).await?);
    Ok(())
}

async fn seen(connections: &Connections, user: UserId) -> Result<String, Error> {
    let connection = connections.find(user).await?;
    Ok(connection.map_or("there is no connection.".into(), |c| format!("the connection is {}.", c.status)))
}
