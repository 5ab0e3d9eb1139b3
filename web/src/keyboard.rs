//! The keys of the page where they are pressed, and the list of them.

use gloo_events::{EventListener, EventListenerOptions};
use gloo_timers::callback::Timeout;
use vpcheck_core::language::{Language, Phrase};
use wasm_bindgen::JsCast;
use web_sys::{HtmlDialogElement, HtmlElement, HtmlInputElement, KeyboardEvent};
use yew::prelude::*;

use crate::keys::{Command, Key};
use crate::preferences;
use crate::words::{self, keys};

/// Has `on_command` hear of the page's keys, for as long as the page lives.
#[hook]
pub(crate) fn use_keys(on_command: Callback<Command>) {
    let latest = use_mut_ref(Callback::noop);
    *latest.borrow_mut() = on_command;
    use_effect_with((), move |()| {
        let listener = web_sys::window().map(|window| {
            let options = EventListenerOptions::enable_prevent_default();
            EventListener::new_with_options(&window, "keydown", options, move |event| {
                let event: &KeyboardEvent = event.unchecked_ref();
                // Others may have taken it, as the editor does F8; a dialog has the keyboard for itself.
                if event.default_prevented() || event.is_composing() || find("dialog[open]").is_some() {
                    return;
                }
                let command = key(event, &event.key()).command();
                let is_off = || command == Some(Command::List) && !preferences::has_question_key();
                if let Some(command) = command.filter(|_| !is_off()) {
                    event.prevent_default();
                    let callback = latest.borrow().clone();
                    callback.emit(command);
                }
            })
        });
        move || drop(listener)
    });
}

fn key<'a>(event: &KeyboardEvent, name: &'a str) -> Key<'a> {
    let target = event.target().and_then(|target| target.dyn_into::<HtmlElement>().ok());
    let in_field = target.is_some_and(|target| {
        target.is_content_editable() || matches!(target.tag_name().as_str(), "INPUT" | "TEXTAREA" | "SELECT")
    });
    let control = event.ctrl_key() || event.meta_key();
    Key { name, alt: event.alt_key(), control, shift: event.shift_key(), in_field }
}

/// The first element of the page that `selector` names.
pub(crate) fn find(selector: &str) -> Option<HtmlElement> {
    let document = web_sys::window()?.document()?;
    document.query_selector(selector).ok().flatten()?.dyn_into().ok()
}

/// Gives the keyboard to an element, once what was asked for just now is drawn.
pub(crate) fn focus_soon(selector: &'static str) {
    Timeout::new(0, move || {
        if let Some(element) = find(selector) {
            // What is hidden cannot have it, and then nothing else should.
            let _ = element.focus();
        }
    })
    .forget();
}

/// Properties of [`KeysDialog`].
#[derive(PartialEq, Properties)]
pub(crate) struct Props {
    /// Whether it is open.
    pub is_open: bool,
    /// The language of the page.
    pub language: Language,
    /// It was closed.
    pub on_close: Callback<()>,
}

/// The list of all keys.
#[component]
pub(crate) fn KeysDialog(props: &Props) -> Html {
    let dialog = use_node_ref();
    {
        let dialog = dialog.clone();
        use_effect_with(props.is_open, move |is_open| {
            let Some(dialog) = dialog.cast::<HtmlDialogElement>() else { return };
            if !is_open {
                dialog.close();
            } else if !dialog.open() {
                // It fails only where the dialog is not in the page, and here it is.
                let _ = dialog.show_modal();
            }
        });
    }
    let language = props.language;
    let on_close = props.on_close.reform(|_: Event| ());
    let on_button = props.on_close.reform(|_: MouseEvent| ());
    html! {
        <dialog class="document keys" ref={dialog} onclose={on_close} aria-labelledby="keys-title">
            <div class="document-sheet">
                <header class="document-head">
                    <h2 id="keys-title">{ say(&keys::title(), language) }</h2>
                    <button type="button" class="quiet" onclick={on_button}>{ say(&words::close(), language) }</button>
                </header>
                if props.is_open {
                    { for lists().iter().map(|(title, rows)| list(title, rows, language)) }
                    <label class="keys-choice">
                        <input
                            type="checkbox"
                            checked={preferences::has_question_key()}
                            onchange={Callback::from(|event: Event| {
                                let target = event.target().and_then(|target| target.dyn_into::<HtmlInputElement>().ok());
                                if let Some(input) = target {
                                    preferences::keep_question_key(input.checked());
                                }
                            })}
                        />
                        <span>{ say(&keys::question(), language) }</span>
                    </label>
                }
            </div>
        </dialog>
    }
}

type Row = (&'static [&'static str], Phrase);

fn lists() -> [(Phrase, Vec<Row>); 3] {
    [
        (
            keys::everywhere(),
            vec![
                (&["F8"], keys::next_finding()),
                (&["Shift+F8"], keys::previous_finding()),
                (&["Alt+PageDown"], keys::next_pane()),
                (&["Alt+PageUp"], keys::previous_pane()),
                (&["←", "→", "↑", "↓", "Enter"], keys::divide()),
                (&["?"], keys::list()),
            ],
        ),
        (
            keys::editor(),
            vec![
                (&["Tab"], keys::leave()),
                (&["Ctrl+]", "Ctrl+["], keys::indent()),
                (&["Ctrl+F"], keys::search()),
                (&["Ctrl+Z"], keys::undo()),
            ],
        ),
        (
            keys::diagram(),
            vec![
                (&["←", "→", "↑", "↓"], keys::walk()),
                (&["Enter"], keys::open()),
                (&["+", "-", "0"], keys::zoom()),
            ],
        ),
    ]
}

fn list(title: &Phrase, rows: &[Row], language: Language) -> Html {
    html! {
        <section class="keys-list">
            <h3>{ say(title, language) }</h3>
            <dl>
                { for rows.iter().map(|(names, what)| html! {
                    <div>
                        <dt>{ for names.iter().map(|name| html! { <><kbd>{ *name }</kbd>{ " " }</> }) }</dt>
                        <dd>{ say(what, language) }</dd>
                    </div>
                }) }
            </dl>
        </section>
    }
}

fn say(phrase: &Phrase, language: Language) -> String {
    phrase.get(language).to_owned()
}
