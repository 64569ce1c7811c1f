//! Which columns are being decoded at this moment. A worker process tells the program, so
//! that a crash, which it cannot report itself (an allocation that fails, a signal),
//! can be reported with the place. One listener for the process: the decoder is deep
//! within readers that know nothing of processes.

use std::sync::OnceLock;

/// Pieces smaller than this are not told of: they cannot take much.
const WORTH_TELLING: u64 = 256 << 10;

type Listener = Box<dyn Fn(&str, bool) + Send + Sync>;

static LISTENER: OnceLock<Listener> = OnceLock::new();

/// From now on `listener` hears of each large piece of a column: its name, and whether it
/// begins (or ends). The first listener of a process stays.
pub fn listen(listener: impl Fn(&str, bool) + Send + Sync + 'static) {
    let _ = LISTENER.set(Box::new(listener));
}

/// A column is being decoded until this is dropped.
#[must_use]
pub struct Decoding<'a>(Option<&'a str>);

/// Tells that a piece of column `name` with so many bytes (packed or unpacked) is being
/// decoded.
pub fn decoding(name: &str, bytes: u64) -> Decoding<'_> {
    let told = LISTENER.get().filter(|_| bytes >= WORTH_TELLING);
    if let Some(tell) = told {
        tell(name, true);
    }
    Decoding(told.map(|_| name))
}

impl Drop for Decoding<'_> {
    fn drop(&mut self) {
        if let (Some(name), Some(tell)) = (self.0, LISTENER.get()) {
            tell(name, false);
        }
    }
}
