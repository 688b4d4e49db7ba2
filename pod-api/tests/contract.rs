//! The contract: what the document promises, worked out from the document alone, holds for the generated client.
//!
//! The data stands in `generated/`, with a table of calls and one of types beside it. Nothing here knows an operation or
//! a type, so a crate of any other document has the same files.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    reason = "a test may stop at the first surprise"
)]
#![allow(
    missing_docs,
    missing_debug_implementations,
    unreachable_pub,
    dead_code,
    reason = "nobody uses a test"
)]

#[path = "contract/data.rs"]
mod data;
#[path = "contract/exchange.rs"]
mod exchange;
#[path = "contract/given.rs"]
mod given;
#[path = "contract/laws.rs"]
mod laws;
#[path = "contract/server.rs"]
pub mod server;
#[path = "contract/values.rs"]
pub mod values;

/// A test for each operation: its builder gets what the data gives to the setters that it has.
macro_rules! calls {
    ($($method:ident($($setter:ident: $type:ty),*) $how:ident;)*) => {
        pub const NAMES: &[&str] = &[$(stringify!($method)),*];

        $(#[test]
        fn $method() {
            super::exchange::check(stringify!($method), |client, given| Box::pin(async move {
                #[allow(unused_mut, reason = "not every call has a setter")]
                let mut call = client.$method();
                $(if let Some(value) = given.take::<$type>(stringify!($setter)) {
                    call = call.$setter(value);
                })*
                given.end();
                super::exchange::$how(call.send().await).await
            }));
        })*
    };
}

/// How the values of each type are read and written.
macro_rules! types {
    ($($name:literal => $type:ty;)*) => {
        pub const ALL: &[(&str, super::laws::Read)] = &[$(($name, super::laws::read::<$type>)),*];
    };
}

#[rustfmt::skip]
#[allow(deprecated, reason = "what is deprecated is promised as well")]
#[path = "generated/calls.rs"]
mod calls;
#[rustfmt::skip]
#[allow(deprecated, reason = "what is deprecated is promised as well")]
#[path = "generated/types.rs"]
mod types;
