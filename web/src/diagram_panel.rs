//! The diagram's tab: the picture, the facts of a box, what it can be taken along as, and the same as a table.

mod canvas;
mod facts;

use std::rc::Rc;

use vpcheck_core::language::{Language, Phrase};
use wasm_bindgen_futures::spawn_local;
use yew::prelude::*;

use self::canvas::{Canvas, CanvasHandle};
use self::facts::Facts;
use crate::diagram::{Drawing, Drawings, Group};
use crate::divider::{Axis, Divider};
use crate::prose::prose;
use crate::report::{Place, Report};
use crate::words;

/// Properties of [`DiagramPanel`].
#[derive(PartialEq, Properties)]
pub(crate) struct Props {
    /// The pictures that were drawn.
    pub drawings: Drawings,
    /// The revision of the text in the editor.
    pub revision: u32,
    /// The report on that text.
    pub report: Option<Rc<Report>>,
    /// The ids of boxes that are shown in the editor too.
    pub marked: Vec<String>,
    /// The language of the page.
    pub language: Language,
    /// A place of the text was asked for.
    pub on_place: Callback<Place>,
    /// A finding was asked for.
    pub on_choose: Callback<usize>,
    /// The path is to be hidden.
    pub on_hide: Callback<()>,
    /// A group is to be opened or folded.
    pub on_toggle: Callback<String>,
}

/// The picture and everything about it.
#[component]
pub(crate) fn DiagramPanel(props: &Props) -> Html {
    let language = props.language;
    let canvas = use_memo((), |()| CanvasHandle::default());
    let told = use_state_eq(|| None::<String>);
    let said = use_state_eq(|| None::<Phrase>);

    let Some((drawing, is_older)) = props.drawings.shown() else {
        return html! { <p class="state-more">{ say(&words::diagram::drawing(), language) }</p> };
    };
    if !drawing.is_template {
        return blank(&words::no_template(), &words::no_template_more(), language);
    }
    if drawing.is_empty() {
        return blank(&words::diagram::nothing(), &words::diagram::nothing_more(), language);
    }
    let on_pick = {
        let (drawings, revision) = (props.drawings.clone(), props.revision);
        let (on_place, on_toggle) = (props.on_place.clone(), props.on_toggle.clone());
        let folded: Vec<String> =
            drawing.groups.iter().filter(|group| !group.open).map(|group| group.id.clone()).collect();
        Callback::from(move |id: String| {
            if folded.contains(&id) {
                on_toggle.emit(id);
            } else if let Some(place) = drawings.current(revision, &id).and_then(|shown| shown.place) {
                on_place.emit(place);
            }
        })
    };
    let on_badge = {
        let (drawings, revision, on_choose) =
            (props.drawings.clone(), props.revision, props.on_choose.clone());
        Callback::from(move |id: String| {
            let shown = drawings.current(revision, &id);
            if let Some(first) = shown.and_then(|shown| shown.findings.first()) {
                on_choose.emit(*first);
            }
        })
    };
    let on_facts = {
        let told = told.setter();
        Callback::from(move |id: Option<String>| told.set(id))
    };
    let on_leave = {
        let canvas = canvas.clone();
        Callback::from(move |()| canvas.focus())
    };
    let shown = (*told).as_ref().and_then(|id| drawing.find(id)).cloned();
    let is_lacking = drawing.is_broken;
    html! {
        <div class="diagram">
            { bar(props, drawing, &canvas) }
            if is_older || is_lacking {
                <p class="diagram-older" role="status">
                    { say(&if is_older { words::diagram::older() } else { words::diagram::lacking() }, language) }
                </p>
            }
            <div class="picture" id="picture" data-older={is_older.to_string()}>
                <Canvas
                    handle={(*canvas).clone()}
                    drawing={drawing.clone()}
                    marked={props.marked.clone()}
                    {language}
                    {on_facts}
                    on_pick={&on_pick}
                    {on_badge}
                />
                if let Some(shown) = shown {
                    <Facts
                        {shown}
                        report={props.report.clone()}
                        {is_older}
                        {language}
                        {on_pick}
                        on_choose={&props.on_choose}
                        {on_leave}
                    />
                }
            </div>
            <Divider
                axis={Axis::Rows}
                controls="picture"
                name={say(&words::divider_picture(), language)}
                usual={60}
            />
            <p id="diagram-keys" class="unseen">{ say(&words::diagram::keys(), language) }</p>
            { exports(drawing, &canvas, said.setter(), language) }
            <p class="note" role="status">{ said.as_ref().map(|said| say(said, language)) }</p>
            { table(drawing, language) }
        </div>
    }
}

fn blank(headline: &Phrase, more: &Phrase, language: Language) -> Html {
    html! {
        <div class="state blank">
            <p class="state-headline">{ say(headline, language) }</p>
            <p class="state-more">{ prose(more.get(language)) }</p>
        </div>
    }
}

