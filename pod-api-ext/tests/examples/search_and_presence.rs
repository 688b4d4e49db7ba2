//! Searches users by name and shows who of them is available.
//!
//! It runs against typed mocks, so it needs no pod: `cargo run --example search_and_presence`.

use futures_util::TryStreamExt as _;
use httpmock::MockServer;
use pod_api::mock::MockServerExt as _;
use pod_api::types;
use pod_api_ext::{Error, ErrorKind, Pod, SessionToken};

#[tokio::main]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let server = MockServer::start_async().await;
    answers(&server);
    let pod = Pod::builder(server.base_url()).session(SessionToken::new("token-of-the-login")?).build()?;

    let query = types::UserSearchQuery { query: Some("garcia".to_owned()), filters: None };
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
fn answers(server: &MockServer) {
    let page = |users: &[(i64, &str)]| {
        let user = |&(id, name): &(i64, &str)| types::UserV2 {
            id: Some(id),
            display_name: Some(name.to_owned()),
            ..Default::default()
        };
        types::UserSearchResults { users: Some(users.iter().map(user).collect()), ..Default::default() }
    };
    server.search_users(|when, then| {
        when.skip(0);
        then.ok(&page(&[(11, "Ana Garcia"), (12, "Luis Garcia")]));
    });
    server.search_users(|when, then| {
        when.skip(2);
        then.ok(&page(&[(13, "Max Garcia-Roth")]));
    });
    server.search_users(|when, then| {
        when.skip(3);
        then.no_content();
    });
    for (id, category) in [(11, "AVAILABLE"), (12, "IN_A_MEETING")] {
        server.get_user_presence(|when, then| {
            when.uid(id);
            then.ok(&types::V2Presence { user_id: Some(id), category: category.to_owned(), timestamp: None });
        });
    }
    server.get_user_presence(|when, then| {
        when.uid(13);
        then.not_found(&types::Error { code: Some(404), message: Some("No such user".to_owned()) });
    });
}
