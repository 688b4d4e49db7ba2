//! Two hundred schedules over sockets.

use std::sync::Arc;
use std::time::Duration;

use pod_api_ext::connections::{Calls, Conclusion};
use pod_api_ext::fake::{FakePod, Operation, State, User};
use pod_api_ext::retry::Never;
use pod_api_ext::{Error, Pod, reqwest};

use crate::simulator::check::Report;
use crate::simulator::log::{Answer, Entry};
use crate::simulator::sockets::{LeapingClock, Troubled};
use crate::simulator::{Class, Logged, Schedule};

/// The classes that a pod over sockets can be made to follow.
const OVER_SOCKETS: [Class; 5] = [Class::Quiet, Class::Others, Class::Lost, Class::Late, Class::NotDone];

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn two_hundred_schedules_keep_every_promise_over_sockets() {
    let schedules = (0..).map(Schedule::of_seed).filter(|schedule| OVER_SOCKETS.contains(&schedule.class));
    let mut schedules = schedules.take(200);
    let mut running = tokio::task::JoinSet::new();
    let mut acted_late = 0;
    loop {
        while running.len() < 16
            && let Some(schedule) = schedules.next()
        {
            running.spawn(over_sockets(schedule));
        }
        let Some(done) = running.join_next().await else { break };
        acted_late += done.unwrap();
    }
    println!("{acted_late} requests acted late");
    assert!(acted_late > 0, "no request acted after its caller had given up on it");
}

/// Pursues the intent of a schedule on a pod. How many requests acted late.
async fn over_sockets(schedule: Schedule) -> usize {
    let mut state = State::new();
    state.remove_rule = schedule.rule;
    let user = |name| if schedule.one_pod { User::new(name).on_pod("acme") } else { User::new(name) };
    let (alice, bob) = (state.add_user(user("alice")), state.add_user(user("bob")));
    if let Some(status) = schedule.start.clone().filter(|_| !schedule.one_pod) {
        state.connect(alice, bob, status);
    }
    let fake = FakePod::serve(state).await.unwrap();
    // Only a request that acts late has to be waited for; a busy machine must not look like it.
    let timeout = if schedule.class == Class::Late { 400 } else { 20_000 };
    // Reading the certificates of the machine two hundred times would take most of the time.
    let http = reqwest::Client::builder().tls_certs_only([]);
    let pod = Pod::builder(fake.url())
        .http(http)
        .session(fake.session_for(alice))
        .timeout(Duration::from_millis(timeout))
        .clock(LeapingClock::default());
    let pod = if schedule.seed.is_multiple_of(2) { pod.retry(Never) } else { pod }.build().unwrap();

    let calls = Arc::new(Logged::new(Troubled::new(schedule.clone(), &fake, &pod, alice)));
    let begun = calls.clock().now();
    let result = schedule.intent(calls.clone(), bob).await;
    let (log, elapsed) = (calls.log(), calls.clock().now() - begun);
    let report = Report { schedule: &schedule, result: &result, log: &log, elapsed };
    let checked = report.check().and_then(|()| match schedule.class {
        Class::Late => Ok(()),
        _ => report.reaches_what_can_be_reached(),
    });
    if let Err(broken) = checked {
        panic!("{broken}\nover sockets, seed {}: {report:#?}\n{:#?}", schedule.seed, fake.requests());
    }
    let is_unknown = result.as_ref().is_err_and(Error::outcome_unknown);
    // Where calls have a short time, more of them than planned may fail on a busy machine.
    assert!(!is_unknown || schedule.class == Class::Late, "at most three calls fail: {report:#?}");
    if let Ok(change) = &result
        && !schedule.class.has_others()
        && change.conclusion != Conclusion::Unsettled
    {
        assert_eq!(
            fake.status(alice, bob),
            change.after,
            "over sockets, seed {}: {report:#?}",
            schedule.seed
        );
    }
    if schedule.class != Class::Late {
        return 0;
    }
    let acted =
        fake.requests().iter().filter(|request| request.acted && request.operation != Operation::Get).count();
    let answered =
        |entry: &&Entry| matches!(entry.answer, Answer::Status(_) | Answer::Done) && entry.action.is_some();
    acted - log.iter().filter(answered).count()
}
