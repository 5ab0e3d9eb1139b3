//! A figure: a slider over decades with a field for exact numbers beside it.

use vpcheck_core::cost::Quantity;
use vpcheck_core::language::Language;
use web_sys::HtmlInputElement;
use yew::prelude::*;

use crate::amounts::Amounts;
use crate::figures::Scale;
use crate::prose::prose;
use crate::words;

/// Properties of [`Dial`].
#[derive(PartialEq, Properties)]
pub(super) struct Props {
    /// The key of the figure, which is also the id of the field.
    pub figure: AttrValue,
    /// What it is called.
    pub label: AttrValue,
    /// What is given, as typed; nothing where it is not.
    pub typed: Option<String>,
    /// Where the slider stands: the figure that is counted with, or that is assumed.
    pub at: Quantity,
    /// The unit.
    pub unit: AttrValue,
    /// The language of the page.
    pub language: Language,
    /// The id of what describes it.
    #[prop_or_default]
    pub about: Option<AttrValue>,
    /// A figure was given; an empty one takes it away.
    pub on_set: Callback<String>,
}

/// The slider and the field.
#[component]
pub(super) fn Dial(props: &Props) -> Html {
    let Props { figure, at, language, on_set, .. } = props;
    let scale = Scale::of(figure);
    let amounts = use_memo(*language, |language| Amounts::new(*language, None));
    // What is being typed and is no number; it stays in the field, and the last number is counted with.
    let wrong = use_state_eq(|| None::<String>);
    let shown = (*wrong).clone().or_else(|| props.typed.clone()).unwrap_or_default();
    let slide = {
        let (on_set, wrong) = (on_set.clone(), wrong.setter());
        Callback::from(move |event: InputEvent| {
            let place = event.target_unchecked_into::<HtmlInputElement>().value().parse().unwrap_or_default();
            wrong.set(None);
            on_set.emit(scale.value(place).to_string());
        })
    };
    let typed = {
        let (on_set, wrong) = (on_set.clone(), wrong.setter());
        Callback::from(move |event: InputEvent| {
            let value = event.target_unchecked_into::<HtmlInputElement>().value();
            let value = value.trim().replace(',', "");
            let is_number = value.is_empty() || Quantity::parse(&value).is_some();
            wrong.set((!is_number).then(|| value.clone()));
            if is_number {
                on_set.emit(value);
            }
        })
    };
    let unit = &props.unit;
    let spoken = format!("{} {unit}", amounts.units(*at)).trim_end().to_owned();
    let slider = format!("{figure}-slider");
    let wrong_id = format!("{figure}-wrong");
    let is_wrong = wrong.is_some();
    html! {
        <div class="dial">
            <label for={slider.clone()}>{ prose(&props.label) }</label>
            <div class="dial-row">
                <input
                    id={slider}
                    type="range"
                    min="0"
                    max={scale.last().to_string()}
                    step="1"
                    value={scale.place(*at).to_string()}
                    aria-valuetext={spoken}
                    aria-describedby={props.about.clone()}
                    data-given={props.typed.is_some().to_string()}
                    oninput={slide}
                />
                <input
                    id={figure.clone()}
                    type="text"
                    inputmode="decimal"
                    autocomplete="off"
                    value={shown}
                    placeholder={at.short()}
                    aria-label={format!("{} ({})", props.label.replace('`', ""), words::cost::exactly().get(*language))}
                    aria-invalid={is_wrong.then_some("true")}
                    aria-describedby={is_wrong.then(|| wrong_id.clone())}
                    oninput={typed}
                />
                <span class="dial-unit" aria-hidden="true">{ unit }</span>
            </div>
            if is_wrong {
                <p id={wrong_id} class="wrong">{ words::cost::number_wrong().get(*language).to_owned() }</p>
            }
        </div>
    }
}
