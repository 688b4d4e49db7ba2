//! Pagination: lists of a pod as streams of their entries.
//!
//! Most lists of a pod come in pages. The caller passes the number of entries to skip (`skip`), or a cursor from the
//! last page. [`Pod::lists`](crate::Pod::lists) has a stream for each of these lists, with the name of the operation in
//! `pod-api`. The stream requests each page when it needs it, with the session, the retries and the deadline of any
//! other call. Crates such as `futures-util` have the methods of streams:
//!
//! ```
//! use futures_util::TryStreamExt as _;
//!
//! # async fn example(pod: pod_api_ext::Pod) -> Result<(), pod_api_ext::Error> {
//! let mut users = pod.lists().page_size(500).admin_list_users();
//! while let Some(user) = users.try_next().await? {
//!     println!("{:?}", user.user_attributes.and_then(|attributes| attributes.display_name));
//! }
//! # Ok(())
//! # }
//! ```
//!
//! # What a stream guarantees
//!
//! A pod takes no snapshot of a list. If entries are added or removed between two pages, an entry may appear twice or
//! not at all. Compare the ids if that matters.
//!
//! A list by `skip` ends with the first empty page. A short page does not end it, because the pod's largest page may be
//! smaller than the requested one. The next page skips the entries received so far. A null entry, which no document
//! allows, is not counted, so that an entry after it may appear twice. A list by cursors ends with the first page
//! without a next cursor.
//!
//! An error ends the stream. The entries before it are valid.
//!
//! Next: [`error`](crate::error). Previous: [`session`](crate::session).

use std::fmt;
use std::future::Future;
use std::pin::Pin;
use std::task::{Context, Poll};

use futures_util::stream::{self, BoxStream, Stream, StreamExt as _, TryStreamExt as _};
use pod_api::types::{
    CompanyCertInfoListItem, CompanyCertTypeList, FileExtension, MessageReceiptDetail, Pagination,
    StreamAttributes, StreamFilter, UserDetail, UserFilter, UserSearchQuery, UserV2, V2AdminStreamFilter,
    V2AdminStreamInfo, V2MemberInfo, V2Presence, V2RoomSearchCriteria, V2UserDetail, V3RoomDetail,
};
use pod_api::{Api, Call};

use crate::connections::UserId;
use crate::{Error, Pod};

/// The entries of a list, page after page: a [`Stream`].
#[must_use = "a stream asks for nothing until it is polled"]
pub struct Entries<T>(BoxStream<'static, Result<T, Error>>);

impl<T> Entries<T> {
    /// The next entry; `None` after the last.
    ///
    /// The same as `next` of `StreamExt`, for programs that do not use it. Dropping the future loses no entry.
    ///
    /// # Errors
    /// The error of a page that could not be read. The stream ends after it.
    pub async fn next(&mut self) -> Option<Result<T, Error>> {
        self.0.next().await
    }
}

impl<T> Stream for Entries<T> {
    type Item = Result<T, Error>;

    fn poll_next(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        self.0.poll_next_unpin(context)
    }
}

impl<T> fmt::Debug for Entries<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Entries").finish_non_exhaustive()
    }
}

/// The lists of a pod with pagination. Made by [`Pod::lists`](crate::Pod::lists).
///
/// Every method has the name of the operation whose pages it reads. See there what the operation does and who may call
/// it.
///
/// # Errors
/// Every stream yields the error of the page that failed, as [`ErrorKind`](crate::ErrorKind) lists, and ends.
#[derive(Clone, Debug)]
pub struct Lists {
    pod: Pod,
    page_size: Option<i64>,
}

/// The start of a page by `skip`, and its size.
#[derive(Clone, Copy)]
struct Window {
    skip: i64,
    limit: Option<i64>,
}

/// The call of one page by `skip`.
macro_rules! window {
    ($call:expr, $window:ident) => {{
        let call = $call.skip($window.skip);
        match $window.limit {
            Some(limit) => call.limit(limit),
            None => call,
        }
    }};
}

/// The call of one page by cursor.
macro_rules! after {
    ($call:expr, $cursor:ident, $limit:expr) => {{
        let call = match $limit {
            Some(limit) => $call.limit(limit),
            None => $call,
        };
        match $cursor {
            Some(cursor) => call.after(cursor),
            None => call,
        }
    }};
}

