//! Which schemas came out wider than they went in, followed through references.

use std::collections::HashSet;

use crate::lower::references::References;
use crate::pointer::Pointer;
use crate::report::{Refusal, Refusals};

/// The referenced schemas that are wider than they were, by their index among the targets.
#[derive(Debug, Default)]
pub(super) struct Widening(HashSet<usize>);

impl Widening {
    pub(super) fn contains(&self, target: usize) -> bool {
        self.0.contains(&target)
    }
}

/// What the referenced schemas hold: which of them were widened, and what each refers to.
#[derive(Debug, Default)]
pub(super) struct Graph {
    widened: Vec<usize>,
    edges: Vec<Edge>,
    places: Vec<Pointer>,
}

/// `from` holds a reference to `to`, or the schema itself.
#[derive(Clone, Copy, Debug)]
struct Edge {
    from: usize,
    to: usize,
    /// Whether both describe the same value, as through `allOf`, and not a part of it, as through `properties`.
    in_place: bool,
}

impl Graph {
    pub(super) fn of(references: &References) -> Self {
        Self { places: references.targets.iter().map(|t| t.place.clone()).collect(), ..Self::default() }
    }

    pub(super) fn widen(&mut self, owner: Option<usize>) {
        self.widened.extend(owner);
    }

    pub(super) fn link(&mut self, owner: Option<usize>, to: usize, in_place: bool) {
        if let Some(from) = owner {
            self.edges.push(Edge { from, to, in_place });
        }
    }

    /// Follows the references.
    ///
    /// # Errors
    ///
    /// Schemas that refer to themselves without a part of the value in between: no value could ever be judged.
    pub(super) fn close(&self) -> Result<Widening, Refusals> {
        self.refuse_circles()?;
        let mut users: Vec<Vec<usize>> = vec![Vec::new(); self.places.len()];
        for edge in &self.edges {
            if let Some(users) = users.get_mut(edge.to) {
                users.push(edge.from);
            }
        }
        let mut widened = HashSet::new();
        let mut open = self.widened.clone();
        while let Some(target) = open.pop() {
            if widened.insert(target) {
                open.extend(users.get(target).into_iter().flatten());
            }
        }
        Ok(Widening(widened))
    }

    /// What remains after taking away, again and again, every target that refers to none in place, is circles and
    /// what leads into them.
    fn refuse_circles(&self) -> Result<(), Refusals> {
        let mut outgoing = vec![0usize; self.places.len()];
        let mut users: Vec<Vec<usize>> = vec![Vec::new(); self.places.len()];
        for edge in self.edges.iter().filter(|edge| edge.in_place) {
            if let (Some(count), Some(users)) = (outgoing.get_mut(edge.from), users.get_mut(edge.to)) {
                *count += 1;
                users.push(edge.from);
            }
        }
        let mut ends: Vec<usize> =
            outgoing.iter().enumerate().filter(|(_, count)| **count == 0).map(|(index, _)| index).collect();
        while let Some(end) = ends.pop() {
            for user in users.get(end).into_iter().flatten() {
                if let Some(count) = outgoing.get_mut(*user) {
                    *count -= 1;
                    if *count == 0 {
                        ends.push(*user);
                    }
                }
            }
        }
        let left: HashSet<usize> =
            outgoing.iter().enumerate().filter(|(_, count)| **count > 0).map(|(index, _)| index).collect();
        let refusals = self.circles(&left);
        if refusals.is_empty() { Ok(()) } else { Err(super::sorted(refusals)) }
    }

    /// One refusal for each circle among `left`, in which every target leads to another.
    fn circles(&self, left: &HashSet<usize>) -> Vec<Refusal> {
        let mut next: Vec<Option<usize>> = vec![None; self.places.len()];
        for edge in self.edges.iter().filter(|e| e.in_place && left.contains(&e.from) && left.contains(&e.to))
        {
            if let Some(next) = next.get_mut(edge.from) {
                next.get_or_insert(edge.to);
            }
        }
        let mut seen = HashSet::new();
        let mut refusals = Vec::new();
        let mut starts: Vec<usize> = left.iter().copied().collect();
        starts.sort_unstable();
        for start in starts {
            let mut path = Vec::new();
            let mut here = Some(start);
            while let Some(target) = here.filter(|target| seen.insert(*target)) {
                path.push(target);
                here = next.get(target).copied().flatten();
            }
            let Some(position) = here.and_then(|end| path.iter().position(|target| *target == end)) else {
                continue;
            };
            let circle: Vec<&Pointer> =
                path.iter().skip(position).filter_map(|target| self.places.get(*target)).collect();
            let Some(pointer) = circle.first() else { continue };
            let way: Vec<String> = circle.iter().chain(circle.first()).map(ToString::to_string).collect();
            refusals.push(Refusal {
                pointer: (*pointer).clone(),
                text: format!(
                    "this schema refers to itself without end ({}); put a property or an item in between, or remove the reference.",
                    way.join(" -> ")
                ),
            });
        }
        refusals
    }
}
