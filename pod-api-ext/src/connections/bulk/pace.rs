//! The rate of a run: a pure function of time and of the pod's answers.
//!
//! Users start at even intervals. A 429 pauses all calls until the time that the pod names, and halves the rate. Then
//! the rate recovers, by the full rate in five minutes.

use std::time::{Duration, Instant};

/// How long the rate takes to recover from zero to the full rate, in seconds.
const RECOVERY: f64 = 300.0;

/// The rate is never less than this part of the full one.
const LEAST: f64 = 1.0 / 64.0;

/// How long to pause at the full rate if the pod names no time. The pause doubles where the rate is halved.
const PAUSE: Duration = Duration::from_secs(1);

#[derive(Debug)]
pub(super) struct Pace {
    /// The interval between two users at the full rate.
    interval: Duration,
    /// The part of the full rate that was left at `since`.
    share: f64,
    since: Instant,
    /// When the next user may begin.
    next: Instant,
    /// When calls may be sent again. In the past: now.
    resumes: Instant,
    /// The length of all pauses up to that moment.
    paused: Duration,
    /// When the rate was halved last.
    halved: Option<Instant>,
}

impl Pace {
    pub(super) fn new(interval: Duration, now: Instant) -> Self {
        Self {
            interval,
            share: 1.0,
            since: now,
            next: now,
            resumes: now,
            paused: Duration::ZERO,
            halved: None,
        }
    }

    /// How long the next user has to wait. Zero if it can start.
    pub(super) fn until_turn(&self, now: Instant) -> Duration {
        self.next.saturating_duration_since(now)
    }

    /// A user starts.
    pub(super) fn take_turn(&mut self, now: Instant) {
        self.next = after(now, self.spacing(now));
    }

    /// How long every call has to wait. Zero if there is no pause.
    pub(super) fn until_resumed(&self, now: Instant) -> Duration {
        self.resumes.saturating_duration_since(now)
    }

    /// How long the pauses have lasted so far.
    pub(super) fn paused(&self, now: Instant) -> Duration {
        self.paused.saturating_sub(self.until_resumed(now))
    }

    /// The pod has answered 429 to a call that was sent at that time. It may have named a wait.
    pub(super) fn throttled(&mut self, sent: Instant, now: Instant, asked_for: Option<Duration>) {
        // Calls in flight at the first 429 are refused for the same reason, which counts once.
        if self.halved.is_none_or(|halved| sent > halved) {
            self.share = (self.share(now) / 2.0).max(LEAST);
            self.halved = Some(now);
        }
        let wait = asked_for.filter(|wait| !wait.is_zero()).unwrap_or_else(|| PAUSE.div_f64(self.share));
        let resumes = after(now, wait);
        if resumes > self.resumes {
            self.paused += resumes.saturating_duration_since(self.resumes.max(now));
            self.resumes = resumes;
        }
        self.since = self.resumes;
        // The calls that were stopped go first.
        self.next = after(self.resumes, self.spacing(self.resumes));
    }

    fn spacing(&self, now: Instant) -> Duration {
        self.interval.div_f64(self.share(now))
    }

    /// The part of the full rate that is in force.
    fn share(&self, now: Instant) -> f64 {
        let recovered = now.saturating_duration_since(self.since).as_secs_f64() / RECOVERY;
        (self.share + recovered).min(1.0)
    }
}

