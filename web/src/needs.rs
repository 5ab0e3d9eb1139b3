//! What the template leaves open, with a field for each value that would settle it.

use std::collections::{BTreeMap, BTreeSet};
use std::rc::Rc;

use vpcheck_core::language::Language;
use web_sys::HtmlInputElement;
use yew::prelude::*;

use crate::prose::prose;
use crate::report::{Need, Report};
use crate::words;

/// Properties of [`Needs`].
#[derive(PartialEq, Properties)]
pub(crate) struct Props {
    /// The last report.
    pub report: Rc<Report>,
    /// The values given so far.
    pub parameters: BTreeMap<String, String>,
    /// The language of the page.
    pub language: Language,
    /// A value was given; an empty one takes it away.
    pub on_give: Callback<(String, String)>,
}

/// What would settle unknowns, and what is assumed meanwhile.
#[component]
pub(crate) fn Needs(props: &Props) -> Html {
    let Props { report, parameters, language, .. } = props;
    let language = *language;
    // A value that was given settles its need; its field must stay all the same.
    let needed = report.needs.iter().filter_map(|need| need.parameter.as_ref());
    let fields: BTreeSet<&String> = needed.chain(parameters.keys()).collect();
    let others: Vec<&Need> = report.needs.iter().filter(|need| need.parameter.is_none()).collect();
    html! {
        <>
            if !fields.is_empty() || !others.is_empty() {
                <section class="needs" aria-labelledby="needs-title">
                    <h2 id="needs-title">{ words::needs().get(language).to_owned() }</h2>
                    if !fields.is_empty() {
                        <p class="needs-more">{ words::needs_more().get(language).to_owned() }</p>
                    }
                    { for fields.into_iter().map(|name| field(props, name)) }
                    if !others.is_empty() {
                        <ul>
                            { for others.iter().map(|need| html! {
                                <li>
                                    { prose(need.reason.get(language)) }
                                </li>
                            }) }
                        </ul>
                    }
                </section>
            }
            if !report.assumptions.is_empty() {
                <section class="needs" aria-labelledby="assumptions-title">
                    <h2 id="assumptions-title">{ words::assumptions().get(language).to_owned() }</h2>
                    <ul>
                        { for report.assumptions.iter().map(|assumption| html! {
                            <li>{ prose(assumption.get(language)) }</li>
                        }) }
                    </ul>
                </section>
            }
        </>
    }
}

fn field(props: &Props, name: &str) -> Html {
    let need = props.report.needs.iter().find(|need| need.parameter.as_deref() == Some(name));
    let id = format!("need-{name}");
    let about = format!("{id}-about");
    let give = {
        let name = name.to_owned();
        props.on_give.reform(move |event: Event| {
            let input: HtmlInputElement = event.target_unchecked_into();
            (name.clone(), input.value())
        })
    };
    // An emptied field is taken as such when it is left: until then it would vanish under the hands.
    let typed = {
        let (name, on_give) = (name.to_owned(), props.on_give.clone());
        Callback::from(move |event: InputEvent| {
            let value = event.target_unchecked_into::<HtmlInputElement>().value();
            if !value.trim().is_empty() {
                on_give.emit((name.clone(), value));
            }
        })
    };
    html! {
        <div class="field" key={name.to_owned()}>
            <label for={id.clone()}><code>{ name }</code></label>
            <input
                {id}
                type="text"
                value={props.parameters.get(name).cloned().unwrap_or_default()}
                oninput={typed}
                onchange={give}
                autocomplete="off"
                autocapitalize="off"
                spellcheck="false"
                aria-describedby={need.is_some().then(|| about.clone())}
            />
            if let Some(need) = need {
                <p id={about}>{ prose(need.reason.get(props.language)) }</p>
            }
        </div>
    }
}