/// A page of a list, and where the next one is.
type Page<T> = (Vec<T>, Option<Pagination>);

// The lists are `#[inline]`, so that a program compiles those that it reads, with their types, and this crate none.
impl Lists {
    pub(crate) fn new(pod: Pod) -> Self {
        Self { pod, page_size: None }
    }

    /// Requests pages of this many entries, at least 1. The pod has a default and a maximum for each list, and may send
    /// fewer.
    pub fn page_size(mut self, entries: u32) -> Self {
        self.page_size = Some(entries.max(1).into());
        self
    }

    /// All users of the pod, for administrators: `admin_list_users`.
    #[inline]
    pub fn admin_list_users(&self) -> Entries<V2UserDetail> {
        self.by_skip(|page| window!(Api.admin_list_users(), page), |list| list.0)
    }

    /// Users with certain attributes, for administrators: `admin_find_users`.
    #[inline]
    pub fn admin_find_users(&self, filter: UserFilter) -> Entries<UserDetail> {
        self.by_skip(move |page| window!(Api.admin_find_users().body(filter.clone()), page), |list| list.0)
    }

    /// Users by name or mail address: `search_users`. With `local`, only users of the own pod.
    #[inline]
    pub fn search_users(&self, query: UserSearchQuery, local: bool) -> Entries<UserV2> {
        self.by_skip(
            move |page| window!(Api.search_users().local(local).body(query.clone()), page),
            |found| found.and_then(|found| found.users).unwrap_or_default(),
        )
    }

    /// The users that follow a user: `list_user_followers`.
    #[inline]
    pub fn list_user_followers(&self, user: impl Into<UserId>) -> Entries<UserId> {
        let (user, limit) = (user.into(), self.page_size);
        self.by_cursor(
            move |cursor| after!(Api.list_user_followers().uid(user), cursor, limit),
            |page| (page.followers.into_iter().flatten().map(UserId::from).collect(), page.pagination),
        )
    }

    /// The users that a user follows: `list_user_following`.
    #[inline]
    pub fn list_user_following(&self, user: impl Into<UserId>) -> Entries<UserId> {
        let (user, limit) = (user.into(), self.page_size);
        self.by_cursor(
            move |cursor| after!(Api.list_user_following().uid(user), cursor, limit),
            |page| (page.following.into_iter().flatten().map(UserId::from).collect(), page.pagination),
        )
    }

    /// The presence of all users of the pod, in ascending order of their ids: `list_presences`.
    #[inline]
    pub fn list_presences(&self) -> Entries<V2Presence> {
        let pod = self.pod.clone();
        // A page starts with the last user of the page before, so pages of one user would not advance.
        let limit = self.page_size.map(|limit| limit.max(2));
        entries(None, move |last: Option<i64>| {
            let mut call = Api.list_presences();
            if let Some(last) = last {
                call = call.last_user_id(last);
            }
            if let Some(limit) = limit {
                call = call.limit(limit);
            }
            let page = pod.send(call);
            async move {
                let mut page = page.await?.0;
                page.retain(|presence| {
                    last.is_none_or(|last| presence.user_id.is_none_or(|user| user > last))
                });
                let next = page.iter().filter_map(|presence| presence.user_id).max();
                Ok((page, next.map(Some)))
            }
        })
    }

    /// The streams of the calling user: `list_streams`.
    #[inline]
    pub fn list_streams(&self, filter: StreamFilter) -> Entries<StreamAttributes> {
        self.by_skip(
            move |page| window!(Api.list_streams().body(filter.clone()), page),
            |list| list.map(|list| list.0).unwrap_or_default(),
        )
    }

    /// The streams of another user, for administrators: `admin_list_user_streams`.
    #[inline]
    pub fn admin_list_user_streams(
        &self,
        user: impl Into<UserId>,
        filter: StreamFilter,
    ) -> Entries<StreamAttributes> {
        let user = user.into();
        self.by_skip(
            move |page| window!(Api.admin_list_user_streams().uid(user).body(filter.clone()), page),
            |list| list.map(|list| list.0).unwrap_or_default(),
        )
    }

