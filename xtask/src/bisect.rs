//! Finds the operations on which the generator fails; its errors do not name them.
//!
//! It bisects the operations. Each attempt has only the components that its operations reach, so a component that fails
//! shows up in its operations.
//!
//! The result depends on the document only, not on the machine: an attempt without enough time or memory is an error,
//! and does not count as a failing operation.

use std::cell::Cell;
use std::collections::BTreeSet;

use anyhow::{Context as _, Result, anyhow, bail};
use serde_json::Value;

use crate::document::{METHODS, operations, references};
use crate::engine::Undecided;
use crate::legalize::marks::{unmarked, unmarked_place};
use crate::pointer::Pointer;

/// What is left when the operations that defeat the generator are taken out.
#[derive(Debug)]
pub struct Survivors<T> {
    /// The document without them.
    pub document: Value,
    /// What the generator made of it.
    pub made: T,
    /// The operations that were taken out, with what the generator said: both in the names on the wire,
    /// without the marks that legalizing puts into them.
    pub left_out: Vec<(Pointer, String)>,
}

/// After how many tries operations that fail together are not told from each other any more. To find one among a
/// thousand takes some twenty.
const TRIES: usize = 500;

/// Takes out of `document` what `attempt` fails on. After some hundred tries, operations that fail together are taken
/// out together.
///
/// # Errors
/// `attempt` fails even on a document without operations, or on what seems to work in parts; or a try is
/// [`Undecided`].
pub fn survivors<T>(document: &Value, attempt: impl Fn(&Value) -> Result<T>) -> Result<Survivors<T>> {
    survivors_of(TRIES, document, attempt)
}

fn survivors_of<T>(
    tries: usize,
    document: &Value,
    attempt: impl Fn(&Value) -> Result<T>,
) -> Result<Survivors<T>> {
    let attempt = |document: &Value| match attempt(document) {
        Err(error) if error.is::<Undecided>() => Err(error),
        decided => Ok(decided),
    };
    if let Ok(made) = attempt(document)? {
        return Ok(Survivors { document: document.clone(), made, left_out: Vec::new() });
    }
    let all: Vec<Pointer> = operations(document).map(|operation| operation.pointer).collect();
    let mut left_out = Vec::new();
    let search = Search { document, attempt: &attempt, tries: Cell::new(tries) };
    search.run(&[], &all, &mut left_out)?;
    let kept: Vec<Pointer> =
        all.into_iter().filter(|operation| !left_out.iter().any(|(out, _)| out == operation)).collect();
    let left_out: Vec<(Pointer, String)> =
        left_out.iter().map(|(place, reason)| (unmarked_place(place), unmarked(reason))).collect();
    if let (true, Some((place, reason))) = (kept.is_empty(), left_out.first()) {
        bail!("every operation defeats the generator, the first one at {place}: {reason}");
    }
    // Components that no operation reaches stay, unless they are what fails.
    let whole = only(document, &kept, true);
    if !left_out.is_empty()
        && let Ok(made) = attempt(&whole)?
    {
        return Ok(Survivors { document: whole, made, left_out });
    }
    let reached = only(document, &kept, false);
    let made = attempt(&reached)?
        .map_err(|error| anyhow!(unmarked(&format!("{error:#}"))))
        .context("the document defeats the generator whatever is left out")?;
    Ok(Survivors { document: reached, made, left_out })
}

struct Search<'a, F> {
    document: &'a Value,
    attempt: &'a F,
    /// How many more tries there are.
    tries: Cell<usize>,
}

