//! What the template leaves open, with a field for each value that would settle it.

use std::collections::BTreeSet;
use std::rc::Rc;

use vpcheck_core::Source;
use vpcheck_core::language::{Language, Phrase};
use vpcheck_core::network::Assumption;
use vpcheck_core::order::Order;
use web_sys::HtmlInputElement;
use yew::prelude::*;

use crate::deployed::Deployed;
use crate::files::Files;
use crate::inputs::{Field, Inputs, ranges, ranges_of_list};
use crate::prose::prose;
use crate::report::Report;
use crate::words;

/// Properties of [`Needs`].
#[derive(PartialEq, Properties)]
pub(crate) struct Props {
    /// The last report.
    pub report: Rc<Report>,
    /// What is given so far.
    pub inputs: Inputs,
    /// The language of the page.
    pub language: Language,
    /// A value was given; an empty one takes it away.
    pub on_give: Callback<(Field, String)>,
    /// Something was assumed about the subnets of a key; nothing takes it back.
    pub on_assume: Callback<(String, Option<Assumption>)>,
    /// Texts of describe calls were added.
    pub on_add: Callback<Vec<Source>>,
    /// One of them was taken away.
    pub on_remove: Callback<usize>,
    /// Files were chosen.
    pub on_files: Callback<Files>,
}

/// What would settle unknowns, what is assumed meanwhile, and what no template does.
#[component]
pub(crate) fn Needs(props: &Props) -> Html {
    let Props { report, language, .. } = props;
    let language = *language;
    let fields = fields(report, &props.inputs);
    let others = reasons_without_field(report);
    let has_network = !report.paths.from.is_empty() || !report.contexts.is_empty();
    html! {
        <>
            if !fields.is_empty() || !others.is_empty() || has_network {
                <section class="needs" aria-labelledby="needs-title">
                    <h2 id="needs-title">{ words::needs().get(language).to_owned() }</h2>
                    if !fields.is_empty() {
                        <p class="needs-more">{ words::needs_more().get(language).to_owned() }</p>
                    }
                    { for fields.iter().map(|field| field_item(props, field)) }
                    if !others.is_empty() {
                        <ul>{ for others.iter().map(|reason| html! { <li>{ prose(reason.get(language)) }</li> }) }</ul>
                    }
                    if has_network {
                        <Deployed
                            files={report.contexts.clone()}
                            {language}
                            on_add={&props.on_add}
                            on_remove={&props.on_remove}
                            on_files={&props.on_files}
                        />
                    }
                </section>
            }
            { notes("actions", &words::actions(), &report.actions, language) }
            { notes("assumptions", &words::assumptions(), &report.assumptions, language) }
        </>
    }
}

/// Sentences under a heading, if there are any.
fn notes(name: &str, title: &Phrase, notes: &[Phrase], language: Language) -> Html {
    if notes.is_empty() {
        return html! {};
    }
    let id = format!("{name}-title");
    html! {
        <section class="needs" data-notes={name.to_owned()} aria-labelledby={id.clone()}>
            <h2 {id}>{ title.get(language).to_owned() }</h2>
            <ul>{ for notes.iter().map(|note| html! { <li>{ prose(note.get(language)) }</li> }) }</ul>
        </section>
    }
}

/// The fields to show, in order. What was given settles its need; its field must stay all the same.
fn fields(report: &Report, inputs: &Inputs) -> Vec<Field> {
    let value = |name: &String| Field::Value(name.clone());
    let mut fields: BTreeSet<Field> = report.paths.asks.iter().filter_map(|ask| ask.field.clone()).collect();
    let evidence = report.checklist.iter().flat_map(|checks| &checks.items).flat_map(|item| &item.evidence);
    fields.extend(evidence.filter_map(|evidence| evidence.field.clone()));
    fields.extend(report.needs.iter().filter_map(|need| need.parameter.as_ref()).map(value));
    fields.extend(report.paths.assumable.iter().map(value));
    fields.extend(inputs.parameters.keys().chain(inputs.assumed.keys()).map(value));
    fields.extend(inputs.prefix_lists.keys().cloned().map(Field::PrefixList));
    fields.extend(inputs.addresses.keys().cloned().map(Field::Addresses));
    if !report.paths.from.is_empty() || inputs.region.is_some() {
        fields.insert(Field::Region);
    }
    // It has a place of its own.
    fields.remove(&Field::Context);
    // Subnets first: whatever else is asked hangs on them.
    let mut fields: Vec<Field> = fields.into_iter().collect();
    fields.order_by_key(|field| !is_assumable(report, inputs, field));
    fields
}

fn is_assumable(report: &Report, inputs: &Inputs, field: &Field) -> bool {
    matches!(field, Field::Value(name)
        if report.paths.assumable.contains(name) || inputs.assumed.contains_key(name))
}

/// Why answers are open that no field settles.
fn reasons_without_field(report: &Report) -> Vec<&Phrase> {
    let has_field = |value: &Option<String>| {
        let Some(value) = value else { return false };
        let import = format!("import:{value}");
        report
            .paths
            .asks
            .iter()
            .any(|ask| matches!(&ask.field, Some(Field::Value(name)) if name == value || *name == import))
    };
    let needs = report.needs.iter().filter(|need| need.parameter.is_none() && !has_field(&need.value));
    let asks = report.paths.asks.iter().filter(|ask| ask.field.is_none());
    let mut reasons: Vec<&Phrase> = Vec::new();
    for reason in needs.map(|need| &need.reason).chain(asks.map(|ask| &ask.reason)) {
        if !reasons.contains(&reason) {
            reasons.push(reason);
        }
    }
    reasons
}

