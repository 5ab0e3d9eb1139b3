//! From text to a model of what is billed.

use super::estimate::{Plan, estimate, total_of};
use super::model::CostModel;
use super::{from_template, region};
use crate::analysis::{Options, Source};
use crate::language::Phrase;
use crate::network::{Place, Situated, resolve};
use crate::paths::parse_goal;
use crate::rules::{Subject, nearest};
use crate::template::reference::References;
use crate::{analysis, phrase};

/// What [`cost`] reads.
#[derive(Clone, Debug, Default)]
pub struct Costing {
    /// What the template is billed for.
    pub model: CostModel,
    /// The texts that it points into: the template first, then the context files.
    pub sources: Vec<Source>,
    /// Whether the text is a template at all.
    pub is_template: bool,
    /// Where the text first fails to parse.
    pub broken: Option<Place>,
    /// Names in the traffic that are nothing of the template's.
    pub problems: Vec<Phrase>,
}

/// Reads what a template is billed for. `options.traffic` may name ways that no demand tells of.
pub fn cost(path: &str, text: &str, options: &Options) -> Costing {
    let (surroundings, region) = analysis::surroundings(options);
    let inputs = crate::template::Inputs {
        parameters: options.parameters.clone(),
        region: region.clone(),
        ..crate::template::Inputs::default()
    };
    let mut template = analysis::lower_text(text, options, inputs.clone());
    let told = if region.is_none() { region::told_by(&template) } else { None };
    if let Some((region, _)) = &told {
        // Read again, so that what hangs on the region is known too.
        let inputs = crate::template::Inputs { region: Some(region.clone()), ..inputs };
        template = analysis::lower_text(text, options, inputs);
    }
    let networks = resolve(&template, &surroundings);
    let references = References::of(&template);
    let subject = Subject::new(&template, &references, &networks, options);
    let mut model = dearest(&subject);
    model.assumptions.extend(told.map(|(_, words)| words));
    let mut sources = vec![Source { path: path.to_owned(), text: text.to_owned() }];
    sources.extend(options.contexts.iter().cloned());
    Costing {
        problems: unknown_names(&subject).into_iter().map(|(_, words)| words).collect(),
        model,
        sources,
        is_template: template.is_template(),
        broken: template.parsed.errors.first().map(|error| Place::in_template(error.span)),
    }
}

/// What a lowered template is billed for, in each of its situations.
pub(crate) fn models(subject: &Subject<'_, '_>) -> Vec<CostModel> {
    let template = subject.template;
    let told = || region::told_by(template).map(|(region, _)| region);
    let region = template.inputs().region.clone().or_else(told);
    let model = |at| CostModel { region: region.clone(), ..from_template::model(subject, at) };
    (0..subject.networks.len()).map(model).collect()
}

/// Of several situations the dearest, and an assumption says which.
pub(crate) fn dearest(subject: &Subject<'_, '_>) -> CostModel {
    let networks = subject.networks;
    let total = |model: &CostModel| {
        let estimate = estimate(model, subject.prices, subject.traffic);
        total_of(&estimate, Plan::Today).map(|band| band.typical)
    };
    let mut found: Option<(&CostModel, &Situated)> = None;
    for (model, situated) in subject.models().iter().zip(networks) {
        if found.is_none_or(|(known, _)| total(model) > total(known)) {
            found = Some((model, situated));
        }
    }
    let Some((model, situated)) = found else { return CostModel::default() };
    let (mut model, situation) = (model.clone(), subject.template.describe(situated.situation));
    if networks.len() > 1 && !situation.is_empty() {
        let count = networks.len();
        model.assumptions.push(phrase!(
            en: "conditions make {count} different networks; the dearest is counted, where {situation}",
            ja: "条件によってネットワークが {count} 通りあり、もっとも高い {situation} の場合で計算しています",
        ));
    }
    model
}

/// What the traffic names and the template does not have: each name, and that it is unknown.
pub(crate) fn unknown_names(subject: &Subject<'_, '_>) -> Vec<(String, Phrase)> {
    let (Some(traffic), template) = (subject.traffic, subject.template) else { return Vec::new() };
    let mut found: Vec<(String, Phrase)> = Vec::new();
    let mut add = |name: &str, what: Phrase| {
        if !found.iter().any(|(known, _)| known == name) {
            found.push((name.to_owned(), what));
        }
    };
    let functions: Vec<&str> = template
        .resources
        .iter()
        .filter(|resource| resource.kind == "AWS::Lambda::Function")
        .map(|resource| resource.id.as_str())
        .collect();
    let models = subject.models().iter();
    let carriers: Vec<&str> =
        models.clone().flat_map(|model| &model.carriers).map(|carrier| carrier.resource.as_str()).collect();
    let resolvers: Vec<&str> = models.flat_map(|model| &model.resolvers).map(|(id, _)| id.as_str()).collect();
    let unknown = |name: &str, known: &[&str]| {
        let near = nearest(name, known.iter().copied());
        let (en, ja) = match near {
            Some(near) => (format!("; did you mean `{near}`?"), format!("。`{near}` ではありませんか?")),
            None => (String::new(), String::new()),
        };
        phrase!(
            en: "`{name}` is nothing in the template that carries such traffic{en}",
            ja: "`{name}` は、該当する通信を扱うリソースとしてテンプレートにありません{ja}",
        )
    };
    for (function, destination) in traffic.flows.keys() {
        if !functions.contains(&function.as_str()) {
            add(function, unknown(function, &functions));
        }
        if let Err(error) = parse_goal(destination, template) {
            add(destination, error.what);
        }
    }
    for name in traffic.through.keys().filter(|name| !carriers.contains(&name.as_str())) {
        add(name, unknown(name, &carriers));
    }
    let called = traffic.requests.keys().chain(traffic.milliseconds.keys());
    for name in called.filter(|name| !functions.contains(&name.as_str())) {
        add(name, unknown(name, &functions));
    }
    for name in traffic.queries.keys().filter(|name| !resolvers.contains(&name.as_str())) {
        add(name, unknown(name, &resolvers));
    }
    found
}