impl<T, F: Fn(&Value) -> Result<Result<T>>> Search<'_, F> {
    /// Finds those of `suspects` that fail beside `good`, which work. Each is found with its reason.
    fn run(&self, good: &[Pointer], suspects: &[Pointer], found: &mut Vec<(Pointer, String)>) -> Result<()> {
        if suspects.is_empty() {
            return Ok(());
        }
        let together = [good, suspects].concat();
        let tried = (self.attempt)(&only(self.document, &together, false))?;
        self.tries.set(self.tries.get().saturating_sub(1));
        let Err(error) = tried else { return Ok(()) };
        if let [only] = suspects {
            found.push((only.clone(), format!("{error:#}")));
            return Ok(());
        }
        if self.tries.get() == 0 {
            let all = suspects.len();
            let reason =
                format!("{error:#} (one of {all} operations that were not tried alone, for too many fail)");
            found.extend(suspects.iter().map(|suspect| (suspect.clone(), reason.clone())));
            return Ok(());
        }
        let (first, second) = suspects.split_at(suspects.len() / 2);
        self.run(good, first, found)?;
        // The second half is tried beside what is good of the first: two may fail only together.
        let good_of_first = first.iter().filter(|operation| !found.iter().any(|(out, _)| out == *operation));
        let good: Vec<Pointer> = good.iter().chain(good_of_first).cloned().collect();
        self.run(&good, second, found)
    }
}

/// The document with these operations only, and with all components or those that they reach.
fn only(document: &Value, kept: &[Pointer], all_components: bool) -> Value {
    let mut document = document.clone();
    if let Some(Value::Object(paths)) = document.get_mut("paths") {
        for (path, item) in paths.iter_mut() {
            let place = Pointer::root().join("paths").join(path);
            if let Value::Object(item) = item {
                item.retain(|name, _| !METHODS.contains(&name.as_str()) || kept.contains(&place.join(name)));
            }
        }
        paths.retain(|_, item| METHODS.iter().any(|method| item.get(method).is_some()));
    }
    if !all_components {
        let reached = reached(&document);
        if let Some(Value::Object(sections)) = document.get_mut("components") {
            for (section, members) in sections.iter_mut().filter(|(name, _)| *name != "securitySchemes") {
                let place = Pointer::root().join("components").join(section);
                if let Value::Object(members) = members {
                    members.retain(|name, _| reached.contains(&place.join(name)));
                }
            }
        }
    }
    document
}

/// The places that references lead to, from the paths on.
fn reached(document: &Value) -> BTreeSet<Pointer> {
    let mut reached = BTreeSet::new();
    let mut open = Vec::new();
    references(document.get("paths").unwrap_or(&Value::Null), &mut open);
    while let Some(place) = open.pop() {
        if let Some(target) = place.get(document)
            && reached.insert(place)
        {
            references(target, &mut open);
        }
    }
    reached
}

#[cfg(test)]
mod tests {
    use std::cell::Cell;

    use serde_json::json;

    use super::*;

    fn document() -> Value {
        let operation =
            |schema: &str| json!({"get": {"x": {"$ref": format!("#/components/schemas/{schema}")}}});
        json!({
            "paths": {"/a": operation("A"), "/b": operation("B"), "/c": operation("C"), "/d": operation("D")},
            "components": {"schemas": {"A": {}, "B": {"$ref": "#/components/schemas/Bad"}, "C": {}, "D": {}, "Bad": {}, "Lonely": {}}},
        })
    }

    fn paths_of(document: &Value) -> Vec<&str> {
        operations(document).map(|operation| operation.path).collect()
    }

    fn left_out<T>(survivors: &Survivors<T>) -> Vec<String> {
        survivors.left_out.iter().map(|(place, reason)| format!("{place}: {reason}")).collect()
    }

    #[test]
    fn a_document_that_works_stays_as_it_is() {
        let survivors = survivors(&document(), |_| Ok(7)).unwrap();
        assert_eq!((survivors.document, survivors.made), (document(), 7));
        assert!(survivors.left_out.is_empty());
    }

    #[test]
    fn the_operations_that_reach_a_bad_component_are_found() {
        let survivors = survivors(&document(), |document| {
            if document.pointer("/components/schemas/Bad").is_some() {
                bail!("Bad is bad");
            }
            Ok(())
        })
        .unwrap();
        assert_eq!(left_out(&survivors), ["#/paths/~1b/get: Bad is bad"]);
        assert_eq!(paths_of(&survivors.document), ["/a", "/c", "/d"]);
    }

