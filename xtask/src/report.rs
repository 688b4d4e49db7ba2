//! What a stage has to say about a document: notes on what it rewrote, refusals of what it cannot carry.

use std::fmt;

use crate::pointer::Pointer;

/// What a rewrite did to the set of values that the document describes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Fate {
    /// Says the same in other words.
    Exact,
    /// Allows more than the original did; never less.
    Widened,
    /// Says less, without changing which values are allowed.
    Dropped,
    /// An operation that cannot be expressed, left out by name.
    LeftOut,
}

impl fmt::Display for Fate {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Fate::Exact => "exact",
            Fate::Widened => "widened",
            Fate::Dropped => "dropped",
            Fate::LeftOut => "left out",
        })
    }
}

/// One rewrite: where, what kind, and in one sentence what was done.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Note {
    /// The place in the document that the stage was given.
    pub pointer: Pointer,
    /// What it did to the allowed values.
    pub fate: Fate,
    /// What was done, in one sentence.
    pub text: String,
}

/// A place that a stage cannot carry.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Refusal {
    /// The place in the document that the stage was given.
    pub pointer: Pointer,
    /// What was found there and what to do about it, in one or two sentences.
    pub text: String,
}

/// Everything that a stage cannot carry, so that one run shows all there is to mend. Never empty.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Refusals(pub Vec<Refusal>);

impl Refusals {
    /// One place.
    #[must_use]
    pub fn one(pointer: Pointer, text: impl Into<String>) -> Self {
        Self(vec![Refusal { pointer, text: text.into() }])
    }
}

/// How many refusals a message shows; the rest are counted.
const SHOWN: usize = 20;

impl fmt::Display for Refusals {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (index, Refusal { pointer, text }) in self.0.iter().take(SHOWN).enumerate() {
            let newline = if index == 0 { "" } else { "\n" };
            write!(f, "{newline}{pointer}: {text}")?;
        }
        match self.0.len().saturating_sub(SHOWN) {
            0 => Ok(()),
            more => write!(f, "\n… and {more} more"),
        }
    }
}

impl std::error::Error for Refusals {}
