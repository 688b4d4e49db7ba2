//! For each cause that progenitor cannot express: a small document, what becomes of it, and the code.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    reason = "a test may stop at the first surprise"
)]
#![allow(unreachable_pub, reason = "nobody uses a test")]

mod legalize {
    mod answers;
    mod code;
    mod composed;
    mod directions;
    mod discriminators;
    mod limits;
    mod names;
    mod requests;
    mod schemas;
    mod types;
    mod unions;
}
