//! Frees very many rows without holding up a key.

/// So few rows are freed at once, whatever hangs on them: a machine has all its runs.
const FEW: usize = 64;

/// Drops `rows`, if there are any. Hundreds of thousands of rows take longer to free than a
/// frame may take, so they are freed on a thread of their own.
pub(super) fn discard<T: Send + 'static>(rows: impl Into<Option<Vec<T>>>) {
    if let Some(rows) = rows.into() {
        discard_large(rows.len(), rows);
    }
}

/// Drops a value that consists of `parts` parts, as [`discard`].
pub(super) fn discard_large<T: Send + 'static>(parts: usize, value: T) {
    if parts > FEW {
        // Where no thread can be had, it is freed here after all.
        let _ = std::thread::Builder::new()
            .name("discard".into())
            .spawn(move || drop(value));
    }
}
