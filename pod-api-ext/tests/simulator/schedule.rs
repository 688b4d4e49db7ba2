//! What happens to an intent: drawn from a seed, so that a seed is all it takes to see it again.

use std::collections::BTreeMap;
use std::time::Duration;

use fastrand::Rng;
use pod_api_ext::ErrorKind;
use pod_api_ext::connections::behaviour::Action;
use pod_api_ext::connections::{Calls, Ensure, Goal, Status, UserId};
use pod_api_ext::fake::RemoveRule;

use super::world::Who;

/// What kind of trouble there is. Each class promises something of its own.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Class {
    /// None.
    Quiet,
    /// Other people act at the same time, some of them between a read and the call that it leads to.
    Others,
    /// Up to three calls go without an answer, done or not.
    Lost,
    /// Up to three calls go without an answer, and act up to 7 seconds after they were given up on.
    Late,
    /// Up to two calls are never answered, done or not.
    Silent,
    /// Up to two calls are not carried out: 429, 401, 503 with `Retry-After`, no connection.
    NotDone,
    /// Half of all calls go wrong, the first excepted, each within two seconds.
    Noise,
    /// A third of all calls go wrong, some act up to a minute late, and other people act as well.
    Storm,
    /// From some moment in the first second on, for up to four minutes, nothing is answered.
    Outage,
    /// There are ten seconds. No change is answered, and of the later reads only each second.
    Hasty,
}

impl Class {
    pub(crate) const ALL: [Self; 10] = [
        Self::Quiet,
        Self::Others,
        Self::Lost,
        Self::Late,
        Self::Silent,
        Self::NotDone,
        Self::Noise,
        Self::Storm,
        Self::Outage,
        Self::Hasty,
    ];

    pub(crate) fn has_others(self) -> bool {
        matches!(self, Self::Others | Self::Storm)
    }
}

/// What becomes of a call.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Fate {
    /// The pod gets it after so long, and its answer takes so long.
    Answered { arrival: Duration, answer: Duration },
    /// The same, but the caller gets no answer that tells anything. Perhaps the pod did not even get the call.
    Lost { acts: bool, arrival: Duration, answer: Duration, kind: ErrorKind },
    /// The caller gives up after so long, and the pod gets it so much later.
    Late { given_up: Duration, late: Duration, kind: ErrorKind },
    /// The pod, or what is before it, answers that it was not carried out.
    NotDone { kind: ErrorKind, retry_after: Duration },
    /// There is no answer, ever.
    Silent { acts: bool },
}

#[derive(Clone, Debug)]
pub(crate) struct Schedule {
    pub(crate) seed: u64,
    pub(crate) class: Class,
    pub(crate) goal: Goal,
    pub(crate) start: Option<Status>,
    /// Whether both users are on one private pod.
    pub(crate) one_pod: bool,
    pub(crate) rule: RemoveRule,
    pub(crate) ask_again: bool,
    pub(crate) deadline: Duration,
    /// Whether the intent is told the status at the start and need not read it.
    pub(crate) is_told: bool,
    /// What others do, and when.
    pub(crate) others: Vec<(Duration, Who, Action)>,
    /// What others do just before the call of a number reaches the pod.
    pub(crate) interference: BTreeMap<usize, Vec<(Who, Action)>>,
    /// What becomes of single calls. All the others share the fate of their class.
    pub(crate) fates: BTreeMap<usize, Fate>,
    /// When nothing is answered.
    outage: (Duration, Duration),
    rng: Rng,
}

impl Schedule {
    pub(crate) fn of_seed(seed: u64) -> Self {
        let class = Class::ALL[usize::try_from(seed % 10).unwrap()];
        let mut rng = Rng::with_seed(seed);
        let one_pod = rng.u8(..20) == 0;
        let (goal, start) = beginning(&mut rng);
        let start = if one_pod { Some(Status::Accepted) } else { start };
        let mut schedule = Self {
            seed,
            class,
            goal,
            start,
            one_pod,
            rule: if rng.bool() { RemoveRule::Table } else { RemoveRule::ConnectedOnly },
            ask_again: rng.bool(),
            deadline: Duration::from_secs(if class == Class::Hasty { 10 } else { 120 }),
            is_told: rng.u8(..8) == 0,
            others: Vec::new(),
            interference: BTreeMap::new(),
            fates: BTreeMap::new(),
            outage: (Duration::ZERO, Duration::ZERO),
            rng,
        };
        schedule.draw_trouble();
        schedule
    }

    /// The intent that is to be pursued.
    pub(crate) fn intent<C: Calls>(&self, calls: C, user: UserId) -> Ensure<C> {
        let mut intent = Ensure::new(calls, user, self.goal).deadline(self.deadline);
        if self.ask_again {
            intent = intent.ask_again();
        }
        match self.told() {
            Some(status) => intent.starting_from(status),
            None => intent,
        }
    }

    /// The status that the intent is told at the start, if it is told one.
    pub(crate) fn told(&self) -> Option<Option<Status>> {
        self.is_told.then(|| self.start.clone())
    }

    fn draw_trouble(&mut self) {
        if self.class.has_others() {
            self.draw_others();
        }
        let (most, draw): (usize, fn(&mut Rng) -> Fate) = match self.class {
            Class::Lost => (3, lost),
            Class::Late => (3, |rng| late(rng, 7_000)),
            Class::Silent => (2, |rng| Fate::Silent { acts: rng.bool() }),
            Class::NotDone => (2, not_done),
            _ => (0, lost),
        };
        for _ in 0..most {
            // The call of number 1 is the first that follows a read, so something is to happen to it.
            let call = match self.rng.u8(..20) {
                0 => 0,
                1..10 => 1,
                _ => self.rng.usize(2..8),
            };
            let fate = draw(&mut self.rng);
            self.fates.insert(call, fate);
        }
        if self.class == Class::Outage {
            let from = self.rng.u64(..1_000);
            let length = self.rng.u64(..240_000);
            self.outage = (Duration::from_millis(from), Duration::from_millis(from + length));
        }
    }

