//! Somebody else's decoders on bytes that may be damaged: a panic becomes a value and prints nothing.
//!
//! A panic runs the program's hook before it unwinds, and the usual hook prints `thread 'main' panicked at ...`, which
//! reads like a crash of ours although it is caught. Setting a hook around each call would be a race between threads;
//! so one hook is set for good, which hands every panic on to the hook before it unless the panicking thread has
//! asked for silence.

use std::cell::Cell;
use std::panic::{self, AssertUnwindSafe};
use std::sync::Once;

thread_local! {
    static SILENT: Cell<bool> = const { Cell::new(false) };
}

/// What `step` returns, or `None` if it panicked. It must not leave a half-changed value behind that is used then.
pub(crate) fn catch<T>(step: impl FnOnce() -> T) -> Option<T> {
    static HOOK: Once = Once::new();
    HOOK.call_once(|| {
        let hook = panic::take_hook();
        panic::set_hook(Box::new(move |info| {
            if !SILENT.get() {
                hook(info);
            }
        }));
    });
    let before = SILENT.replace(true);
    let outcome = panic::catch_unwind(AssertUnwindSafe(step));
    SILENT.set(before);
    outcome.ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_panic_is_nothing_and_the_silence_ends_with_the_call() {
        assert_eq!(catch(|| 7), Some(7));
        let nested = catch(|| {
            assert_eq!(catch::<()>(|| panic!("inner")), None);
            assert!(SILENT.get());
            let elsewhere = std::thread::spawn(|| SILENT.get()).join().unwrap();
            assert!(!elsewhere, "silence is for one thread");
            panic!("outer")
        });
        assert_eq!(nested, None::<()>);
        assert!(!SILENT.get());
    }
}
