//! A column by its steps: each cell once, with the row after its last repetition.

/// The cells of a column in rows from 0 on.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Steps {
    /// The row after the last of each step, ascending.
    ends: Vec<u32>,
    /// As many; NaN stands for null. Neighbours may be equal.
    values: Vec<f64>,
}

impl Steps {
    /// Of cells, NaN for null.
    pub fn of(cells: &[f64]) -> Self {
        let mut steps = Self::default();
        for part in cells.chunk_by(|a, b| a.to_bits() == b.to_bits()) {
            if let Some(value) = part.first() {
                steps.push(*value, part.len() as u32);
            }
        }
        steps
    }

    /// Room for so many steps.
    pub(crate) fn with_capacity(steps: usize) -> Self {
        Self {
            ends: Vec::with_capacity(steps),
            values: Vec::with_capacity(steps),
        }
    }

    /// The next step: a value in so many rows.
    pub(crate) fn push(&mut self, value: f64, rows: u32) {
        self.push_to(value, self.rows() + rows);
    }

    /// The next step: a value up to the row before `end`, which is beyond the last step's.
    pub(crate) fn push_to(&mut self, value: f64, end: u32) {
        self.ends.push(end);
        self.values.push(value);
    }

    /// Further steps, as [`Self::push_to`] adds them: as many values as rows after them.
    pub(crate) fn extend(&mut self, values: &[f64], ends: &[u32]) {
        self.ends.extend_from_slice(ends);
        self.values.extend_from_slice(values);
    }

    /// Rows in all.
    pub fn rows(&self) -> u32 {
        self.ends.last().copied().unwrap_or(0)
    }

    /// Each value (NaN for null) with the row after its last.
    pub fn iter(&self) -> impl Iterator<Item = (f64, u32)> {
        self.values.iter().copied().zip(self.ends.iter().copied())
    }

    /// The values from row `from` to before row `to`, each step once.
    pub fn values_in(&self, from: u32, to: u32) -> &[f64] {
        let first = self.ends.partition_point(|end| *end <= from);
        let last = self.ends.partition_point(|end| *end < to);
        let to = (last + 1).min(self.values.len());
        self.values.get(first..to).unwrap_or_default()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn steps_of_cells() {
        let null = f64::NAN;
        let steps = Steps::of(&[1.0, 1.0, null, null, 2.0, 1.0]);
        let ends: Vec<u32> = steps.iter().map(|(_, end)| end).collect();
        assert_eq!((ends, steps.rows()), (vec![2, 4, 5, 6], 6));
        assert_eq!(steps.values_in(0, 2), [1.0]);
        assert_eq!(steps.values_in(4, 6), [2.0, 1.0]);
        assert_eq!(steps.values_in(1, 5).len(), 3);
        assert_eq!(steps.values_in(6, 9), [0.0; 0]);
        assert_eq!(Steps::of(&[]).rows(), 0);
    }
}
