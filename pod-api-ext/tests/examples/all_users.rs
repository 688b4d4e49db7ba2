//! Reads all users of a pod, page by page, as an administrator would for a report.
//!
//! It runs against typed mocks, so it needs no pod: `cargo run --example all_users`.

use std::collections::BTreeMap;

use futures_util::TryStreamExt as _;
use httpmock::MockServer;
use pod_api::mock::MockServerExt as _;
use pod_api::types;
use pod_api::types::error::ConversionError;
use pod_api_ext::{Pod, SessionToken};

#[tokio::main]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let server = MockServer::start_async().await;
    answers(&server, 250)?;
    let pod = Pod::builder(server.base_url()).session(SessionToken::new("token-of-the-login")?).build()?;

    let mut users = pod.lists().page_size(PAGE).admin_list_users();
    let mut by_type = BTreeMap::<String, u32>::new();
    while let Some(user) = users.try_next().await? {
        let account = user.user_attributes.and_then(|attributes| attributes.account_type);
        // An account type that the document does not list is counted under its own name.
        let account = account.map_or_else(|| "not stated".to_owned(), |account| account.as_str().to_owned());
        *by_type.entry(account).or_default() += 1;
    }
    for (account, count) in by_type {
        println!("{account}: {count}");
    }
    Ok(())
}

const PAGE: u32 = 100;

/// What a pod with so many users would answer, every tenth of them a service account.
fn answers(server: &MockServer, users: i64) -> Result<(), ConversionError> {
    let user = |id: i64| -> Result<types::V2UserDetail, ConversionError> {
        let account = if id % 10 == 0 {
            types::V2UserAttributesAccountType::System
        } else {
            types::V2UserAttributesAccountType::Normal
        };
        let attributes: types::V2UserAttributes =
            types::V2UserAttributes::builder().account_type(account).try_into()?;
        let info: types::UserSystemInfo = types::UserSystemInfo::builder().id(id).try_into()?;
        types::V2UserDetail::builder().user_attributes(attributes).user_system_info(info).try_into()
    };
    let page = i64::from(PAGE);
    let mut skip = 0;
    while skip <= users {
        let end = users.min(skip + page);
        let listed = (skip..end).map(user).collect::<Result<Vec<_>, _>>()?.into();
        server.admin_list_users(|when, then| {
            when.skip(skip).limit(page);
            then.ok(&listed);
        });
        skip = if end == skip { break } else { end };
    }
    Ok(())
}
