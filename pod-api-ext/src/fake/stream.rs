//! Streams: rooms, and conversations of two people (IM) or more (MIM).

use std::collections::{BTreeMap, BTreeSet};

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde_json::{Map, Value};

use crate::connections::UserId;

/// The streams of a pod, the oldest first.
#[derive(Clone, Debug, Default, PartialEq)]
pub(super) struct Streams(Vec<Stream>);

/// A place where people talk.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Stream {
    pub(super) id: String,
    pub(super) is_room: bool,
    pub(super) creator: UserId,
    /// In milliseconds since 1970.
    pub(super) created_at: i64,
    pub(super) members: BTreeMap<UserId, Member>,
    /// As `V3RoomAttributes` or `V1IMAttributes` has them.
    pub(super) attributes: Map<String, Value>,
    /// Whether somebody has set it inactive.
    pub(super) is_deactivated: bool,
}

#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Member {
    pub(super) is_owner: bool,
    /// In milliseconds since 1970.
    pub(super) joined_at: i64,
}

impl Streams {
    pub(super) fn iter(&self) -> impl DoubleEndedIterator<Item = &Stream> {
        self.0.iter()
    }

    /// The one of this id, in either form of Base64: clients send what they got, and some make it URL-safe.
    pub(super) fn get(&self, id: &str) -> Option<&Stream> {
        let id = url_safe(id);
        self.0.iter().find(|stream| stream.id == id)
    }

    pub(super) fn get_mut(&mut self, id: &str) -> Option<&mut Stream> {
        let id = url_safe(id);
        self.0.iter_mut().find(|stream| stream.id == id)
    }

    /// The conversation of exactly these people.
    pub(super) fn between(&self, people: &BTreeSet<UserId>) -> Option<&Stream> {
        self.0.iter().find(|stream| !stream.is_room && stream.members.keys().eq(people))
    }

    /// Begins a stream and returns its id.
    pub(super) fn begin(
        &mut self,
        is_room: bool,
        creator: UserId,
        now: i64,
        members: impl IntoIterator<Item = UserId>,
        attributes: Map<String, Value>,
    ) -> String {
        let id = id(self.0.len() as u64);
        let member = Member { is_owner: is_room, joined_at: now };
        self.0.push(Stream {
            id: id.clone(),
            is_room,
            creator,
            created_at: now,
            members: members.into_iter().map(|user| (user, member)).collect(),
            attributes,
            is_deactivated: false,
        });
        id
    }
}

impl Stream {
    pub(super) fn is(&self, attribute: &str) -> bool {
        self.attributes.get(attribute) == Some(&Value::Bool(true))
    }

    pub(super) fn name(&self) -> &str {
        self.attributes.get("name").and_then(Value::as_str).unwrap_or_default()
    }

    pub(super) fn is_owner(&self, user: UserId) -> bool {
        self.members.get(&user).is_some_and(|member| member.is_owner)
    }

    /// `ROOM`, `IM` or `MIM`.
    pub(super) fn kind(&self) -> &'static str {
        match self.members.len() {
            _ if self.is_room => "ROOM",
            0..=2 => "IM",
            _ => "MIM",
        }
    }
}

/// An id as the API has them: Base64, URL-safe, without padding. It is long, and has the characters that need care.
fn id(number: u64) -> String {
    let mut bytes = vec![0xfb, 0xff];
    for part in 1..=3_u64 {
        // The finalizer of SplitMix64: neighbours look nothing like each other.
        let mut word = (number + 1).wrapping_mul(part.wrapping_mul(0x9e37_79b9_7f4a_7c15));
        word = (word ^ (word >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        word = (word ^ (word >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        bytes.extend((word ^ (word >> 31)).to_be_bytes());
    }
    URL_SAFE_NO_PAD.encode(bytes)
}

fn url_safe(id: &str) -> String {
    id.trim_end_matches('=').replace('+', "-").replace('/', "_")
}
