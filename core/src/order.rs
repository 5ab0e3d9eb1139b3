//! Sorting, for the size of the page.
//!
//! The standard library's sort is some 5 KB of code for every type that is sorted. Here one sort, of positions, serves
//! all types, and only putting the items in place is compiled for each.

use std::cmp::Ordering;

/// Sorting of slices that keeps equal items as they stand, as the standard library's `sort` does.
pub trait Order<T> {
    /// Sorts by the items themselves.
    fn order(&mut self)
    where
        T: Ord;

    /// Sorts by a key of each item.
    fn order_by_key<K: Ord>(&mut self, key: impl FnMut(&T) -> K);
}

impl<T> Order<T> for [T] {
    fn order(&mut self)
    where
        T: Ord,
    {
        let targets = targets(self.len(), &mut |a, b| self[a].cmp(&self[b]));
        put(self, targets);
    }

    fn order_by_key<K: Ord>(&mut self, mut key: impl FnMut(&T) -> K) {
        let targets = targets(self.len(), &mut |a, b| key(&self[a]).cmp(&key(&self[b])));
        put(self, targets);
    }
}

/// Where each item goes.
#[inline(never)]
fn targets(length: usize, compare: &mut dyn FnMut(usize, usize) -> Ordering) -> Vec<usize> {
    let mut order: Vec<usize> = (0..length).collect();
    order.sort_by(|a, b| compare(*a, *b));
    let mut targets = vec![0; length];
    for (target, from) in order.into_iter().enumerate() {
        targets[from] = target;
    }
    targets
}

fn put<T>(items: &mut [T], mut targets: Vec<usize>) {
    for at in 0..targets.len() {
        while targets[at] != at {
            let target = targets[at];
            items.swap(at, target);
            targets.swap(at, target);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::Order;

    #[test]
    fn sorts_as_the_standard_library_does() {
        // A small generator of numbers, the same in every run.
        let mut state = 1_u32;
        let mut next = |below: u32| {
            state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
            (state >> 16) % below
        };
        for length in 0..200 {
            let items: Vec<(u32, u32)> = (0..length).map(|at| (next(20), at)).collect();
            let (mut ours, mut theirs) = (items.clone(), items);
            ours.order_by_key(|(key, _)| *key);
            theirs.sort_by_key(|(key, _)| *key);
            assert_eq!(ours, theirs, "equal items stay as they stand");
            let mut words: Vec<String> = ours.iter().map(|_| next(500).to_string()).collect();
            let mut expected = words.clone();
            words.order();
            expected.sort();
            assert_eq!(words, expected);
        }
    }
}
