//! Which sequence numbers one side has used so far. This, and not the highest number, tells a segment that was
//! sent again from one that was overtaken on its way.

/// At most so many separate ranges are remembered: enough for any loss that a reader can follow.
const MOST: usize = 32;

/// Ranges of numbers, apart from each other, in rising order: from, to (exclusive).
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Ranges(Vec<(i64, i64)>);

impl Ranges {
    /// Whether every number of `from..to` is in one of the ranges.
    pub(super) fn cover(&self, from: i64, to: i64) -> bool {
        self.0.iter().any(|&(start, end)| start <= from && to <= end)
    }

    /// The number after the highest.
    pub(super) fn end(&self) -> Option<i64> {
        self.0.last().map(|&(_, end)| end)
    }

    /// Adds `from..to`.
    pub(super) fn add(&mut self, mut from: i64, mut to: i64) {
        if from >= to {
            return;
        }
        self.0.retain(|&(start, end)| {
            let touches = start <= to && from <= end;
            if touches {
                (from, to) = (from.min(start), to.max(end));
            }
            !touches
        });
        let place = self.0.partition_point(|&(start, _)| start < from);
        self.0.insert(place, (from, to));
        if self.0.len() > MOST {
            // Forget the oldest gap.
            let (start, _) = self.0.remove(0);
            self.0[0].0 = start;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_gap_that_is_filled_joins_its_neighbours() {
        let mut ranges = Ranges::default();
        ranges.add(0, 1);
        ranges.add(5, 9);
        assert!(!ranges.cover(1, 5));
        ranges.add(1, 5);
        assert_eq!(ranges, Ranges(vec![(0, 9)]));
        assert_eq!(ranges.end(), Some(9));
    }

    #[test]
    fn no_number_of_gaps_grows_the_memory() {
        let mut ranges = Ranges::default();
        for n in 0..10_000 {
            ranges.add(n * 2, n * 2 + 1);
        }
        assert_eq!(ranges.0.len(), MOST);
        assert_eq!(ranges.end(), Some(19_999));
    }
}
