//! Letting go of very many rows.

/// So few rows are let go of at once, whatever hangs on them: a machine has all its runs.
const FEW: usize = 64;

/// Drops `rows`, if there are any. Hundreds of thousands of rows take longer to free than a frame may, so
/// they are freed on a thread of their own.
pub(super) fn discard<T: Send + 'static>(rows: impl Into<Option<Vec<T>>>) {
    let rows = rows.into();
    if rows.as_ref().is_some_and(|rows| rows.len() > FEW) {
        // Where no thread can be had, they are freed here after all.
        let _ = std::thread::Builder::new()
            .name("discard".into())
            .spawn(move || drop(rows));
    }
}
