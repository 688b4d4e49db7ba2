//! Opens a room, brings people into it, and lists who is there.
//!
//! It runs against typed mocks, so it needs no pod: `cargo run --example room_with_members`.

use httpmock::MockServer;
use pod_api::mock::MockServerExt as _;
use pod_api::types;
use pod_api::types::error::ConversionError;
use pod_api_ext::{Error, Pod, SessionToken};

const ANN: i64 = 7_078_106_103_809;
const BEN: i64 = 7_078_106_103_810;

#[tokio::main]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let server = MockServer::start_async().await;
    answers(&server)?;
    let pod = Pod::builder(server.base_url()).session(SessionToken::new("token-of-the-login")?).build()?;

    let room = open_room(&pod, "Onboarding", &[ANN, BEN]).await?;
    println!("Opened {room}");
    for member in members(&pod, &room).await? {
        let role = if member.owner == Some(true) { "owner" } else { "member" };
        println!("  {} is {role}", member.id.unwrap_or_default());
    }
    Ok(())
}

/// A room that its members can find and nobody else, with these people in it. Returns its stream id.
async fn open_room(pod: &Pod, name: &str, people: &[i64]) -> Result<String, Box<dyn std::error::Error>> {
    let purpose: types::RoomTag = types::RoomTag::builder().key("purpose").value("onboarding").try_into()?;
    let attributes = types::V3RoomAttributes::builder()
        .name(name.to_owned())
        .description("Questions of the first week".to_owned())
        .keywords(vec![purpose])
        .discoverable(false);
    let created = pod.send(pod.api().create_room().body(attributes)).await?;
    let room = created.room_system_info.and_then(|info| info.id).unwrap_or_default();
    for &person in people {
        pod.send(pod.api().add_room_member().id(&room).body(types::UserId::builder().id(person))).await?;
    }
    Ok(room)
}

async fn members(pod: &Pod, room: &str) -> Result<Vec<types::MemberInfo>, Error> {
    pod.send(pod.api().list_room_members().id(room)).await.map(Vec::from)
}

/// What a pod would answer.
fn answers(server: &MockServer) -> Result<(), ConversionError> {
    // Stream ids have characters that must be escaped in a path; the client sees to that.
    const ROOM: &str = "7X1cP/3wVKZ+Tq==";
    let info: types::RoomSystemInfo = types::RoomSystemInfo::builder().id(ROOM.to_owned()).try_into()?;
    let created = types::V3RoomDetail::builder().room_system_info(info).try_into()?;
    server.create_room(|_, then| {
        then.ok(&created);
    });
    let added = types::SuccessResponse::builder().message("Member added".to_owned()).try_into()?;
    for person in [ANN, BEN] {
        let person = types::UserId::builder().id(person).try_into()?;
        server.add_room_member(|when, then| {
            when.id(ROOM).body(&person);
            then.ok(&added);
        });
    }
    let member = |id: i64, owner: bool| types::MemberInfo::builder().id(id).owner(owner).try_into();
    let members = vec![member(1, true)?, member(ANN, false)?, member(BEN, false)?].into();
    server.list_room_members(|when, then| {
        when.id(ROOM);
        then.ok(&members);
    });
    Ok(())
}