    #[test]
    fn of_two_that_fail_only_together_the_later_is_left_out() {
        let survivors = survivors(&document(), |document| {
            let has = |path| paths_of(document).contains(&path);
            if has("/a") && has("/d") {
                bail!("they clash");
            }
            Ok(())
        })
        .unwrap();
        assert_eq!(left_out(&survivors), ["#/paths/~1d/get: they clash"]);
        assert!(survivors.document.pointer("/components/schemas/Lonely").is_some());
    }

    #[test]
    fn those_that_fail_together_are_left_out_together_when_it_takes_too_many_tries() {
        let of_bad = survivors_of(1, &document(), |document| {
            if document.pointer("/components/schemas/Bad").is_some() {
                bail!("Bad is bad");
            }
            Ok(())
        });
        let text = "every operation defeats the generator, the first one at #/paths/~1a/get: Bad is bad \
                    (one of 4 operations that were not tried alone, for too many fail)";
        assert_eq!(format!("{:#}", of_bad.unwrap_err()), text);

        // What works by itself is no suspect any more.
        let document = document();
        let found = &mut Vec::new();
        let attempt = |document: &Value| {
            let is_bad = paths_of(document).contains(&"/c");
            Ok(if is_bad { Err(anyhow!("/c is bad")) } else { Ok(()) })
        };
        let all: Vec<Pointer> = operations(&document).map(|operation| operation.pointer).collect();
        Search { document: &document, attempt: &attempt, tries: Cell::new(3) }.run(&[], &all, found).unwrap();
        let found: Vec<String> = found.iter().map(|(place, _)| place.to_string()).collect();
        assert_eq!(found, ["#/paths/~1c/get", "#/paths/~1d/get"]);
    }

    #[test]
    fn what_is_not_decided_is_no_fault_of_an_operation() {
        for undecided in ["/a", "/c"] {
            let error = survivors(&document(), |document| -> Result<()> {
                match paths_of(document).as_slice() {
                    [first, ..] if *first == undecided => bail!(Undecided("no time".into())),
                    _ => bail!("bad"),
                }
            });
            assert_eq!(error.unwrap_err().to_string(), "no time");
        }
    }

    #[test]
    fn a_bad_component_that_nothing_reaches_is_left_out_alone() {
        let survivors = survivors(&document(), |document| {
            if document.pointer("/components/schemas/Lonely").is_some() {
                bail!("Lonely is bad");
            }
            Ok(())
        })
        .unwrap();
        assert!(survivors.left_out.is_empty());
        assert_eq!(paths_of(&survivors.document), ["/a", "/b", "/c", "/d"]);
    }

    #[test]
    fn what_is_left_out_is_named_as_on_the_wire() {
        let operation = json!({"get": {}});
        let document = json!({"paths": {"/a/{type⁂2}/{Type}": operation, "/b": operation}});
        let of_two = survivors(&document, |document| {
            if paths_of(document).contains(&"/a/{type⁂2}/{Type}") {
                bail!("there are [a⁂2,A]");
            }
            Ok(())
        })
        .unwrap();
        assert_eq!(left_out(&of_two), ["#/paths/~1a~1{type}~1{Type}/get: there are [a,A]"]);
        assert_eq!(paths_of(&of_two.document), ["/b"]);

        let of_none = survivors(&document, |_| -> Result<()> { bail!("never") }).unwrap_err();
        let text =
            "every operation defeats the generator, the first one at #/paths/~1a~1{type}~1{Type}/get: never";
        assert_eq!(format!("{of_none:#}"), text);
    }

    #[test]
    fn what_always_fails_is_an_error() {
        let error = survivors(&document(), |_| -> Result<()> { bail!("never") }).unwrap_err();
        let text = format!("{error:#}");
        assert_eq!(text, "every operation defeats the generator, the first one at #/paths/~1a/get: never");
    }
}
