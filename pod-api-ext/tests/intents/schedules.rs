//! Ten thousand schedules in a world without sockets.
//!
//! A failure prints the seed of its schedule and what happened. To see one schedule alone:
//! `INTENT_SEED=4711 cargo test -p pod-api-ext --test intents ten_thousand -- --nocapture`.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use pod_api_ext::Error;
use pod_api_ext::clock::Clock;
use pod_api_ext::connections::behaviour::Action;
use pod_api_ext::connections::{Calls, Change, Conclusion, Connection, ListFilter, Status, UserId};

use crate::simulator::check::{Accidents, Report, Truth};
use crate::simulator::log::{Answer, Entry};
use crate::simulator::world::{Deed, Who};
use crate::simulator::{Class, Logged, Schedule, World};

const SCHEDULES: u64 = 10_000;

/// What came of one schedule.
struct Run {
    schedule: Schedule,
    log: Vec<Entry>,
    result: Result<Change, Error>,
    truth: Truth,
    checked: Result<Accidents, String>,
}

impl Run {
    /// Pursues the intent of a schedule on calls that are made of those of the world, and checks everything.
    fn of<C: Calls + 'static>(seed: u64, made_of: impl Fn(Logged<World>) -> C) -> Self {
        let schedule = Schedule::of_seed(seed);
        let world = World::new(schedule.clone());
        let logged = Logged::new(world.clone());
        let calls = made_of(logged.clone());
        let result = world.run(schedule.intent(calls, UserId::from(7)));
        let elapsed = world.now();
        let log = logged.log();
        world.play_out();
        let truth = Truth { calls: world.calls(), ledger: world.ledger(), end: world.status() };
        let report = Report { schedule: &schedule, result: &result, log: &log, elapsed };
        let checked = report.check().and_then(|()| truth.check(&report));
        Self { schedule, log, result, truth, checked }
    }

    /// Whether a remove that followed another one, with no read between, met a request of somebody and toggled it.
    fn a_second_remove_did_harm(&self) -> bool {
        let is_remove = |call: usize| self.log[call].action == Some(Action::Remove);
        self.truth.ledger.iter().any(|deed| {
            let met_a_request = matches!(deed.before, Some(Status::PendingIncoming | Status::Rejected));
            matches!(deed.who, Who::Us { call } if call > 0 && is_remove(call) && is_remove(call - 1))
                && met_a_request
                && deed.changed_something()
        })
    }

    /// Everything about it, for whoever has to find out why it went wrong.
    fn story(&self) -> String {
        let Self { schedule, log, result, truth, checked } = self;
        let mut story = format!(
            "seed {}: {}\nrun it alone: INTENT_SEED={} cargo test -p pod-api-ext --test intents ten_thousand -- --nocapture\n",
            schedule.seed,
            checked.as_ref().err().map_or("all promises kept", |broken| broken),
            schedule.seed,
        );
        writeln!(story, "{schedule:?}\ncalls:").unwrap();
        for (number, (entry, call)) in log.iter().zip(&truth.calls).enumerate() {
            let name = entry.action.map_or("find", |action| action.as_str());
            writeln!(story, "  {number} at {:?}: {name}: {:?}, {:?}", call.sent, entry.answer, call.acted)
                .unwrap();
        }
        writeln!(story, "what happened:").unwrap();
        for deed in &truth.ledger {
            let Deed { at, who, action, before, after } = deed;
            writeln!(story, "  at {at:?}: {who:?}: {action} on {before:?}: {after:?}").unwrap();
        }
        writeln!(story, "it is {:?} at the end\nthe intent says: {result:?}", truth.end).unwrap();
        story
    }
}

/// What came of the schedules of one class.
#[derive(Debug, Default)]
struct Tally {
    schedules: usize,
    reached: usize,
    other_answers: usize,
    unsettled: usize,
    errors: usize,
    unknown: usize,
    between_read_and_call: usize,
    late: usize,
    most_calls: usize,
}

/// How many unknown outcomes there may be among a thousand schedules of a class.
///
/// An outcome is unknown only if a call goes without an answer and every read from then to the deadline fails.
fn unknown_at_most(class: Class) -> usize {
    match class {
        // No call that changes something goes without an answer.
        Class::Quiet | Class::Others => 0,
        // At most three calls fail, and there are six reads at least.
        Class::Lost | Class::Late | Class::NotDone => 0,
        // A silent change takes 60 s of the 120, a silent read half of the rest; 30 s remain for a read that is answered.
        Class::Silent => 0,
        // A change with its six reads takes 22 s at most and a further read 10 s. So there are 15 reads after the first
        // change, and 13, 11 and 9 after the others, of which each takes a failure of the one before. A read fails in half
        // of the cases: 2^-15 + 2^-14 + 2^-13 + 2^-12, which is 0.5 in a thousand schedules. Five are too many by far.
        Class::Noise => 4,
        // The same with a third: 0.3 in a million.
        Class::Storm => 0,
        // The outage has to begin while the read is under way that a change follows, or the one that confirms a remove:
        // 0.4 of the first second at most. And it has to last until the last read begins, which is no earlier than 16 s
        // before the deadline: 137 of 240 s. That is 229 in a thousand; four standard deviations are 53.
        Class::Outage => 282,
        // Five reads fit into the ten seconds, of which each fails in half of the cases: 31 in a thousand if each
        // schedule sends something. Four standard deviations are 22.
        Class::Hasty => 53,
    }
}

