//! For each cause that progenitor cannot express: a small document, what becomes of it, and the code.

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
