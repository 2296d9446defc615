//! One thing that is timed.

use std::any::Any;
use std::sync::Arc;

use rayon::{ThreadPool, ThreadPoolBuilder};

/// Why a bench cannot run.
pub type Failure = Box<dyn std::error::Error + Send + Sync>;

/// What a run leaves behind, to be dropped when the clock has stopped.
pub type Kept = Box<dyn Any>;

/// A single run, ready to be timed.
pub type Once = Box<dyn FnOnce() -> Result<Kept, Failure> + Send>;

/// What is run again and again.
pub enum Work {
    /// As it is: a run leaves nothing that the next one would notice.
    Again(Box<dyn FnMut() -> Result<(), Failure> + Send>),
    /// Each run uses something up that must be made anew, which is not timed.
    Afresh(Box<dyn FnMut() -> Result<Once, Failure> + Send>),
}

impl Work {
    /// Runs something again and again.
    pub fn again(run: impl FnMut() -> Result<(), Failure> + Send + 'static) -> Self {
        Self::Again(Box::new(run))
    }

    /// Runs something that cannot fail.
    pub fn infallible<R>(mut run: impl FnMut() -> R + Send + 'static) -> Self {
        Self::again(move || {
            std::hint::black_box(run());
            Ok(())
        })
    }

    /// Makes something and runs it once, again and again.
    pub fn afresh<Run>(mut make: impl FnMut() -> Result<Run, Failure> + Send + 'static) -> Self
    where
        Run: FnOnce() -> Result<Kept, Failure> + Send + 'static,
    {
        Self::Afresh(Box::new(move || Ok(Box::new(make()?))))
    }
}

/// How many threads a bench may use.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Threads {
    /// One: what a change of the code costs, whatever else the machine does.
    One,
    /// All that the machine has: whether they still share the work.
    All,
}

impl Threads {
    /// A pool of so many.
    pub fn pool(self) -> Result<ThreadPool, rayon::ThreadPoolBuildError> {
        let builder = ThreadPoolBuilder::new();
        match self {
            Self::One => builder.num_threads(1).build(),
            Self::All => builder.build(),
        }
    }
}

/// Who wants to know.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Audience {
    /// Readers of criterion's report and the check.
    Everyone,
    /// Readers alone: code that users do not wait for, or a longer version of what is checked.
    Readers,
}

/// What one run computes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Amount {
    /// One thing.
    One,
    /// So many things.
    Items(u64),
    /// Floating-point operations of matrix products, a multiplication and an addition each counting.
    Flops(u64),
    /// Operations, and memory that is read and written.
    Kernel(proxyrank_nn::KernelWork),
}

type Make = dyn Fn() -> Result<Work, Failure> + Send + Sync;

/// One thing that is timed.
#[derive(Clone)]
pub struct Bench {
    /// What it belongs to.
    pub group: &'static str,
    /// Its name in the group.
    pub name: String,
    /// How many threads it may use.
    pub threads: Threads,
    /// Who wants to know.
    pub audience: Audience,
    /// What one run computes.
    pub amount: Amount,
    make: Arc<Make>,
}

impl Bench {
    /// A bench for everyone, of one thing on one thread.
    pub fn new(
        group: &'static str,
        name: impl Into<String>,
        make: impl Fn() -> Result<Work, Failure> + Send + Sync + 'static,
    ) -> Self {
        Self {
            group,
            name: name.into(),
            threads: Threads::One,
            audience: Audience::Everyone,
            amount: Amount::One,
            make: Arc::new(make),
        }
    }

    /// The same on some threads.
    #[must_use]
    pub const fn on(mut self, threads: Threads) -> Self {
        self.threads = threads;
        self
    }

    /// The same of some amount.
    #[must_use]
    pub const fn of(mut self, amount: Amount) -> Self {
        self.amount = amount;
        self
    }

    /// The same for readers alone.
    #[must_use]
    pub const fn for_readers(mut self) -> Self {
        self.audience = Audience::Readers;
        self
    }

    /// Its name among all: `group/name`.
    pub fn id(&self) -> String {
        format!("{}/{}", self.group, self.name)
    }

    /// Makes what it needs, and runs it once, so that whatever can go wrong has gone wrong.
    pub fn start(&self) -> Result<Work, Failure> {
        let mut work = (self.make)()?;
        match &mut work {
            Work::Again(run) => run()?,
            Work::Afresh(make) => drop(make()?()?),
        }
        Ok(work)
    }
}
