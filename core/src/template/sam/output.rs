use super::deployment::Deployment;
use super::globals::Joined;
use super::problem::SamProblem;
use super::source::{Made, Source};
use super::usage_plan::SharedPlan;
use super::value::Value;
use crate::syntax::NodeId;

/// What the transform has made so far.
#[derive(Default)]
pub(super) struct Output {
    /// The resources, each with the index of the source it comes from.
    pub(super) made: Vec<Item>,
    /// What SAM refuses.
    pub(super) problems: Vec<SamProblem>,
    /// References as written, such as `Fn.Alias`, and the logical ids they mean.
    pub(super) references: Vec<(String, String)>,
    /// Conditions that SAM adds: name, value, the text they follow from.
    pub(super) conditions: Vec<(String, Value, NodeId)>,
    /// Functions deployed gradually.
    pub(super) deployments: Vec<Deployment>,
    /// `DependsOn` that SAM adds: who waits, for whom.
    pub(super) dependencies: Vec<(String, String)>,
    /// `DependsOn` of a connector, which stands for everything that is made from it.
    pub(super) stand_ins: Vec<(String, Vec<String>)>,
    /// Lists of `Globals` joined with a resource's.
    pub(super) joined: Vec<Joined>,
    /// The usage plan that several APIs share.
    pub(super) shared_plan: Option<SharedPlan>,
    source: usize,
}

/// A made resource.
pub(super) struct Item {
    /// The index of the source it comes from.
    pub(super) source: usize,
    /// Whether it is the source itself, transformed.
    pub(super) itself: bool,
    /// The resource.
    pub(super) made: Made,
}

impl Output {
    /// Says from which source the next resources come.
    pub(super) fn begin(&mut self, source: usize) {
        self.source = source;
    }

    /// Adds a resource made from a source.
    pub(super) fn add(&mut self, made: Made) {
        self.made.push(Item { source: self.source, itself: false, made });
    }

    /// Adds the source itself, transformed.
    pub(super) fn add_itself(&mut self, made: Made) {
        self.made.push(Item { source: self.source, itself: true, made });
    }

    /// Lets `id.name` mean the logical id `target`.
    pub(super) fn refer(&mut self, source: &Source<'_>, name: &str, target: &str) {
        self.references.push((format!("{}.{name}", source.id), target.to_owned()));
    }

    /// The made resource of this logical id.
    pub(super) fn find(&self, id: &str) -> Option<&Made> {
        self.made.iter().map(|item| &item.made).find(|made| made.id == id)
    }

    /// Adds a condition unless it is there.
    pub(super) fn add_condition(&mut self, name: String, value: Value, at: NodeId) {
        if !self.conditions.iter().any(|(other, _, _)| *other == name) {
            self.conditions.push((name, value, at));
        }
    }
}