#[test]
fn ten_thousand_schedules_keep_every_promise() {
    if let Ok(seed) = std::env::var("INTENT_SEED") {
        let run = Run::of(seed.parse().expect("INTENT_SEED is a number"), |calls| calls);
        println!("{}", run.story());
        assert!(run.checked.is_ok());
        return;
    }
    let mut tallies: BTreeMap<Class, Tally> = BTreeMap::new();
    for seed in 0..SCHEDULES {
        let run = Run::of(seed, |calls| calls);
        let Ok(accidents) = run.checked else { panic!("{}", run.story()) };
        let tally = tallies.entry(run.schedule.class).or_default();
        tally.schedules += 1;
        match &run.result {
            Ok(change) if change.is_reached() => tally.reached += 1,
            Ok(change) if change.conclusion == Conclusion::Unsettled => tally.unsettled += 1,
            Ok(_) => tally.other_answers += 1,
            Err(error) if error.outcome_unknown() => tally.unknown += 1,
            Err(_) => tally.errors += 1,
        }
        tally.between_read_and_call += accidents.between_read_and_call;
        tally.late += accidents.late;
        tally.most_calls = tally.most_calls.max(run.log.len());
    }
    for (class, tally) in &tallies {
        println!("{class:?}: {tally:?}");
    }
    for (class, tally) in &tallies {
        assert_eq!(tally.schedules, 1_000);
        assert!(tally.unknown <= unknown_at_most(*class), "{class:?}: {} unknown outcomes", tally.unknown);
        assert!(tally.reached > 100, "{class:?}: hardly a goal is reached");
        let accidents = tally.between_read_and_call + tally.late;
        assert!(
            class.has_others() || accidents == 0,
            "{class:?}: {accidents} removes that met no connection"
        );
    }
    let all = |count: fn(&Tally) -> usize| tallies.values().map(count).sum::<usize>();
    assert!(all(|tally| tally.between_read_and_call) > 0, "nobody ever came between a read and a remove");
    assert!(all(|tally| tally.late) > 0, "no remove that was taken for lost ever met something else");
    assert!(all(|tally| tally.unknown) > 0, "no outcome was unknown, so nothing was learnt of them");
}

/// Sends a change again when its answer is lost: the mistake that intents exist to avoid.
struct Resending<C>(C);

impl<C: Calls> Resending<C> {
    async fn twice<T, F: Future<Output = Result<T, Error>>>(&self, call: impl Fn() -> F) -> Result<T, Error> {
        match call().await {
            Err(error) if error.outcome_unknown() => call().await,
            answer => answer,
        }
    }
}

/// Takes a lost answer for a refusal: a mistake of another kind.
struct Concealing<C>(C);

impl<C: Calls> Concealing<C> {
    async fn once<T, F: Future<Output = Result<T, Error>>>(&self, call: impl Fn() -> F) -> Result<T, Error> {
        call().await.map_err(|error| Error::of_kind(error.kind()))
    }
}

macro_rules! mistaken {
    ($name:ident, $around:ident) => {
        impl<C: Calls> Calls for $name<C> {
            async fn find(&self, user: UserId) -> Result<Option<Connection>, Error> {
                self.0.find(user).await
            }

            async fn list(&self, filter: ListFilter) -> Result<Vec<Connection>, Error> {
                self.0.list(filter).await
            }

            async fn create(&self, user: UserId) -> Result<Connection, Error> {
                self.$around(|| self.0.create(user)).await
            }

            async fn accept(&self, user: UserId) -> Result<Connection, Error> {
                self.$around(|| self.0.accept(user)).await
            }

            async fn reject(&self, user: UserId) -> Result<Connection, Error> {
                self.$around(|| self.0.reject(user)).await
            }

            async fn remove(&self, user: UserId) -> Result<(), Error> {
                self.$around(|| self.0.remove(user)).await
            }

            fn clock(&self) -> &dyn Clock {
                self.0.clock()
            }
        }
    };
}

mistaken!(Resending, twice);
mistaken!(Concealing, once);

#[test]
fn sending_again_after_a_lost_answer_is_found_out_in_every_schedule_that_loses_one() {
    let (mut found_out, mut harm) = (0, 0);
    for seed in 0..SCHEDULES {
        let run = Run::of(seed, Resending);
        harm += usize::from(run.a_second_remove_did_harm());
        let lost_one = run.log.iter().any(|entry| entry.is_uncertain() && entry.answer != Answer::None);
        let Err(broken) = &run.checked else {
            assert!(!lost_one, "it was not found out\n{}", run.story());
            continue;
        };
        assert!(broken.contains("was sent without reading the status before"), "{}", run.story());
        assert!(run.story().contains(&format!("INTENT_SEED={seed} ")));
        found_out += 1;
    }
    assert!(found_out > 1_000, "only {found_out} schedules lost an answer");
    assert!(harm > 0, "it was against the rule and did no harm");
}

#[test]
fn taking_a_lost_answer_for_a_refusal_is_found_out() {
    let found_out = (0..SCHEDULES).filter(|&seed| {
        let run = Run::of(seed, Concealing);
        run.checked
            .is_err_and(|broken| broken.contains("may have acted") || broken.contains("the pod did it"))
    });
    assert!(found_out.count() > 1_000);
}
