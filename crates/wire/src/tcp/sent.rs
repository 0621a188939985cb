//! What one side has sent lately. A segment that is sent again is laid beside the one before it: the sequence number
//! of both, and the time between.

use std::{collections::VecDeque, time::Duration};

use steps::{Fields, tcp::field};

use super::{Segment, place::Place};

/// How many segments are remembered; a timer repeats the oldest that lacks an ACK, and few are under way.
const MOST: usize = 32;

/// The segments that took up sequence numbers, oldest first.
#[derive(Clone, Debug, Default)]
pub(super) struct Sent(VecDeque<One>);

#[derive(Clone, Debug)]
struct One {
    /// The numbers it took up, relative to the initial one.
    range: (i64, i64),
    /// The sequence number as it stood in the header.
    seq: u32,
    /// When it was sent last.
    at: Option<Duration>,
    /// How often.
    times: u64,
}

impl Sent {
    /// Whether one of the segments began with that number.
    pub(super) fn began_at(&self, start: i64) -> bool {
        self.0.iter().any(|one| one.range.0 == start)
    }

    /// Remembers a segment and, when it was sent before, tells what shows that in `fields`: `sending` counts,
    /// `same_seq_as` is the number that the earlier header carried, `gap_ms` the time between, and `again` says it in
    /// a few columns.
    pub(super) fn tell(
        &mut self,
        fields: &mut Fields,
        at: Option<Duration>,
        segment: &Segment,
        place: &Place,
    ) {
        let brings = |(start, end): &(i64, i64)| start < end && !place.keep_alive;
        let Some((start, end)) = place.range.filter(brings) else { return };
        let earlier = self.0.iter_mut().rev().find(|one| one.range.0 <= start && start < one.range.1);
        match earlier.filter(|_| place.again) {
            Some(one) if one.range.0 == start => {
                let gap = at.zip(one.at).map(|(now, then)| now.saturating_sub(then));
                one.times += 1;
                fields.put(field::SENDING, one.times);
                fields.put(field::SAME_SEQ_AS, one.seq);
                let mut again = format!("×{}", one.times);
                if let Some(gap) = gap {
                    let ms = u64::try_from(gap.as_millis()).unwrap_or(u64::MAX);
                    fields.put(field::GAP_MS, ms);
                    again.push_str(&format!(" +{ms} ms"));
                }
                fields.put(field::AGAIN, again);
                one.at = at;
                one.range.1 = one.range.1.max(end);
            }
            // Cut otherwise than before: no header carried this number yet.
            Some(_) | None => {
                if place.again {
                    fields.put(field::AGAIN, "×2");
                }
                self.0.push_back(One { range: (start, end), seq: segment.seq, at, times: 1 });
                if self.0.len() > MOST {
                    self.0.pop_front();
                }
            }
        }
    }
}
