//! When to ask again: exponential waiting with jitter, a server's `Retry-After` where it gives one.

use std::hash::{BuildHasher, Hasher, RandomState};
use std::time::{Duration, Instant};

use super::error::Fault;
use super::stop::Stop;

/// How patient a download is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct RetryPolicy {
    /// Attempts in a row that bring nothing worth speaking of before it is given up.
    pub attempts: u32,
    /// Wait after the first failure; it doubles with each further one.
    pub first_wait: Duration,
    /// Longest wait between two attempts.
    pub longest_wait: Duration,
    /// Longest `Retry-After` that is obeyed; a server that asks for more is given up.
    pub longest_retry_after: Duration,
}

impl Default for RetryPolicy {
    fn default() -> Self {
        Self {
            attempts: 6,
            first_wait: Duration::from_millis(500),
            longest_wait: Duration::from_secs(30),
            longest_retry_after: Duration::from_mins(5),
        }
    }
}

/// Attempts at a server that cannot be reached at all: a machine without a network should hear so at once.
const ATTEMPTS_UNREACHABLE: u32 = 2;

/// How often it was tried, and what came of it.
pub(crate) struct Tried<T> {
    pub(crate) attempts: u32,
    pub(crate) result: Result<T, Fault>,
}

impl RetryPolicy {
    /// Tries until it succeeds, fails for good, or runs out of patience. An attempt says with its second value
    /// whether it got much further than any before; then the failures before it are forgotten.
    pub(crate) fn run<T>(
        &self,
        stop: &Stop,
        mut announce: impl FnMut(&Fault, Duration),
        mut attempt: impl FnMut() -> (Result<T, Fault>, Advance),
    ) -> Tried<T> {
        let mut attempts = 0;
        let mut failures = 0;
        loop {
            if let Err(fault) = stop.check() {
                return Tried { attempts, result: Err(fault) };
            }
            attempts += 1;
            let (result, advance) = attempt();
            let fault = match result {
                Ok(value) => return Tried { attempts, result: Ok(value) },
                Err(fault) => fault,
            };
            failures = if advance == Advance::Further { 1 } else { failures + 1 };
            let Some(wait) = self.wait(&fault, failures) else {
                return Tried { attempts, result: Err(fault) };
            };
            if let Err(fault) = stop.check() {
                return Tried { attempts, result: Err(fault) };
            }
            announce(&fault, wait);
            if !sleep_unless(stop, wait) {
                return Tried { attempts, result: Err(Fault::Abandoned) };
            }
        }
    }

    /// How long to wait after the given number of failures in a row; `None` to give up.
    fn wait(&self, fault: &Fault, failures: u32) -> Option<Duration> {
        let limit = match fault {
            Fault::Unreachable(_) => self.attempts.min(ATTEMPTS_UNREACHABLE),
            _ => self.attempts,
        };
        if !fault.is_passing() || failures >= limit {
            return None;
        }
        if let Fault::Status { retry_after: Some(asked), .. } = fault {
            return (*asked <= self.longest_retry_after).then_some(*asked);
        }
        let doubled = self.first_wait.saturating_mul(1 << (failures - 1).min(20));
        Some(doubled.min(self.longest_wait).mul_f64(jitter()))
    }
}

/// Whether an attempt got much further than any before.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Advance {
    Further,
    NoFurther,
}

/// A factor in [0.5, 1.5): clients that failed together should not come back together. The standard library's
/// per-process hash key is random enough for that.
fn jitter() -> f64 {
    let random = RandomState::new().build_hasher().finish();
    0.5 + (random >> 11) as f64 / (1_u64 << 53) as f64
}

/// Sleeps; returns early and false when told to stop.
pub(crate) fn sleep_unless(stop: &Stop, wait: Duration) -> bool {
    let end = Instant::now() + wait;
    loop {
        if stop.is_up() {
            return false;
        }
        let left = end.saturating_duration_since(Instant::now());
        if left.is_zero() {
            return true;
        }
        std::thread::sleep(left.min(Duration::from_millis(50)));
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::*;

    fn policy() -> RetryPolicy {
        RetryPolicy { first_wait: Duration::ZERO, attempts: 3, ..RetryPolicy::default() }
    }

    fn run(mut faults: Vec<(Option<Fault>, Advance)>) -> Tried<()> {
        faults.reverse();
        policy().run(
            &Stop::new(Arc::default()),
            |_, _| {},
            || match faults.pop() {
                Some((Some(fault), advance)) => (Err(fault), advance),
                Some((None, advance)) => (Ok(()), advance),
                None => (Err(Fault::Redirects), Advance::NoFurther),
            },
        )
    }

    const STALLED: Option<Fault> = Some(Fault::Stalled(Duration::ZERO));

    #[test]
    fn a_passing_fault_is_tried_again_up_to_the_limit() {
        use Advance::{Further, NoFurther};
        assert!(run(vec![(STALLED, NoFurther), (None, NoFurther)]).result.is_ok());
        let tried = run(vec![(STALLED, NoFurther), (STALLED, NoFurther), (STALLED, NoFurther)]);
        assert!(matches!(tried.result, Err(Fault::Stalled(_))));
        assert_eq!(tried.attempts, 3);
        let tried = run(vec![
            (STALLED, NoFurther),
            (STALLED, NoFurther),
            (STALLED, Further),
            (STALLED, Further),
            (None, Further),
        ]);
        assert!(tried.result.is_ok(), "attempts that get further do not use up the patience");
    }

    #[test]
    fn a_lasting_fault_is_final() {
        assert_eq!(run(vec![(Some(Fault::Redirects), Advance::NoFurther)]).attempts, 1);
        let unreachable = || Some(Fault::Unreachable("refused".into()));
        let tried = run(vec![(unreachable(), Advance::NoFurther), (unreachable(), Advance::NoFurther)]);
        assert_eq!(tried.attempts, 2);
    }

    #[test]
    fn waits_double_and_obey_the_server() {
        let policy = RetryPolicy::default();
        let stall = Fault::Stalled(Duration::ZERO);
        for (failures, expected) in [(1, 0.5), (2, 1.0), (3, 2.0)] {
            let wait = policy.wait(&stall, failures).unwrap().as_secs_f64();
            assert!((expected * 0.5..expected * 1.5).contains(&wait), "{failures}: {wait}");
        }
        let asks = |secs| Fault::Status { code: 429, retry_after: Some(Duration::from_secs(secs)) };
        assert_eq!(policy.wait(&asks(7), 1), Some(Duration::from_secs(7)));
        assert_eq!(policy.wait(&asks(7000), 1), None);
    }
}
