//! Where a search goes on in a list that is no table: to the next hit, around the ends.

/// The first of the `hits`, which ascend, at `from` or behind it, else the first of all.
pub fn next_hit(mut hits: impl Iterator<Item = usize>, from: usize) -> Option<usize> {
    let first = hits.next()?;
    if first >= from {
        return Some(first);
    }
    Some(hits.find(|at| *at >= from).unwrap_or(first))
}

/// The last of the `hits`, which ascend, before `end`, else the last of all.
pub fn previous_hit(hits: impl Iterator<Item = usize>, end: usize) -> Option<usize> {
    let (mut before, mut last) = (None, None);
    for at in hits {
        last = Some(at);
        if at < end {
            before = last;
        }
    }
    before.or(last)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_search_goes_around_the_ends() {
        let hits = || [2, 5, 9].into_iter();
        let next: Vec<_> = [0, 2, 3, 9, 10].map(|from| next_hit(hits(), from)).into();
        assert_eq!(next, [2, 2, 5, 9, 2].map(Some));
        let previous: Vec<_> = [10, 9, 2, 0].map(|end| previous_hit(hits(), end)).into();
        assert_eq!(previous, [9, 5, 9, 9].map(Some));
        assert_eq!(next_hit(std::iter::empty(), 0), None);
        assert_eq!(previous_hit(std::iter::empty(), 0), None);
    }
}
