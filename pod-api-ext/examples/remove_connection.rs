//! Removes a connection, and shows why one should not do it twice.
//!
//! Runs against a pod of its own, so it needs no account: `cargo run --example remove_connection`.

use pod_api_ext::connections::{Connections, Status, UserId};
use pod_api_ext::fake::FakePod;
use pod_api_ext::{Error, Pod};

#[tokio::main]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let fake = FakePod::start().await;
    let alice = fake.add_user("alice");
    let bob = fake.add_user("bob");
    fake.connect(alice, bob, Status::Accepted);
    println!("A pod for tests runs at {}. Alice is connected with Bob, who is on another pod.", fake.url());

    let pod = Pod::builder(fake.url()).session(fake.session_for(alice)).build()?;
    let connections = pod.connections();
    println!("Before:         {}", seen(&connections, bob).await?);

    connections.remove(bob).await?;
    println!("Alice removes the connection, and the pod says that it is done.");
    println!("After:          {}", seen(&connections, bob).await?);

    println!("Alice removes it once more.");
    match connections.remove(bob).await {
        Ok(()) => println!("The pod says that it is done."),
        Err(error) => println!("The pod refuses: {error}."),
    }
    println!("After that:     {}", seen(&connections, bob).await?);
    Ok(())
}

async fn seen(connections: &Connections, user: UserId) -> Result<String, Error> {
    let connection = connections.find(user).await?;
    Ok(connection.map_or("there is no connection.".into(), |c| format!("the connection is {}.", c.status)))
}
