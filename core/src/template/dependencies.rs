//! Which resource CloudFormation makes after which.

use std::collections::{BTreeSet, HashMap};

use crate::template::Template;
use crate::template::reference::{References, Use};

/// Which resource waits for which, by logical id.
#[derive(Debug)]
pub(crate) struct Dependencies {
    direct: HashMap<String, BTreeSet<String>>,
}

impl Dependencies {
    /// What references and `DependsOn` come to.
    pub(crate) fn of(template: &Template<'_>, references: &References<'_>) -> Self {
        let mut direct: HashMap<String, BTreeSet<String>> = HashMap::new();
        for resource in &template.resources {
            let waits = direct.entry(resource.id.clone()).or_default();
            for reference in references.of_resource(resource) {
                if reference.usage != Use::Condition
                    && let Some(target) = template.resource(reference.name)
                    && target.id != resource.id
                {
                    waits.insert(target.id.clone());
                }
            }
        }
        Self { direct }
    }

    /// Whether `first` is there before `then` is made.
    pub(crate) fn is_after(&self, then: &str, first: &str) -> bool {
        self.before(then).contains(first)
    }

    /// Everything that is there before a resource is made.
    pub(crate) fn before<'d>(&'d self, id: &str) -> BTreeSet<&'d str> {
        let mut seen: BTreeSet<&str> = BTreeSet::new();
        let mut open: Vec<&str> = self.direct.get(id).into_iter().flatten().map(String::as_str).collect();
        while let Some(next) = open.pop() {
            if seen.insert(next) {
                open.extend(self.direct.get(next).into_iter().flatten().map(String::as_str));
            }
        }
        seen
    }
}
