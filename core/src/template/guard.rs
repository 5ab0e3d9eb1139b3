//! Under which parameter values something exists: decision diagrams over the parameters of conditions.
//!
//! A diagram is canonical: equal guards have equal ids, so "always", "never" and "implies" are cheap questions
//! even for thirty nested conditions, where enumerating every combination would take hours.

use rustc_hash::FxHashMap;

/// A set of situations (values of the parameters that conditions ask for).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Guard(u32);

impl Guard {
    /// No situation.
    pub const NEVER: Guard = Guard(0);
    /// Every situation.
    pub const ALWAYS: Guard = Guard(1);
}

/// Something that has one of several values: a parameter that conditions compare, or an opaque yes or no.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Variable(u32);

/// Diagrams larger than this give up exactness rather than time and memory. Real templates stay below 1,000.
const NODE_LIMIT: usize = 100_000;

#[derive(Clone, Debug, PartialEq, Eq, Hash)]
struct Branch {
    variable: Variable,
    /// One guard for each value of the variable.
    children: Box<[Guard]>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
enum Operation {
    And,
    Or,
}

/// The arena of all guards of one template.
#[derive(Debug, Default)]
pub struct Guards {
    arities: Vec<u32>,
    branches: Vec<Branch>,
    unique: FxHashMap<Branch, Guard>,
    combined: FxHashMap<(Operation, Guard, Guard), Guard>,
    negated: FxHashMap<Guard, Guard>,
    inexact: bool,
}

impl Guards {
    /// A new variable that takes one of `arity` values, at least two.
    pub fn variable(&mut self, arity: u32) -> Variable {
        let variable = Variable(u32::try_from(self.arities.len()).unwrap_or(u32::MAX));
        self.arities.push(arity.max(2));
        variable
    }

    /// A new variable of which nothing is known but that it is true or false.
    pub fn opaque(&mut self) -> Guard {
        let variable = self.variable(2);
        self.equals(variable, 1)
    }

    /// Whether every answer so far is exact. After a diagram grew too large, guards may be called possible that
    /// are not: what needs a proof must stay silent then.
    pub fn is_exact(&self) -> bool {
        !self.inexact
    }

    /// Says that guards stand for more than they should from now on.
    pub fn give_up_exactness(&mut self) {
        self.inexact = true;
    }

    /// The situations in which `variable` has its value number `value`.
    pub fn equals(&mut self, variable: Variable, value: u32) -> Guard {
        let arity = self.arities.get(variable.0 as usize).copied().unwrap_or(2);
        let children = (0..arity).map(|at| if at == value { Guard::ALWAYS } else { Guard::NEVER }).collect();
        self.branch(Branch { variable, children })
    }

    /// Both.
    pub fn and(&mut self, left: Guard, right: Guard) -> Guard {
        match (left, right) {
            (Guard::NEVER, _) | (_, Guard::NEVER) => Guard::NEVER,
            (Guard::ALWAYS, other) | (other, Guard::ALWAYS) => other,
            _ if left == right => left,
            _ => self.combine(Operation::And, left, right),
        }
    }

    /// Either.
    pub fn or(&mut self, left: Guard, right: Guard) -> Guard {
        match (left, right) {
            (Guard::ALWAYS, _) | (_, Guard::ALWAYS) => Guard::ALWAYS,
            (Guard::NEVER, other) | (other, Guard::NEVER) => other,
            _ if left == right => left,
            _ => self.combine(Operation::Or, left, right),
        }
    }

    /// The situations outside.
    pub fn not(&mut self, guard: Guard) -> Guard {
        match guard {
            Guard::NEVER => return Guard::ALWAYS,
            Guard::ALWAYS => return Guard::NEVER,
            _ => {}
        }
        if let Some(known) = self.negated.get(&guard) {
            return *known;
        }
        let branch = self.at(guard).clone();
        let children = branch.children.iter().map(|child| self.not(*child)).collect();
        let result = self.branch(Branch { variable: branch.variable, children });
        self.negated.insert(guard, result);
        self.negated.insert(result, guard);
        result
    }

    /// Whether there is no situation of `left` outside `right`.
    pub fn implies(&mut self, left: Guard, right: Guard) -> bool {
        let outside = self.not(right);
        self.and(left, outside) == Guard::NEVER
    }

