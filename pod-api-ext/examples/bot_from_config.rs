//! A bot that is configured as the official kits are, by a `config.yaml`.
//!
//! Without arguments it writes one for a pod of its own, and reads it:
//! `cargo run --package pod-api-ext --features config,fake-pod --example bot_from_config`.
//!
//! With the file of a real bot it says who the bot is: with `-- --config /etc/bot/config.yaml` behind it.

use std::path::{Path, PathBuf};
use std::{env, fs, process};

use pod_api_ext::Pod;
use pod_api_ext::config::Config;
use pod_api_ext::connections::Status;
use pod_api_ext::fake::{FakePod, KeyPair};

type Outcome = Result<(), Box<dyn std::error::Error>>;

const USAGE: &str = "usage: bot_from_config [--config FILE]";

#[tokio::main]
async fn main() -> Outcome {
    let arguments: Vec<String> = env::args().skip(1).collect();
    match arguments.iter().map(String::as_str).collect::<Vec<_>>().as_slice() {
        [] => show().await,
        ["--config", file] => introduce(&pod(file.as_ref())?).await,
        _ => Err(USAGE.into()),
    }
}

/// The pod of a configuration. Nothing is sent.
fn pod(file: &Path) -> Result<Pod, Box<dyn std::error::Error>> {
    let config = Config::from_file(file)?;
    for key in config.unknown_keys() {
        println!("Nobody knows the key {key}.");
    }
    Ok(config.pod()?.build()?)
}

async fn introduce(pod: &Pod) -> Outcome {
    let me = pod.session_info().await?;
    println!("Logged in as {}.", me.username.unwrap_or_default());
    Ok(())
}

async fn show() -> Outcome {
    let fake = FakePod::start().await;
    let (bot, alice) = (fake.add_user("onboarding-bot"), fake.add_user("alice"));
    fake.connect(bot, alice, Status::PendingIncoming);
    let pair = KeyPair::generate();
    fake.register_bot(bot, pair.public_pem());

    let folder = Folder::new()?;
    let key = folder.0.join("bot.pem");
    fs::write(&key, pair.private_pem())?;
    let file = folder.0.join("config.yaml");
    fs::write(&file, configuration(fake.address().port(), &key))?;

    let pod = pod(&file)?;
    introduce(&pod).await?;
    println!("{}.", pod.connections().ensure_connected(alice).await?);
    Ok(())
}

/// A configuration as the kits for Java and Python read it too.
fn configuration(port: u16, key: &Path) -> String {
    format!(
        "scheme: http
host: 127.0.0.1
port: {port}
bot:
  username: ${{BOT_NAME:-onboarding-bot}}
  privateKey:
    path: '{}'
agent:
  host: agent.firm.example
datafeed:
  version: v2
",
        key.display()
    )
}

/// A folder of this process, which is gone in the end.
struct Folder(PathBuf);

impl Folder {
    fn new() -> std::io::Result<Self> {
        let folder = env::temp_dir().join(format!("bot_from_config-{}", process::id()));
        fs::create_dir_all(&folder)?;
        Ok(Self(folder))
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        // What cannot be removed here, the system removes one day.
        let _left = fs::remove_dir_all(&self.0);
    }
}