/// Over the picture: its size, and its groups.
fn bar(props: &Props, drawing: &Drawing, canvas: &CanvasHandle) -> Html {
    let language = props.language;
    let zoom = |larger: bool| {
        let canvas = canvas.clone();
        Callback::from(move |_: MouseEvent| canvas.zoom(larger))
    };
    let fit = {
        let canvas = canvas.clone();
        Callback::from(move |_: MouseEvent| canvas.fit())
    };
    let button = |sign: &'static str, name: Phrase, onclick: Callback<MouseEvent>| {
        let name = say(&name, language);
        html! { <button type="button" class="plain" title={name.clone()} aria-label={name} {onclick}>{ sign }</button> }
    };
    let group = |group: &Group| {
        let id = group.id.clone();
        html! {
            <button
                type="button"
                class="plain"
                aria-expanded={group.open.to_string()}
                onclick={props.on_toggle.reform(move |_| id.clone())}
            >{ &group.title }</button>
        }
    };
    html! {
        <div class="diagram-bar">
            <div class="diagram-zoom" role="group" aria-label={say(&words::diagram::zooming(), language)}>
                { button("−", words::diagram::zoom_out(), zoom(false)) }
                { button("+", words::diagram::zoom_in(), zoom(true)) }
                <button type="button" class="plain" onclick={fit}>{ say(&words::diagram::fit(), language) }</button>
            </div>
            if let Some(path) = &drawing.path {
                <button
                    type="button"
                    class="plain diagram-hide"
                    title={path.clone()}
                    onclick={props.on_hide.reform(|_| ())}
                >{ say(&words::diagram::hide_path(), language) }</button>
            }
            if !drawing.groups.is_empty() {
                <div class="diagram-groups" role="group" aria-label={say(&words::diagram::groups(), language)}>
                    { for drawing.groups.iter().map(group) }
                </div>
            }
        </div>
    }
}

/// What the picture can be taken along as.
fn exports(
    drawing: &Rc<Drawing>,
    canvas: &CanvasHandle,
    said: UseStateSetter<Option<Phrase>>,
    language: Language,
) -> Html {
    let save_svg = {
        let (drawing, canvas) = (drawing.clone(), canvas.clone());
        Callback::from(move |_: MouseEvent| canvas.save_svg(&drawing.file))
    };
    let save_png = {
        let (drawing, canvas, said) = (drawing.clone(), canvas.clone(), said.clone());
        Callback::from(move |_: MouseEvent| {
            let (done, said) = (canvas.save_png(&drawing.file), said.clone());
            spawn_local(async move {
                said.set((!done.await).then(words::diagram::no_png));
            });
        })
    };
    let copy_mermaid = {
        let (drawing, canvas) = (drawing.clone(), canvas.clone());
        Callback::from(move |_: MouseEvent| {
            let (done, said) = (canvas.copy(&drawing.mermaid), said.clone());
            spawn_local(async move {
                let is_copied = done.await;
                said.set(Some(if is_copied {
                    words::diagram::copied()
                } else {
                    words::diagram::not_copied()
                }));
            });
        })
    };
    let button = |name: Phrase, onclick: Callback<MouseEvent>| {
        html! { <button type="button" class="plain" {onclick}>{ say(&name, language) }</button> }
    };
    html! {
        <div class="diagram-exports" role="group" aria-label={say(&words::diagram::exports(), language)}>
            { button(words::diagram::save_svg(), save_svg) }
            { button(words::diagram::save_png(), save_png) }
            { button(words::diagram::copy_mermaid(), copy_mermaid) }
        </div>
    }
}

/// Every relation of the picture.
fn table(drawing: &Drawing, language: Language) -> Html {
    html! {
        <details class="diagram-table">
            <summary>{ say(&words::diagram::table(), language) }</summary>
            if let Some(path) = &drawing.path {
                <p class="diagram-path">{ path }</p>
                <ol class="diagram-stops">{ for drawing.stops.iter().map(|stop| html! { <li>{ prose(stop) }</li> }) }</ol>
            }
            // Long names scroll inside their box, by keys too.
            <div class="overview-box" tabindex="0" role="region" aria-label={say(&words::diagram::table(), language)}>
                <table>
                    <thead>
                        <tr>
                            <th scope="col">{ say(&words::diagram::from(), language) }</th>
                            <th scope="col">{ say(&words::diagram::relation(), language) }</th>
                            <th scope="col">{ say(&words::diagram::to(), language) }</th>
                        </tr>
                    </thead>
                    <tbody>
                        { for drawing.table.iter().map(|[from, relation, to]| html! {
                            <tr>
                                <th scope="row">{ from }</th>
                                <td>{ relation }</td>
                                <td>{ to }</td>
                            </tr>
                        }) }
                    </tbody>
                </table>
            </div>
        </details>
    }
}

fn say(phrase: &Phrase, language: Language) -> String {
    phrase.get(language).to_owned()
}
