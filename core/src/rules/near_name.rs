//! "Did you mean": the one name that is close enough to be meant.

/// The candidate nearest to `name`, where exactly one is near: equal but for case, or one slip of the pen away
/// (a letter more, less, other, or two exchanged), or two slips in names of eight letters and more.
pub(crate) fn nearest<'n>(name: &str, candidates: impl Iterator<Item = &'n str>) -> Option<&'n str> {
    let allowed = if name.chars().count() >= 8 { 2 } else { 1 };
    let mut best: Option<(&str, usize)> = None;
    let mut tied = false;
    let ends = |name: &str| (name.bytes().next(), name.bytes().last());
    let (first, last) = ends(name);
    for candidate in candidates {
        // Slips at both ends of a name are no slips; most names are told apart by this alone.
        let (other_first, other_last) = ends(candidate);
        let same = |a: Option<u8>, b: Option<u8>| {
            a.map(|a| a.to_ascii_lowercase()) == b.map(|b| b.to_ascii_lowercase())
        };
        if !same(first, other_first) && !same(last, other_last) {
            continue;
        }
        // `Subnet2` is no slip of the pen for `Subnet1`: numbers tell things apart on purpose.
        if digits(name).ne(digits(candidate)) {
            continue;
        }
        let distance = if candidate.eq_ignore_ascii_case(name) {
            0
        } else {
            distance(name, candidate, allowed).unwrap_or(usize::MAX)
        };
        if distance > allowed {
            continue;
        }
        match best {
            Some((_, known)) if known < distance => {}
            Some((known, at)) if at == distance => tied |= known != candidate,
            _ => {
                best = Some((candidate, distance));
                tied = false;
            }
        }
    }
    best.filter(|_| !tied && name.chars().count() >= 3).map(|(candidate, _)| candidate)
}

fn digits(name: &str) -> impl Iterator<Item = char> + '_ {
    name.chars().filter(char::is_ascii_digit)
}

/// Damerau-Levenshtein distance (neighbours exchanged count once), or nothing where it exceeds `limit`.
fn distance(left: &str, right: &str, limit: usize) -> Option<usize> {
    let (left, right): (Vec<char>, Vec<char>) = (left.chars().collect(), right.chars().collect());
    if left.len().abs_diff(right.len()) > limit || left.len() > 255 {
        return None;
    }
    let mut before: Vec<usize> = Vec::new();
    let mut last: Vec<usize> = (0..=right.len()).collect();
    for (row, a) in left.iter().enumerate() {
        let mut next = vec![row + 1];
        for (column, b) in right.iter().enumerate() {
            let mut cost =
                (last[column + 1] + 1).min(next[column] + 1).min(last[column] + usize::from(a != b));
            if row > 0 && column > 0 && *a == right[column - 1] && left[row - 1] == *b {
                cost = cost.min(before[column - 1] + 1);
            }
            next.push(cost);
        }
        before = std::mem::replace(&mut last, next);
    }
    last.last().copied().filter(|distance| *distance <= limit)
}

#[cfg(test)]
mod tests {
    use super::nearest;

    #[test]
    fn only_one_near_name_counts() {
        let names = ["Vpc", "PrivateSubnetA", "PrivateSubnetB", "Function"];
        let near = |name| nearest(name, names.into_iter());
        assert_eq!(near("VPC"), Some("Vpc"));
        assert_eq!(near("Funtcion"), Some("Function"));
        assert_eq!(near("PrivateSubnettA"), Some("PrivateSubnetA"));
        assert_eq!(near("PrivateSubnetA1"), None, "a number is no slip");
        assert_eq!(near("PrivateSubnet"), None, "two are as near");
        assert_eq!(near("Database"), None);
        assert_eq!(near("V"), None, "too short to guess");
    }
}
