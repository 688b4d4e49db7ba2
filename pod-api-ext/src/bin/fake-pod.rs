//! A Symphony pod for tests in any language: `fake-pod --help`. The page `fake::program` of the library tells of it.

use std::error::Error;
use std::future::Future;
use std::io::{self, Write as _};
use std::net::{SocketAddr, ToSocketAddrs as _};
use std::path::PathBuf;
use std::process::ExitCode;

use clap::Parser;
use pod_api_ext::fake::{FakePod, Setup};
use serde_json::{Map, Value, json};

/// A Symphony pod for tests, in memory, with control over HTTP below /fake-pod/.
///
/// When it listens it prints a line of JSON: its url, and for each user an id and the token of a session. It logs requests to
/// standard error, and stops on SIGINT and SIGTERM.
#[derive(Parser)]
#[command(version)]
struct Arguments {
    /// Where to listen; the port 0 is any that is free
    #[arg(long, value_name = "ADDRESS", default_value = "127.0.0.1:0")]
    listen: String,
    /// Lets it listen at an address that other machines reach, who then can do with the pod as they like
    #[arg(long)]
    expose: bool,
    /// A user; with the PEM file of an RSA public key, a bot that logs in with it
    #[arg(long, value_name = "NAME[=FILE]")]
    user: Vec<String>,
    /// The private pod of a user
    #[arg(long, value_name = "NAME=POD")]
    pod_of: Vec<String>,
    /// An app with the PEM file of its RSA public key
    #[arg(long, value_name = "ID=FILE")]
    app: Vec<String>,
    /// A connection, as the first of the two users sees it
    #[arg(long, value_name = "NAME:OTHER=STATUS")]
    connect: Vec<String>,
    /// A file of JSON with all of that and more
    #[arg(long, value_name = "FILE")]
    state: Option<PathBuf>,
    /// Takes requests only in the form that every gateway accepts
    #[arg(long)]
    strict: bool,
    /// Answers with a sample what the pod does not serve and nobody has set
    #[arg(long)]
    samples: bool,
    /// How many requests are remembered
    #[arg(long, value_name = "NUMBER")]
    record_limit: Option<usize>,
    /// Logs no requests
    #[arg(long)]
    quiet: bool,
}

type Failure = Box<dyn Error + Send + Sync>;

#[tokio::main(flavor = "current_thread")]
async fn main() -> ExitCode {
    match run(&Arguments::parse()).await {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            say(&format!("fake-pod: {error}"));
            ExitCode::FAILURE
        }
    }
}

async fn run(arguments: &Arguments) -> Result<(), Failure> {
    let address = address(&arguments.listen)?;
    let mut builder = FakePod::builder().listen(address);
    if !address.ip().is_loopback() {
        if !arguments.expose {
            return Err(format!("other machines reach {address}; if that is meant, say --expose too").into());
        }
        say(&format!("fake-pod: whoever reaches {address} can do with the pod as they like"));
        builder = builder.expose();
    }
    if !arguments.quiet {
        builder = builder.log(say);
    }
    let mut users = match &arguments.state {
        Some(file) => builder.set_up(&Setup::from_file(file)?)?,
        None => Vec::new(),
    };
    users.extend(builder.set_up(&setup(arguments)?)?);
    // Who reads the line may send a signal at once.
    let stop = stop()?;
    let fake = builder.start().await.map_err(|error| format!("{}: {error}", arguments.listen))?;
    let users: Map<_, _> = users
        .into_iter()
        .map(|user| (user.name, json!({ "id": i64::from(user.id), "token": user.token.expose() })))
        .collect();
    writeln!(io::stdout(), "{}", json!({ "url": fake.url(), "users": users }))?;
    stop.await;
    Ok(())
}

/// A line on standard error, if anybody is there to read it.
fn say(line: &str) {
    let _unheard = writeln!(io::stderr(), "{line}");
}

fn address(text: &str) -> Result<SocketAddr, Failure> {
    let mut addresses = text.to_socket_addrs().map_err(|error| format!("--listen {text}: {error}"))?;
    addresses.next().ok_or_else(|| format!("--listen {text}: there is no such address").into())
}

/// What the arguments say, in the words of a state file.
fn setup(arguments: &Arguments) -> Result<Setup, Failure> {
    let mut users: Vec<(&str, Value)> = Vec::new();
    for user in &arguments.user {
        let (name, entry) = match user.split_once('=') {
            None => (&**user, json!({ "name": user })),
            Some((name, file)) => (name, json!({ "name": name, "publicKey": read(file)? })),
        };
        if users.iter().any(|(other, _)| *other == name) {
            return Err(format!("--user {name} is there twice").into());
        }
        users.push((name, entry));
    }
    for text in &arguments.pod_of {
        let (name, pod) = split(text, '=', "--pod-of NAME=POD")?;
        // A user of the state file would lose all that is said there.
        let Some((_, user)) = users.iter_mut().find(|(other, _)| *other == name) else {
            return Err(format!("--pod-of {text}: there is no --user {name}").into());
        };
        user["pod"] = json!(pod);
    }
    let app = |text: &String| {
        let (id, file) = split(text, '=', "--app ID=FILE")?;
        Ok(json!({ "id": id, "publicKey": read(file)? }))
    };
    let connection = |text: &String| {
        let form = "--connect NAME:OTHER=STATUS";
        let (pair, status) = split(text, '=', form)?;
        let (user, other) = split(pair, ':', form)?;
        Ok(json!({ "user": user, "other": other, "status": status }))
    };
    let mut setup = json!({
        "users": users.into_iter().map(|(_, user)| user).collect::<Value>(),
        "apps": arguments.app.iter().map(app).collect::<Result<Value, Failure>>()?,
        "connections": arguments.connect.iter().map(connection).collect::<Result<Value, Failure>>()?,
    });
    if let Some(members) = setup.as_object_mut() {
        // What is not asked for here is left to the file.
        let asked = [("strict", arguments.strict), ("samples", arguments.samples)];
        members
            .extend(asked.into_iter().filter(|(_, on)| *on).map(|(name, on)| (name.to_owned(), json!(on))));
        members.extend(arguments.record_limit.map(|limit| ("recordLimit".to_owned(), json!(limit))));
    }
    Ok(serde_json::from_value(setup)?)
}

fn split<'a>(text: &'a str, at: char, form: &str) -> Result<(&'a str, &'a str), Failure> {
    text.split_once(at).ok_or_else(|| format!("{text:?} is not of the form {form}").into())
}

fn read(file: &str) -> Result<String, Failure> {
    std::fs::read_to_string(file).map_err(|error| format!("{file}: {error}").into())
}

/// Ready once somebody wants the program to stop. Signals are caught from now on.
#[cfg(unix)]
fn stop() -> io::Result<impl Future<Output = ()>> {
    use tokio::signal::unix::{SignalKind, signal};

    let mut interrupt = signal(SignalKind::interrupt())?;
    let mut terminate = signal(SignalKind::terminate())?;
    Ok(async move {
        tokio::select! {
            _ = interrupt.recv() => {}
            _ = terminate.recv() => {}
        }
    })
}

/// Ready once somebody wants the program to stop. Signals are caught from now on.
#[cfg(windows)]
fn stop() -> io::Result<impl Future<Output = ()>> {
    let mut interrupt = tokio::signal::windows::ctrl_c()?;
    Ok(async move {
        let _asked = interrupt.recv().await;
    })
}
