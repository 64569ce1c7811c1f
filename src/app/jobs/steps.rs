//! Counts what is done job by job or row by row, for the test that an event does not walk
//! through all of them.

#[cfg(test)]
thread_local! {
    static STEPS: std::cell::Cell<usize> = const { std::cell::Cell::new(0) };
}

/// One job or row was visited.
pub(super) fn step() {
    #[cfg(test)]
    STEPS.with(|steps| steps.set(steps.get() + 1));
}

/// Begins to count on this thread.
#[cfg(test)]
pub fn reset() {
    STEPS.with(|steps| steps.set(0));
}

/// Visits on this thread since then.
#[cfg(test)]
pub fn count() -> usize {
    STEPS.with(std::cell::Cell::get)
}
