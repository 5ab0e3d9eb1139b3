//! What rules look at: the template, and its network in every situation that makes a difference.

use std::cell::{OnceCell, RefCell};
use std::collections::BTreeMap;

use ipnet::IpNet;

use super::causes::{Cause, causes};

use super::egress::Egress;
use super::reach::{Reached, answers};
use super::unknown_reference::is_of_another_tool;
use crate::analysis::Options;
use crate::cost::{Band, CostModel, Parts, Prices, Traffic, Usd, models};
use crate::demands::{Demands, infer};
use crate::language::Phrase;
use crate::network::{DEFAULT_VPC, Name, Network, Place, Situated, VpcIndex};
use crate::syntax::Node;
use crate::template::dependencies::Dependencies;
use crate::template::reference::{References, references};
use crate::template::{Guard, Resource, Template};
use crate::text::Span;

/// What a rule looks at.
pub(crate) struct Subject<'s, 't> {
    /// The template.
    pub(crate) template: &'s Template<'t>,
    /// What names what in it.
    pub(crate) references: &'s References<'s>,
    /// Its network in each situation that makes a difference; conditions whose parameters have defaults are
    /// looked at with these.
    pub(crate) networks: &'s [Situated],
    /// What names answer, as given.
    pub(crate) addresses: &'s BTreeMap<String, Vec<IpNet>>,
    /// The traffic of a month, where the user gives it.
    pub(crate) traffic: Option<&'s Traffic>,
    /// What is paid for it.
    pub(crate) prices: &'s Prices,
    /// Whether repairs of paths and endpoints to add are looked for.
    pub(crate) has_repairs: bool,
    demands: OnceCell<Demands>,
    left_out: RefCell<Vec<Phrase>>,
    answers: OnceCell<Vec<Reached>>,
    causes: OnceCell<Vec<Cause>>,
    whole: OnceCell<bool>,
    dependencies: OnceCell<Dependencies>,
    egress: OnceCell<Vec<Egress>>,
    models: OnceCell<Vec<CostModel>>,
}

impl<'s, 't> Subject<'s, 't> {
    /// A template with its networks; of the options those that answers hang on.
    pub(crate) fn new(
        template: &'s Template<'t>,
        references: &'s References<'s>,
        networks: &'s [Situated],
        options: &'s Options,
    ) -> Self {
        Self {
            template,
            references,
            networks,
            addresses: &options.addresses,
            traffic: options.traffic.as_ref(),
            prices: &options.prices,
            has_repairs: options.has_repairs,
            demands: OnceCell::new(),
            left_out: RefCell::default(),
            answers: OnceCell::new(),
            causes: OnceCell::new(),
            whole: OnceCell::new(),
            dependencies: OnceCell::new(),
            egress: OnceCell::new(),
            models: OnceCell::new(),
        }
    }

    /// Whether the text says all that the stack has: no macro, module, loop or other tool adds resources, and every
    /// part could be read. What rests on something being absent needs this.
    pub(crate) fn is_whole(&self) -> bool {
        *self.whole.get_or_init(|| {
            let template = self.template;
            let readable = template.parsed.lost.is_empty() && template.parsed.errors.is_empty();
            readable
                && !template.has_unknown_macro()
                && !is_of_another_tool(template)
                && template.section("Resources").is_none_or(is_written_out)
        })
    }

    /// Whether others than this stack may use a resource: it is put out, or handed to a nested stack, a custom
    /// resource or Parameter Store.
    pub(crate) fn is_shared(&self, id: &str) -> bool {
        self.template.handed_on().contains(id)
    }

    /// Says what a rule leaves out because the text asks for more than is looked at.
    pub(crate) fn leave_out(&self, what: Phrase) {
        self.left_out.borrow_mut().push(what);
    }

    /// What rules have left out.
    pub(crate) fn left_out(&self) -> Vec<Phrase> {
        self.left_out.take()
    }

    /// What functions must reach.
    pub(crate) fn demands(&self) -> &Demands {
        self.demands.get_or_init(|| infer(self.template, self.networks))
    }

    /// What the paths say of what functions must reach.
    pub(crate) fn answers(&self) -> &[Reached] {
        self.answers.get_or_init(|| answers(self))
    }

    /// What leaves the subnets of each network, in the order of the networks.
    pub(crate) fn egress(&self) -> &[Egress] {
        self.egress.get_or_init(|| (0..self.networks.len()).map(|at| Egress::of(self, at)).collect())
    }

    /// What is billed, in the order of the networks.
    pub(crate) fn models(&self) -> &[CostModel] {
        self.models.get_or_init(|| models(self))
    }