    fn draw_others(&mut self) {
        use Action::{Accept, Create, Reject, Remove};
        use Who::{OtherUser, SameUser};

        let rng = &mut self.rng;
        for _ in 0..rng.usize(..5) {
            let range = [1_000, 20_000, 60_000][rng.usize(..3)];
            let at = Duration::from_millis(rng.u64(..range));
            let deed = somebody(rng);
            self.others.push((at, deed.0, deed.1));
        }
        if self.class == Class::Storm {
            // Meanwhile the other user asks anew: what a remove meets that was taken for lost.
            self.others.push((Duration::from_millis(rng.u64(8_000..40_000)), OtherUser, Create));
        }
        let scripts: [&[(Who, Action)]; 6] = [
            &[(OtherUser, Remove)],
            &[(OtherUser, Remove), (OtherUser, Create)],
            &[(OtherUser, Remove), (OtherUser, Create), (SameUser, Reject)],
            &[(SameUser, Accept)],
            &[(SameUser, Reject)],
            &[(OtherUser, Create)],
        ];
        for _ in 0..rng.usize(..4) {
            let call = if rng.bool() { 1 } else { rng.usize(..6) };
            let script = if rng.u8(..4) > 0 { scripts[rng.usize(..6)].to_vec() } else { vec![somebody(rng)] };
            self.interference.insert(call, script);
        }
    }

    /// What becomes of a call that is sent now.
    pub(crate) fn fate(&mut self, call: usize, now: Duration, changes: bool) -> Fate {
        if let Some(fate) = self.fates.get(&call) {
            return *fate;
        }
        let rng = &mut self.rng;
        match self.class {
            Class::Noise if call > 0 && rng.bool() => {
                if rng.u8(..8) == 0 {
                    not_done(rng)
                } else {
                    lost(rng)
                }
            }
            Class::Storm if rng.u8(..3) == 0 => match rng.u8(..4) {
                0 => not_done(rng),
                1 | 2 => late(rng, 60_000),
                _ => lost(rng),
            },
            Class::Outage if self.outage.0 <= now && now < self.outage.1 => {
                if rng.bool() {
                    lost(rng)
                } else {
                    Fate::Silent { acts: rng.bool() }
                }
            }
            Class::Hasty if call > 0 && (changes || rng.bool()) => Fate::Lost {
                acts: rng.bool(),
                arrival: millis(rng, 250),
                answer: millis(rng, 250),
                kind: ErrorKind::Timeout,
            },
            _ => Fate::Answered { arrival: millis(rng, 100), answer: millis(rng, 100) },
        }
    }
}

/// Half of the time any goal from any status; half of the time one for which something has to be sent.
fn beginning(rng: &mut Rng) -> (Goal, Option<Status>) {
    use Status::{Accepted, PendingIncoming, PendingOutgoing, Rejected};
    if rng.bool() {
        let statuses = [None, Some(PendingOutgoing), Some(PendingIncoming), Some(Accepted), Some(Rejected)];
        let snoozed = Some(Status::from("SNOOZED"));
        let start = if rng.u8(..20) == 0 { snoozed } else { statuses[rng.usize(..5)].clone() };
        return (Goal::ALL[rng.usize(..4)], start);
    }
    match rng.u8(..10) {
        0..5 => (Goal::Absent, Some(Accepted)),
        5 => (Goal::Absent, Some(PendingIncoming)),
        6 => (Goal::Requested, None),
        7 => (Goal::Connected, Some(PendingIncoming)),
        8 => (Goal::Rejected, Some(PendingIncoming)),
        _ => (Goal::Connected, Some(Rejected)),
    }
}

fn millis(rng: &mut Rng, most: u64) -> Duration {
    Duration::from_millis(rng.u64(1..=most))
}

fn somebody(rng: &mut Rng) -> (Who, Action) {
    let who = if rng.bool() { Who::OtherUser } else { Who::SameUser };
    (who, Action::ALL[rng.usize(..4)])
}

/// A lost request, a lost answer, or an answer that tells nothing, such as a 5xx before or after acting.
fn lost(rng: &mut Rng) -> Fate {
    let kinds = [ErrorKind::Transport, ErrorKind::Timeout, ErrorKind::Server, ErrorKind::Undecodable];
    Fate::Lost {
        acts: rng.bool(),
        arrival: millis(rng, 1_000),
        answer: millis(rng, 1_000),
        kind: kinds[rng.usize(..4)],
    }
}

fn late(rng: &mut Rng, latest: u64) -> Fate {
    Fate::Late { given_up: millis(rng, 2_000), late: millis(rng, latest), kind: ErrorKind::Timeout }
}

fn not_done(rng: &mut Rng) -> Fate {
    let (kind, retry_after) = [
        (ErrorKind::RateLimited, 2),
        (ErrorKind::RateLimited, 0),
        (ErrorKind::InvalidSession, 0),
        (ErrorKind::Server, 3),
        (ErrorKind::Connect, 0),
    ][rng.usize(..5)];
    Fate::NotDone { kind, retry_after: Duration::from_secs(retry_after) }
}