    /// All streams of the pod, for administrators: `admin_list_streams`.
    #[inline]
    pub fn admin_list_streams(&self, filter: V2AdminStreamFilter) -> Entries<V2AdminStreamInfo> {
        self.by_skip(
            move |page| window!(Api.admin_list_streams().body(filter.clone()), page),
            |list| list.streams.map(|streams| streams.0).unwrap_or_default(),
        )
    }

    /// The members of a stream, for administrators: `admin_list_stream_members`.
    #[inline]
    pub fn admin_list_stream_members(&self, stream: impl Into<String>) -> Entries<V2MemberInfo> {
        let stream = stream.into();
        self.by_skip(
            move |page| window!(Api.admin_list_stream_members().id(stream.clone()), page),
            |list| list.members.map(|members| members.0).unwrap_or_default(),
        )
    }

    /// Rooms by words, labels, members and more: `search_rooms`. Rooms that are not discoverable are included only on
    /// request.
    #[inline]
    pub fn search_rooms(
        &self,
        criteria: V2RoomSearchCriteria,
        include_non_discoverable: bool,
    ) -> Entries<V3RoomDetail> {
        self.by_skip(
            move |page| {
                let call = Api.search_rooms().include_non_discoverable(include_non_discoverable);
                window!(call.body(criteria.clone()), page)
            },
            |found| found.rooms.unwrap_or_default(),
        )
    }

    /// The users that received a message, and when, for administrators: `admin_list_message_receipts`.
    ///
    /// The operation has no page size.
    #[inline]
    pub fn admin_list_message_receipts(&self, message: impl Into<String>) -> Entries<MessageReceiptDetail> {
        let message = message.into();
        self.by_cursor(
            move |cursor| {
                let call = Api.admin_list_message_receipts().message_id(message.clone());
                match cursor {
                    Some(cursor) => call.after(cursor),
                    None => call,
                }
            },
            |page| (page.message_receipt_detail.unwrap_or_default(), page.pagination),
        )
    }

    /// The members of an information barrier group: `admin_list_information_barrier_group_members`.
    #[inline]
    pub fn admin_list_information_barrier_group_members(&self, group: impl Into<String>) -> Entries<UserId> {
        let group = group.into();
        self.by_skip(
            move |page| window!(Api.admin_list_information_barrier_group_members().gid(group.clone()), page),
            |list| list.0.into_iter().map(UserId::from).collect(),
        )
    }

    /// All certificates that the pod knows: `list_company_certificates`.
    #[inline]
    pub fn list_company_certificates(&self) -> Entries<CompanyCertInfoListItem> {
        self.by_skip(|page| window!(Api.list_company_certificates(), page), |list| list.0)
    }

    /// The certificates that the pod itself manages: `list_pod_managed_company_certificates`.
    #[inline]
    pub fn list_pod_managed_company_certificates(&self) -> Entries<CompanyCertInfoListItem> {
        self.by_skip(|page| window!(Api.list_pod_managed_company_certificates(), page), |list| list.0)
    }

    /// Certificates of certain types: `list_company_certificates_by_type`.
    #[inline]
    pub fn list_company_certificates_by_type(
        &self,
        types: CompanyCertTypeList,
    ) -> Entries<CompanyCertInfoListItem> {
        self.by_skip(
            move |page| window!(Api.list_company_certificates_by_type().body(types.clone()), page),
            |list| list.0,
        )
    }

    /// The schemes of the addresses that messages may link to: `list_protocols`.
    #[inline]
    pub fn list_protocols(&self) -> Entries<String> {
        self.by_skip(|page| window!(Api.list_protocols(), page), |list| list.0)
    }

    /// The file extensions that may be uploaded: `list_allowed_file_extensions`.
    #[inline]
    pub fn list_allowed_file_extensions(&self) -> Entries<FileExtension> {
        let limit = self.page_size;
        self.by_cursor(
            move |cursor| after!(Api.list_allowed_file_extensions(), cursor, limit),
            |page| (page.data, page.paging),
        )
    }

    /// The entries of a list by `skip`.
    fn by_skip<T, C>(
        &self,
        call: impl Fn(Window) -> C + Send + 'static,
        entries_of: fn(C::Answer) -> Vec<T>,
    ) -> Entries<T>
    where
        T: Send + 'static,
        C: Call + Clone + 'static,
    {
        let (pod, limit) = (self.pod.clone(), self.page_size);
        entries(0, move |skip| {
            let page = pod.send(call(Window { skip, limit }));
            async move {
                let page = entries_of(page.await?);
                let next = window_after(skip, page.len());
                Ok((page, next))
            }
        })
    }