    /// What a part of the bill comes to: of several situations the dearest.
    pub(crate) fn costs(
        &self,
        situations: &[Guard],
        part: &dyn Fn(&Parts<'_>) -> Option<Band<Usd>>,
    ) -> Option<Band<Usd>> {
        let each = self.networks.iter().zip(self.models());
        each.filter(|(one, _)| situations.contains(&one.situation))
            .filter_map(|(_, model)| part(&Parts::of(model, self.prices, self.traffic)?))
            .max_by_key(|band| band.typical)
    }

    /// Why functions do not reach what they must, or not by the best way.
    pub(crate) fn causes(&self) -> &[Cause] {
        self.causes.get_or_init(|| causes(self))
    }

    /// Which resource is made after which.
    pub(crate) fn dependencies(&self) -> &Dependencies {
        self.dependencies.get_or_init(|| Dependencies::of(self.template, self.references))
    }

    /// The situations in words, where they are not all that are told apart.
    pub(crate) fn only_where(&self, situations: &[Guard]) -> Option<String> {
        if situations.len() >= self.networks.len() {
            return None;
        }
        let words = self.template.describe(*situations.first()?);
        (!words.is_empty()).then_some(words)
    }
}

/// Whether every resource stands in the section under its own name and with a type of its own.
fn is_written_out(resources: Node<'_>) -> bool {
    resources.tag().is_none()
        && resources.entries().into_iter().all(|entry| {
            let kind = entry.value.get("Type").and_then(Node::as_str).unwrap_or("");
            entry.name().is_some_and(|name| !name.starts_with("Fn::"))
                && entry.value.tag().is_none()
                && !kind.ends_with("::MODULE")
        })
}

/// Where the author wrote a property of a resource: its key, in the resource or in SAM's `Globals`; the resource's own
/// key where it is not written.
pub(crate) fn key_of(template: &Template<'_>, resource: &Resource, property: &str) -> Span {
    let id = resource.made_by.as_deref().unwrap_or(&resource.id);
    let own = || template.section("Resources")?.get(id)?.get("Properties")?.entry(property);
    let global = || {
        let kind = template.section("Resources")?.get(id)?.get("Type")?.as_str()?;
        template.section("Globals")?.get(kind.strip_prefix("AWS::Serverless::")?)?.entry(property)
    };
    let entry = own().or_else(global);
    entry.map_or_else(|| template.node(resource.key).span(), |entry| entry.key.span())
}

/// Where a resource names another one for the first time.
pub(crate) fn first_reference(template: &Template<'_>, resource: &Resource, target: &str) -> Option<Span> {
    let mut found = None;
    references(template.node(resource.body), template.text(), &mut |reference| {
        if found.is_none() && template.resource(reference.name).is_some_and(|named| named.id == target) {
            found = Some(reference.span);
        }
    });
    found
}

/// The parameters whose defaults a property takes, because no value is given for them.
pub(crate) fn defaults_of<'a>(
    template: &'a Template<'_>,
    resource: &'a Resource,
    path: &[&str],
) -> Vec<&'a str> {
    let mut found = Vec::new();
    if let Some(node) = template.properties(resource).and_then(|properties| properties.at(path)) {
        references(node, template.text(), &mut |reference| {
            let given = template.inputs().parameters.contains_key(reference.name);
            let has_default = template.parameter(reference.name).is_some_and(|one| one.default.is_some());
            if has_default && !given && !found.contains(&reference.name) {
                found.push(reference.name);
            }
        });
    }
    found
}

/// The resource of the template that a component of the network is.
pub(crate) fn resource_of<'a>(template: &'a Template<'_>, name: &Name) -> Option<&'a Resource> {
    match name {
        Name::Logical(id) => template.resource(id),
        Name::Aws(_) | Name::Unknown { .. } | Name::Implied { .. } => None,
    }
}

/// The resource that is declared at a place of the template.
pub(crate) fn resource_at<'a>(template: &'a Template<'_>, place: Option<Place>) -> Option<&'a Resource> {
    let span = in_template(place)?;
    let declared = |one: &&Resource| one.made_by.is_none() && template.node(one.key).span() == span;
    template.resources.iter().find(declared)
}

/// Whether two VPCs are certainly two: both are made here or named by their ids. What a parameter names may be any.
pub(crate) fn are_different(
    template: &Template<'_>,
    network: &Network,
    one: VpcIndex,
    other: VpcIndex,
) -> bool {
    enum Kind {
        Own,
        Id,
        Default,
        Open,
    }
    let kind = |at: VpcIndex| match network.vpcs.get(at.0).map(|vpc| &vpc.name) {
        Some(Name::Aws(id)) if id == DEFAULT_VPC => Kind::Default,
        Some(Name::Aws(id)) if id.starts_with("vpc-") => Kind::Id,
        Some(name) if resource_of(template, name).is_some_and(|found| found.kind == "AWS::EC2::VPC") => {
            Kind::Own
        }
        _ => Kind::Open,
    };
    one != other
        && matches!(
            (kind(one), kind(other)),
            (Kind::Own, Kind::Own | Kind::Id | Kind::Default)
                | (Kind::Id | Kind::Default, Kind::Own)
                | (Kind::Id, Kind::Id)
        )
}

/// Where a place is in the template's own text; nothing for places in context files.
pub(crate) fn in_template(place: Option<Place>) -> Option<Span> {
    place.filter(|place| place.file.0 == 0).map(|place| place.span)
}

/// The faults of all situations, each once.
#[derive(Debug)]
pub(crate) struct Faults<T> {
    found: Vec<(T, Vec<Guard>)>,
}

impl<T: PartialEq> Faults<T> {
    /// None yet.
    pub(crate) fn new() -> Self {
        Self { found: Vec::new() }
    }

    /// Adds one that holds in a situation.
    pub(crate) fn add(&mut self, fault: T, situation: Guard) {
        match self.found.iter_mut().find(|(known, _)| *known == fault) {
            Some((_, situations)) if situations.last() == Some(&situation) => {}
            Some((_, situations)) => situations.push(situation),
            None => self.found.push((fault, vec![situation])),
        }
    }
}

impl<T> IntoIterator for Faults<T> {
    type Item = (T, Vec<Guard>);
    type IntoIter = std::vec::IntoIter<Self::Item>;

    fn into_iter(self) -> Self::IntoIter {
        self.found.into_iter()
    }
}
