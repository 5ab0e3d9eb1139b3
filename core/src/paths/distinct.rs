//! Lists without equal items, however long: a sum over thousands of subnets names each of their blockers once.

use std::collections::HashMap;
use std::hash::{DefaultHasher, Hash, Hasher};

/// Items in the order in which they came first.
pub(super) struct Distinct<T> {
    pub(super) items: Vec<T>,
    /// The places of the items with this hash.
    places: HashMap<u64, Vec<usize>>,
}

impl<T: Clone + Eq + Hash> Distinct<T> {
    pub(super) fn of(items: &[T]) -> Self {
        let mut distinct = Self { items: Vec::new(), places: HashMap::new() };
        distinct.extend(items);
        distinct
    }

    pub(super) fn extend(&mut self, more: &[T]) {
        for item in more {
            let mut hasher = DefaultHasher::new();
            item.hash(&mut hasher);
            let places = self.places.entry(hasher.finish()).or_default();
            if !places.iter().any(|at| self.items[*at] == *item) {
                places.push(self.items.len());
                self.items.push(item.clone());
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::Distinct;

    #[test]
    fn items_keep_the_order_in_which_they_came_first() {
        let mut distinct = Distinct::of(&["b", "a", "b"]);
        distinct.extend(&["c", "a"]);
        assert_eq!(distinct.items, ["b", "a", "c"]);
    }
}