    /// The entries of a list by cursors.
    fn by_cursor<T, C>(
        &self,
        call: impl Fn(Option<String>) -> C + Send + 'static,
        entries_of: fn(C::Answer) -> Page<T>,
    ) -> Entries<T>
    where
        T: Send + 'static,
        C: Call + Clone + 'static,
    {
        let pod = self.pod.clone();
        entries(None, move |cursor: Option<String>| {
            let page = pod.send(call(cursor.clone()));
            async move {
                let (page, pagination) = entries_of(page.await?);
                let next = cursor_after(cursor.as_deref(), page.is_empty(), pagination);
                Ok((page, next.map(Some)))
            }
        })
    }
}

/// The entries of all pages: `fetch` gets the start of a page, and returns the page and the start of the next one.
fn entries<T, P, F, Fut>(first: P, fetch: F) -> Entries<T>
where
    T: Send + 'static,
    P: Send + 'static,
    F: Fn(P) -> Fut + Send + 'static,
    Fut: Future<Output = Result<(Vec<T>, Option<P>), Error>> + Send + 'static,
{
    let pages = stream::try_unfold(Some(first), move |place| {
        let page = place.map(&fetch);
        async move {
            let Some(page) = page else { return Ok::<_, Error>(None) };
            let (entries, next) = page.await?;
            Ok(Some((stream::iter(entries.into_iter().map(Ok)), next)))
        }
    });
    Entries(pages.try_flatten().boxed())
}

/// The start of the next page by `skip`: it skips the received entries, not the requested ones.
fn window_after(skip: i64, received: usize) -> Option<i64> {
    let received = i64::try_from(received).ok().filter(|received| *received > 0)?;
    skip.checked_add(received)
}

/// The cursor of the next page.
///
/// The last page has no link to a next one. But a published example has a cursor and no link, so a page with entries
/// and a cursor is followed too. A cursor of its own page is not followed.
fn cursor_after(asked: Option<&str>, is_empty: bool, pagination: Option<Pagination>) -> Option<String> {
    let pagination = pagination?;
    let goes_on = pagination.next.is_some() || !is_empty;
    let after = pagination.cursors?.after.filter(|after| !after.is_empty())?;
    (goes_on && asked != Some(&*after)).then_some(after)
}

#[cfg(test)]
mod tests {
    use pod_api::types::PaginationCursors;

    use super::*;

    fn pagination(after: Option<&str>, next: bool) -> Option<Pagination> {
        Some(Pagination {
            cursors: Some(PaginationCursors { after: after.map(str::to_owned), before: None }),
            next: next.then(|| "https://acme.symphony.com/next".to_owned()),
            previous: None,
        })
    }

    #[test]
    fn what_came_is_passed_over_until_nothing_comes() {
        assert_eq!(window_after(0, 50), Some(50));
        assert_eq!(window_after(50, 7), Some(57));
        assert_eq!(window_after(57, 0), None);
        assert_eq!(window_after(i64::MAX, 1), None);
    }

    #[test]
    fn a_page_is_followed_by_the_one_that_its_cursor_names() {
        assert_eq!(cursor_after(None, false, pagination(Some("b"), true)).as_deref(), Some("b"));
        assert_eq!(cursor_after(None, false, pagination(Some("b"), false)).as_deref(), Some("b"));
        // Entries that the caller may not see are left out, so a page with a successor can be empty.
        assert_eq!(cursor_after(Some("b"), true, pagination(Some("c"), true)).as_deref(), Some("c"));
    }

    #[test]
    fn the_last_page_names_no_other() {
        assert_eq!(cursor_after(None, false, None), None);
        assert_eq!(cursor_after(None, false, pagination(None, true)), None);
        assert_eq!(cursor_after(None, false, pagination(Some(""), true)), None);
        assert_eq!(cursor_after(Some("b"), true, pagination(Some("c"), false)), None);
        assert_eq!(cursor_after(Some("b"), false, pagination(Some("b"), true)), None);
    }
}
