//! The document of a rule, fetched from beside the page when somebody asks for it.

use js_sys::Promise;
use vpcheck_core::language::Language;
use wasm_bindgen::prelude::*;
use wasm_bindgen_futures::{JsFuture, spawn_local};
use web_sys::{HtmlDialogElement, HtmlElement, Response, Url};
use yew::prelude::*;

use crate::words;

/// Properties of [`RuleDocument`].
#[derive(PartialEq, Properties)]
pub(crate) struct Props {
    /// The rule whose document is open, if any is.
    pub rule: Option<String>,
    /// The language of the document.
    pub language: Language,
    /// It was closed.
    pub on_close: Callback<()>,
}

/// A dialog with the document of a rule.
#[component]
pub(crate) fn RuleDocument(props: &Props) -> Html {
    let dialog = use_node_ref();
    let body = use_node_ref();
    let state = use_state_eq(|| Loading::Running);

    {
        let (dialog, body, state) = (dialog.clone(), body.clone(), state.clone());
        use_effect_with((props.rule.clone(), props.language), move |(rule, language)| {
            let (Some(dialog), Some(body)) = (dialog.cast::<HtmlDialogElement>(), body.cast::<HtmlElement>())
            else {
                return;
            };
            let Some(rule) = rule.clone() else {
                dialog.close();
                return;
            };
            if !dialog.open() {
                // It fails only where the dialog is not in the page, and here it is.
                let _ = dialog.show_modal();
            }
            body.replace_children_with_node_0();
            state.set(Loading::Running);
            let language = *language;
            spawn_local(async move {
                let ended = match show(&body, &rule, language).await {
                    Ok(()) => Loading::Done,
                    Err(_) => Loading::Failed,
                };
                state.set(ended);
            });
        });
    }

    let say = |phrase: vpcheck_core::language::Phrase| phrase.get(props.language).to_owned();
    // The browser closes a dialog on Escape by itself; the page hears of it by this event in every case.
    let on_close = props.on_close.reform(|_: Event| ());
    let on_button = props.on_close.reform(|_: MouseEvent| ());
    let on_backdrop = {
        let (dialog, on_close) = (dialog.clone(), props.on_close.clone());
        Callback::from(move |event: MouseEvent| {
            let outside = event.target().map(JsValue::from) == dialog.get().map(JsValue::from);
            if outside {
                on_close.emit(());
            }
        })
    };
    html! {
        <dialog
            class="document"
            ref={dialog}
            onclose={on_close}
            onclick={on_backdrop}
            aria-labelledby="document-rule"
        >
            <div class="document-sheet">
                <header class="document-head">
                    <code id="document-rule">{ props.rule.clone().unwrap_or_default() }</code>
                    <button type="button" class="quiet" onclick={on_button}>{ say(words::close()) }</button>
                </header>
                if *state == Loading::Running {
                    <p role="status">{ say(words::document_loading()) }</p>
                }
                if *state == Loading::Failed {
                    <p role="alert">{ say(words::document_missing()) }</p>
                }
                <div class="document-body" ref={body} lang={props.language.tag()} />
            </div>
        </dialog>
    }
}

#[derive(Clone, Copy, PartialEq)]
enum Loading {
    Running,
    Done,
    Failed,
}

async fn show(body: &HtmlElement, rule: &str, language: Language) -> Result<(), JsValue> {
    let in_language = match language {
        Language::English => None,
        Language::Japanese => fetch(&format!("rules/{rule}.ja.md")).await.ok(),
    };
    let markdown = match in_language {
        Some(markdown) => markdown,
        None => fetch(&format!("rules/{rule}.md")).await?,
    };
    let renderer: Renderer = load(RENDERER).await?.unchecked_into();
    body.replace_children_with_node_1(&renderer.render(&markdown)?);
    Ok(())
}

/// A module of JavaScript that is no part of the first load, by its name beside the page.
pub(crate) async fn load(name: &str) -> Result<JsValue, JsValue> {
    JsFuture::from(import(&beside(name)?)).await
}

/// The whole address of a file beside the page: a module's own relative imports start where that module lies.
pub(crate) fn beside(name: &str) -> Result<String, JsValue> {
    let base =
        web_sys::window().and_then(|window| window.document()).ok_or(JsValue::UNDEFINED)?.base_uri()?;
    Ok(Url::new_with_base(name, &base.unwrap_or_default())?.href())
}

/// No part of the first load; it takes Markdown apart with a library and builds the nodes itself.
const RENDERER: &str = "document.js";

async fn fetch(address: &str) -> Result<String, JsValue> {
    let window = web_sys::window().ok_or(JsValue::UNDEFINED)?;
    let response: Response = JsFuture::from(window.fetch_with_str(address)).await?.dyn_into()?;
    // Some hosts answer whatever they do not have with their front page.
    let is_page = response.headers().get("content-type")?.is_some_and(|kind| kind.starts_with("text/html"));
    if !response.ok() || is_page {
        return Err(JsValue::UNDEFINED);
    }
    JsFuture::from(response.text()?).await?.as_string().ok_or(JsValue::UNDEFINED)
}

#[wasm_bindgen]
extern "C" {
    type Renderer;
    #[wasm_bindgen(method, catch)]
    fn render(this: &Renderer, markdown: &str) -> Result<web_sys::Node, JsValue>;
}

#[wasm_bindgen(module = "/src/editor.js")]
extern "C" {
    #[wasm_bindgen(js_name = importModule)]
    fn import(address: &str) -> Promise;
}