fn field_item(props: &Props, field: &Field) -> Html {
    let language = props.language;
    let id = field.element();
    let label = match field {
        Field::Value(name) => html! { <code>{ name }</code> },
        Field::PrefixList(name) => prose(words::prefix_list(name).get(language)),
        Field::Addresses(name) => prose(words::addresses(name).get(language)),
        Field::Region | Field::Context => html! { { words::region().get(language).to_owned() } },
    };
    if is_assumable(&props.report, &props.inputs, field)
        && let Field::Value(key) = field
    {
        return html! { <div class="field subnets" key={id}>{ subnets(props, field, key) }</div> };
    }
    html! {
        <div class="field" key={id.clone()}>
            <label for={id}>{ label }</label>
            { input(props, field, None) }
        </div>
    }
}

/// One click for subnets that are not known, beside the field for their ids.
fn subnets(props: &Props, field: &Field, key: &str) -> Html {
    let language = props.language;
    let id = field.element();
    let (name, question) = (format!("{id}-name"), format!("{id}-question"));
    let assumed = props.inputs.assumed.get(key).copied();
    let is_given = !props.inputs.get(field).is_empty();
    let choose = |choice: Option<Assumption>| {
        let key = key.to_owned();
        props.on_assume.reform(move |_: MouseEvent| (key.clone(), choice))
    };
    let kinds = [Assumption::PrivateNat, Assumption::Isolated, Assumption::Public];
    html! {
        <>
            <p id={name.clone()} class="subnets-name"><code>{ key }</code></p>
            if !is_given {
                <p id={question.clone()}>{ words::assume().get(language).to_owned() }</p>
                <div class="kinds" id={format!("{id}-kinds")} role="group" aria-labelledby={format!("{name} {question}")}>
                    { for kinds.into_iter().map(|kind| {
                        let is_on = assumed == Some(kind);
                        html! {
                            <button
                                type="button"
                                class="kind"
                                data-kind={kind.name()}
                                aria-pressed={is_on.to_string()}
                                onclick={choose((!is_on).then_some(kind))}
                            >
                                { words::assumption(kind).get(language).to_owned() }
                            </button>
                        }
                    }) }
                    if assumed.is_some() {
                        <button type="button" class="quiet" onclick={choose(None)}>
                            { words::undo().get(language).to_owned() }
                        </button>
                    }
                </div>
            }
            if assumed.is_none() || is_given {
                <label for={id}>{ words::assume_or().get(language).to_owned() }</label>
                { input(props, field, Some(&name)) }
            }
        </>
    }
}

/// The input of a field, and what is said about it. `name` is the element that names it beside its label.
fn input(props: &Props, field: &Field, name: Option<&str>) -> Html {
    let language = props.language;
    let id = field.element();
    let about = format!("{id}-about");
    let value = props.inputs.get(field).to_owned();
    let wrong = match field {
        Field::PrefixList(_) => ranges_of_list(&value).1.join(" "),
        Field::Addresses(_) => ranges(&value).1.join(" "),
        _ => String::new(),
    };
    let mut notes = Vec::new();
    if !wrong.is_empty() {
        notes.push(words::no_ranges(&wrong));
    }
    notes.extend(reason(&props.report, field).cloned());
    if matches!(field, Field::PrefixList(_) | Field::Addresses(_)) {
        notes.push(words::ranges_hint());
    }
    let give = {
        let field = field.clone();
        props.on_give.reform(move |event: Event| {
            let input: HtmlInputElement = event.target_unchecked_into();
            (field.clone(), input.value())
        })
    };
    // An emptied field is taken as such when it is left: until then it would vanish under the hands.
    let typed = {
        let (field, on_give) = (field.clone(), props.on_give.clone());
        Callback::from(move |event: InputEvent| {
            let value = event.target_unchecked_into::<HtmlInputElement>().value();
            if !value.trim().is_empty() {
                on_give.emit((field.clone(), value));
            }
        })
    };
    let described: Vec<&str> =
        name.into_iter().chain((!notes.is_empty()).then_some(about.as_str())).collect();
    html! {
        <>
            <input
                {id}
                type="text"
                {value}
                oninput={typed}
                onchange={give}
                autocomplete="off"
                autocapitalize="off"
                spellcheck="false"
                placeholder={(*field == Field::Region).then_some("ap-northeast-1")}
                aria-invalid={(!wrong.is_empty()).then_some("true")}
                aria-describedby={(!described.is_empty()).then(|| described.join(" "))}
            />
            if !notes.is_empty() {
                <div id={about.clone()}>
                    { for notes.iter().map(|note| html! { <p>{ prose(note.get(language)) }</p> }) }
                </div>
            }
        </>
    }
}

fn reason<'r>(report: &'r Report, field: &Field) -> Option<&'r Phrase> {
    let need = report.needs.iter().find(|need| match field {
        Field::Value(name) => need.parameter.as_ref() == Some(name),
        _ => false,
    });
    let ask = report.paths.asks.iter().find(|ask| ask.field.as_ref() == Some(field));
    need.map(|need| &need.reason).or(ask.map(|ask| &ask.reason))
}