    /// Whether there is no situation in both.
    pub fn exclude(&mut self, left: Guard, right: Guard) -> bool {
        self.and(left, right) == Guard::NEVER
    }

    /// One situation of the guard: values by variable, in order; variables that do not matter are left out.
    pub fn example(&self, guard: Guard) -> Option<Vec<(Variable, u32)>> {
        let mut path = Vec::new();
        let mut at = guard;
        while at != Guard::ALWAYS {
            if at == Guard::NEVER {
                return None;
            }
            let branch = self.at(at);
            let (value, child) =
                branch.children.iter().enumerate().find(|(_, child)| **child != Guard::NEVER)?;
            path.push((branch.variable, u32::try_from(value).ok()?));
            at = *child;
        }
        Some(path)
    }

    fn at(&self, guard: Guard) -> &Branch {
        &self.branches[guard.0 as usize - 2]
    }

    fn branch(&mut self, branch: Branch) -> Guard {
        if let [first, rest @ ..] = &*branch.children
            && rest.iter().all(|child| child == first)
        {
            return *first;
        }
        if let Some(known) = self.unique.get(&branch) {
            return *known;
        }
        let guard = Guard(u32::try_from(self.branches.len() + 2).unwrap_or(u32::MAX));
        self.branches.push(branch.clone());
        self.unique.insert(branch, guard);
        guard
    }

    fn combine(&mut self, operation: Operation, left: Guard, right: Guard) -> Guard {
        let key = (operation, left.min(right), left.max(right));
        if let Some(known) = self.combined.get(&key) {
            return *known;
        }
        if self.branches.len() > NODE_LIMIT {
            self.inexact = true;
            return self.opaque();
        }
        let (a, b) = (self.at(left).clone(), self.at(right).clone());
        let variable = a.variable.min(b.variable);
        let arity = if a.variable == variable { a.children.len() } else { b.children.len() };
        let side = |branch: &Branch, whole: Guard, value: usize| {
            if branch.variable == variable { branch.children[value] } else { whole }
        };
        let mut children = Vec::with_capacity(arity);
        for value in 0..arity {
            let (l, r) = (side(&a, left, value), side(&b, right, value));
            children.push(match operation {
                Operation::And => self.and(l, r),
                Operation::Or => self.or(l, r),
            });
        }
        let result = self.branch(Branch { variable, children: children.into() });
        self.combined.insert(key, result);
        result
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn guards_are_canonical() {
        let mut guards = Guards::default();
        let env = guards.variable(3);
        let (dev, prod) = (guards.equals(env, 0), guards.equals(env, 1));
        assert!(guards.exclude(dev, prod));
        let either = guards.or(dev, prod);
        let rest = guards.equals(env, 2);
        assert_eq!(guards.not(either), rest);
        assert!(guards.implies(dev, either) && !guards.implies(either, dev));
        assert_eq!(guards.example(rest), Some(vec![(env, 2)]));
        assert_eq!(guards.or(either, rest), Guard::ALWAYS);
    }

    #[test]
    fn thirty_conditions_at_once_take_thirty_nodes() {
        let mut guards = Guards::default();
        let conditions: Vec<Guard> = (0..30).map(|_| guards.opaque()).collect();
        let all = conditions.iter().fold(Guard::ALWAYS, |all, next| guards.and(all, *next));
        let negated: Vec<Guard> = conditions.iter().map(|next| guards.not(*next)).collect();
        let none_missing = negated.iter().fold(Guard::NEVER, |any, next| guards.or(any, *next));
        assert_eq!(guards.not(all), none_missing);
        assert!(guards.branches.len() < 2_000, "{}", guards.branches.len());
    }

    #[test]
    fn a_diagram_that_grows_too_large_is_called_inexact() {
        let mut guards = Guards::default();
        // Pairs in the worst order for a diagram: 2^n nodes.
        let variables: Vec<Guard> = (0..64).map(|_| guards.opaque()).collect();
        let mut all = Guard::NEVER;
        for at in 0..32 {
            let pair = guards.and(variables[at], variables[at + 32]);
            all = guards.or(all, pair);
        }
        assert!(!guards.is_exact());
        assert_ne!(all, Guard::NEVER);
    }
}