/// Falls back to now where the sum is out of range.
fn after(now: Instant, wait: Duration) -> Instant {
    now.checked_add(wait).unwrap_or(now)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const SECOND: Duration = Duration::from_secs(1);

    /// A clock that a test advances.
    struct Time(Instant);

    impl Time {
        /// The start times of the next `count` users, counted from the first.
        fn begin(&mut self, pace: &mut Pace, count: u32) -> Vec<Duration> {
            let times: Vec<_> = (0..count)
                .map(|_| {
                    self.0 += pace.until_turn(self.0);
                    pace.take_turn(self.0);
                    self.0
                })
                .collect();
            times.iter().map(|time| *time - times[0]).collect()
        }
    }

    fn three_a_second() -> (Time, Pace) {
        let now = Instant::now();
        (Time(now), Pace::new(SECOND / 3, now))
    }

    #[test]
    fn users_begin_at_even_intervals() {
        let (mut time, mut pace) = three_a_second();
        let begun = time.begin(&mut pace, 4);
        assert_eq!(begun, [0, 1, 2, 3].map(|third| SECOND / 3 * third));
    }

    #[test]
    fn who_comes_late_does_not_make_up_for_it() {
        let (mut time, mut pace) = three_a_second();
        time.begin(&mut pace, 1);
        time.0 += 60 * SECOND;
        assert_eq!(time.begin(&mut pace, 3), [0, 1, 2].map(|third| SECOND / 3 * third));
    }

    #[test]
    fn a_429_stops_everybody_for_as_long_as_the_pod_asks() {
        let (mut time, mut pace) = three_a_second();
        let sent = time.0;
        time.0 += SECOND;
        pace.throttled(sent, time.0, Some(30 * SECOND));
        assert_eq!(pace.until_resumed(time.0), 30 * SECOND);
        // At half the rate: the calls that were stopped go first.
        assert_eq!(pace.until_turn(time.0), 30 * SECOND + SECOND / 3 * 2);
        time.0 += 30 * SECOND;
        assert_eq!(pace.until_resumed(time.0), Duration::ZERO);
    }

    #[test]
    fn pauses_grow_if_the_pod_does_not_say_how_long() {
        let (mut time, mut pace) = three_a_second();
        let mut pauses = Vec::new();
        for _ in 0..8 {
            time.0 += pace.until_resumed(time.0);
            let sent = time.0;
            // So soon that the rate has hardly recovered.
            time.0 += Duration::from_nanos(1);
            pace.throttled(sent, time.0, None);
            pauses.push(pace.until_resumed(time.0).as_secs_f64().round());
        }
        assert_eq!(pauses, [2.0, 4.0, 8.0, 16.0, 32.0, 64.0, 64.0, 64.0]);
    }

    #[test]
    fn a_wait_of_zero_is_no_wait_that_the_pod_asks_for() {
        let (time, mut pace) = three_a_second();
        pace.throttled(time.0, time.0, Some(Duration::ZERO));
        assert_eq!(pace.until_resumed(time.0), 2 * SECOND);
    }

    #[test]
    fn the_rate_recovers_in_five_minutes_and_no_further() {
        let (mut time, mut pace) = three_a_second();
        pace.throttled(time.0, time.0, Some(SECOND));
        time.0 += SECOND;
        for (seconds, share) in [(0, 0.5), (30, 0.6), (120, 0.9), (150, 1.0), (3600, 1.0)] {
            let then = time.0 + seconds * SECOND;
            assert!((pace.share(then) - share).abs() < 1e-9, "{seconds} s: {}", pace.share(then));
        }
    }

    #[test]
    fn a_moment_that_no_clock_has_stops_nobody() {
        let (time, mut pace) = three_a_second();
        pace.throttled(time.0, time.0, Some(Duration::MAX));
        assert_eq!(pace.until_resumed(time.0), Duration::ZERO);
    }

    /// What happens to a pace: time passes, users begin, calls are refused.
    #[derive(Clone, Debug)]
    enum Event {
        Passes(u64),
        Begins,
        /// A call that was sent so long ago is refused, and the pod asks to wait.
        Refused {
            ago: u64,
            asks: Option<u64>,
        },
    }

    fn events() -> impl Strategy<Value = Vec<Event>> {
        let event = prop_oneof![
            (0_u64..20_000).prop_map(Event::Passes),
            Just(Event::Begins),
            (0_u64..5_000, prop::option::of(0_u64..60_000))
                .prop_map(|(ago, asks)| Event::Refused { ago, asks }),
        ];
        prop::collection::vec(event, 0..200)
    }

    proptest! {
        #[test]
        fn whatever_happens_the_laws_hold(events in events()) {
            let milliseconds = Duration::from_millis;
            let interval = SECOND / 3;
            let begin = Instant::now() + 10 * SECOND;
            let mut now = begin;
            let mut pace = Pace::new(interval, now);
            let mut last_turn = None::<Instant>;
            let mut standstill = Duration::ZERO;
            for event in events {
                match event {
                    Event::Passes(time) => {
                        let stopped = pace.until_resumed(now).min(milliseconds(time));
                        standstill += stopped;
                        now += milliseconds(time);
                    }
                    Event::Begins if pace.until_turn(now).is_zero() => {
                        // Never faster than the full rate, and never in a pause.
                        prop_assert!(last_turn.is_none_or(|last| now - last >= interval));
                        prop_assert_eq!(pace.until_resumed(now), Duration::ZERO);
                        pace.take_turn(now);
                        last_turn = Some(now);
                    }
                    Event::Begins => {}
                    Event::Refused { ago, asks } => {
                        let before = pace.share(now);
                        let asks = asks.map(milliseconds);
                        pace.throttled(now - milliseconds(ago), now, asks);
                        prop_assert!(pace.until_resumed(now) >= asks.unwrap_or_default());
                        let after = pace.share(now);
                        prop_assert!(after <= before && after >= (before / 2.0).max(LEAST) - 1e-9 || ago > 0);
                    }
                }
                prop_assert!((LEAST..=1.0).contains(&pace.share(now)));
                // The clock of the calls stops in pauses and at no other time.
                prop_assert_eq!(pace.paused(now), standstill);
                // No user waits longer than the pause and 64 times the interval.
                prop_assert!(pace.until_turn(now) <= pace.until_resumed(now) + interval * 65);
            }
        }
    }
}
