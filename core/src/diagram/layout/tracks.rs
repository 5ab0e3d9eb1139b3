//! Lines beside each other in a channel, with few crossings.

use crate::order::Order;

/// Where a line of a channel is left, seen across the channel.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Toward {
    /// Left of an upright channel, above a level one.
    Low,
    /// The other side.
    High,
    /// Along the channel.
    Along,
}

/// All that a net does in a channel: where along it, and to which side.
pub(super) type Stubs = Vec<(i32, Toward)>;

/// Nets whose lines come nearer to each other along the channel than this do not share a track.
const APART: i32 = 8;

/// The track of each net; 0 is the lowest.
pub(super) fn tracks(nets: &[Stubs]) -> Vec<usize> {
    let spans: Vec<(i32, i32)> = nets.iter().map(span).collect();
    let mut order: Vec<usize> = (0..nets.len()).collect();
    order.order_by_key(|at| spans[*at]);
    let crossings = |one: usize, other: usize| {
        let count = |stubs: &Stubs, side: Toward, over: (i32, i32)| {
            stubs.iter().filter(|(at, toward)| *toward == side && over.0 < *at && *at < over.1).count()
        };
        count(&nets[one], Toward::High, spans[other]) + count(&nets[other], Toward::Low, spans[one])
    };
    for _ in 0..nets.len() {
        let mut moved = false;
        for at in 1..order.len() {
            let (one, other) = (order[at - 1], order[at]);
            if crossings(other, one) < crossings(one, other) {
                order.swap(at - 1, at);
                moved = true;
            }
        }
        if !moved {
            break;
        }
    }
    let mut found = vec![0; nets.len()];
    for (place, net) in order.iter().enumerate() {
        let is_near = |other: &&usize| {
            spans[**other].0 <= spans[*net].1 + APART && spans[*net].0 <= spans[**other].1 + APART
        };
        found[*net] = order[..place].iter().filter(is_near).map(|other| found[*other] + 1).max().unwrap_or(0);
    }
    found
}

/// How many tracks there are.
pub(super) fn count(tracks: &[usize]) -> i32 {
    tracks.iter().max().map_or(0, |most| i32::try_from(*most).unwrap_or(0) + 1)
}

fn span(stubs: &Stubs) -> (i32, i32) {
    let ends = |pick: fn(i32, i32) -> i32| stubs.iter().map(|stub| stub.0).reduce(pick).unwrap_or(0);
    (ends(i32::min), ends(i32::max))
}

#[cfg(test)]
mod tests {
    use super::*;
    use Toward::{High, Low};

    #[test]
    fn lines_that_would_run_into_each_other_have_tracks_of_their_own() {
        let nets = [vec![(0, Low), (50, High)], vec![(40, Low), (90, High)], vec![(110, Low), (130, High)]];
        let found = tracks(&nets);
        assert_ne!(found[0], found[1]);
        assert_eq!(count(&found), 2, "the third shares one");
    }

    #[test]
    fn what_goes_further_lies_where_it_crosses_nothing() {
        // From one source at 0 to targets at 20 and 60, both on the high side: the far one turns first.
        let found = tracks(&[vec![(0, Low), (20, High)], vec![(0, Low), (60, High)]]);
        assert!(found[1] < found[0], "{found:?}");
    }
}
