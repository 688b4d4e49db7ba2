//! Searches users by name and shows who of them is available.
//!
//! It runs against typed mocks, so it needs no pod: `cargo run --example search_and_presence`.

use futures_util::TryStreamExt as _;
use httpmock::MockServer;
use pod_api::mock::MockServerExt as _;
use pod_api::types;
use pod_api::types::error::ConversionError;
use pod_api_ext::{Error, ErrorKind, Pod, SessionToken};

#[tokio::main]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let server = MockServer::start_async().await;
    answers(&server)?;
    let pod = Pod::builder(server.base_url()).session(SessionToken::new("token-of-the-login")?).build()?;

    let query = types::UserSearchQuery::builder().query("garcia".to_owned()).try_into()?;
    let mut found = pod.lists().search_users(query, true);
    while let Some(user) = found.try_next().await? {
        let Some(id) = user.id else { continue };
        let name = user.display_name.unwrap_or_else(|| id.to_string());
        match presence(&pod, id).await? {
            Some(category) => println!("{name}: {category}"),
            None => println!("{name}: the pod does not say"),
        }
    }
    Ok(())
}

/// The presence of a user, such as `AVAILABLE`. None if the pod does not know the user any more.
async fn presence(pod: &Pod, user: i64) -> Result<Option<String>, Error> {
    match pod.send(pod.api().get_user_presence().uid(user)).await {
        Ok(presence) => Ok(Some(presence.category)),
        Err(error) if error.kind() == ErrorKind::NotFound => Ok(None),
        Err(error) => Err(error),
    }
}

/// What a pod would answer: two pages of users, and what each of them does.
fn answers(server: &MockServer) -> Result<(), ConversionError> {
    let user = |id: i64, name: &str| types::UserV2::builder().id(id).display_name(name.to_owned()).try_into();
    let page = |users: Vec<types::UserV2>| types::UserSearchResults::builder().users(users).try_into();
    let first = page(vec![user(11, "Ana Garcia")?, user(12, "Luis Garcia")?])?;
    server.search_users(|when, then| {
        when.skip(0);
        then.ok(&first);
    });
    let second = page(vec![user(13, "Max Garcia-Roth")?])?;
    server.search_users(|when, then| {
        when.skip(2);
        then.ok(&second);
    });
    server.search_users(|when, then| {
        when.skip(3);
        then.no_content();
    });
    for (id, category) in [(11, "AVAILABLE"), (12, "IN_A_MEETING")] {
        let presence = types::V2Presence::builder().user_id(id).category(category).try_into()?;
        server.get_user_presence(|when, then| {
            when.uid(id);
            then.ok(&presence);
        });
    }
    let unknown = types::Error::builder().code(404).message("No such user".to_owned()).try_into()?;
    server.get_user_presence(|when, then| {
        when.uid(13);
        then.not_found(&unknown);
    });
    Ok(())
}
