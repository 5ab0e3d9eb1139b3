//! The dialog for sharing: what should perhaps not be shared, then the link, Markdown, snippets and a file.

use std::rc::Rc;

use gloo_timers::callback::Timeout;
use vpcheck_core::language::{Language, Phrase};
use vpcheck_core::share::ShareError;
use wasm_bindgen::{JsCast, JsValue};
use wasm_bindgen_futures::{JsFuture, spawn_local};
use web_sys::{Blob, HtmlAnchorElement, HtmlDialogElement, HtmlInputElement, HtmlSelectElement, Url};
use yew::prelude::*;

use crate::address;
use crate::prose::prose;
use crate::sharing::{self, Embed, Found, Package, Sharing};
use crate::state::{Pane, Theme};
use crate::words::{self, share};

/// Properties of [`ShareDialog`].
#[derive(PartialEq, Properties)]
pub(crate) struct Props {
    /// What is shared, while it is open.
    pub sharing: Option<Sharing>,
    /// Whether describe calls were given, which are in no link.
    pub has_context: bool,
    /// What is beside the editor.
    pub beside: Pane,
    /// The language of the page.
    pub language: Language,
    /// It was chosen whether to replace what should perhaps not be shared.
    pub on_redact: Callback<bool>,
    /// It was closed.
    pub on_close: Callback<()>,
}

/// How many places are named one by one.
const NAMED: usize = 20;

/// A dialog that stands in the page and is shown while there is something to share.
#[component]
pub(crate) fn ShareDialog(props: &Props) -> Html {
    let dialog = use_node_ref();
    let said = use_state_eq(|| None::<Phrase>);
    {
        let (dialog, said) = (dialog.clone(), said.setter());
        use_effect_with(props.sharing.is_some(), move |is_open| {
            let Some(dialog) = dialog.cast::<HtmlDialogElement>() else { return };
            if !is_open {
                dialog.close();
            } else if !dialog.open() {
                said.set(None);
                // It fails only where the dialog is not in the page, and here it is.
                let _ = dialog.show_modal();
            }
        });
    }
    let language = props.language;
    let say = |phrase: Phrase| phrase.get(language).to_owned();
    // The browser closes a dialog on Escape by itself; the page hears of it by this event in every case.
    let on_close = props.on_close.reform(|_: Event| ());
    let on_button = props.on_close.reform(|_: MouseEvent| ());
    let on_backdrop = {
        let (dialog, on_close) = (dialog.clone(), props.on_close.clone());
        Callback::from(move |event: MouseEvent| {
            if event.target().map(JsValue::from) == dialog.get().map(JsValue::from) {
                on_close.emit(());
            }
        })
    };
    let ready = props.sharing.as_ref().and_then(Sharing::ready).cloned();
    let words = said.as_ref().map(|said| said.get(language).to_owned());
    let preparing = (props.sharing.is_some() && ready.is_none()).then(|| say(share::preparing()));
    html! {
        <dialog class="document share" ref={dialog} onclose={on_close} onclick={on_backdrop} aria-labelledby="share-title">
            <div class="document-sheet">
                <header class="document-head">
                    <h2 id="share-title">{ say(share::title()) }</h2>
                    <p class="share-said" role="status">{ preparing.or(words) }</p>
                    <button type="button" class="quiet" onclick={on_button}>{ say(words::close()) }</button>
                </header>
                if let Some(sharing) = &props.sharing {
                    if let Some(made) = sharing.made.as_ref().filter(|made| !made.found.is_empty()) {
                        { before_sharing(&made.found, sharing.redacts, language, &props.on_redact) }
                    }
                    if props.has_context {
                        <p class="share-note">{ say(share::without_context()) }</p>
                    }
                    <Parts package={ready} beside={props.beside} {language} on_said={Callback::from(move |words| said.set(Some(words)))} />
                }
            </div>
        </dialog>
    }
}

fn before_sharing(found: &[Found], redacts: bool, language: Language, on_redact: &Callback<bool>) -> Html {
    let say = |phrase: Phrase| phrase.get(language).to_owned();
    let on_change =
        on_redact.reform(|event: Event| event.target_unchecked_into::<HtmlInputElement>().checked());
    let more = found.len().checked_sub(NAMED).filter(|more| *more > 0);
    html! {
        <section class="share-part share-sensitive" aria-labelledby="share-sensitive">
            <h3 id="share-sensitive">{ say(share::sensitive()) }</h3>
            <label class="share-check">
                <input type="checkbox" checked={redacts} onchange={on_change} />
                { say(share::replace()) }
            </label>
            <ul>
                { for found.iter().take(NAMED).map(|one| html! {
                    <li>
                        { say(share::place(one)) }{ " " }<code>{ one.text.clone() }</code>
                        <span aria-hidden="true">{ " → " }</span><span class="unseen">{ say(share::becomes()) }</span>
                        <code>{ one.replacement.clone() }</code>
                    </li>
                }) }
                if let Some(more) = more {
                    <li>{ say(share::more(more)) }</li>
                }
            </ul>
            <p>{ say(share::replace_more()) }</p>
        </section>
    }
}

#[derive(PartialEq, Properties)]
struct PartsProps {
    /// What may be copied, once it is made.
    package: Option<Rc<Package>>,
    beside: Pane,
    language: Language,
    on_said: Callback<Phrase>,
}

/// What can be taken along.
#[component]
fn Parts(props: &PartsProps) -> Html {
    let embed = use_state_eq(|| Embed {
        view: props.beside,
        language: Some(props.language),
        theme: Theme::System,
        is_read_only: false,
    });
    let language = props.language;
    let say = |phrase: Phrase| phrase.get(language).to_owned();
    let page = address::page();
    let package = props.package.as_deref();
    let fragment = package.map(|package| package.fragment.as_deref());
    let text = |of: fn(&Package) -> &String| package.map(of).cloned();
    let linked = |make: &dyn Fn(&str) -> String| fragment.flatten().map(make);
    let boxed = |id: &'static str, name: Phrase, rows: u8, text: Option<String>| {
        text_box(id, &name, rows, text, language, &props.on_said)
    };
    let download = |name: &'static str, label: Phrase, of: fn(&Package) -> &String| {
        let (package, on_said) = (props.package.clone(), props.on_said.clone());
        let onclick = Callback::from(move |_: MouseEvent| {
            if let Some(package) = &package
                && save(name, of(package)).is_ok()
            {
                on_said.emit(share::saved(name));
            }
        });
        let disabled = props.package.is_none();
        html! { <button type="button" class="plain share-save" {disabled} {onclick}>{ say(label) }</button> }
    };
    let is_too_large = fragment == Some(None);
    html! {
        <>
            <section class="share-part">
                <h3>{ say(share::link()) }</h3>
                if is_too_large {
                    <p>{ say(ShareError::TooLarge.explain()) }</p>
                } else {
                    <p>{ say(share::link_more()) }</p>
                    { boxed("share-link", share::link(), 2, linked(&|fragment| sharing::link(&page, fragment))) }
                }
            </section>
            <section class="share-part">
                <h3>{ say(share::issue()) }</h3>
                <p>{ say(share::issue_more()) }</p>
                { boxed("share-issue", share::issue(), 5, text(|package| &package.issue)) }
            </section>
            <section class="share-part">
                <h3>{ say(share::article()) }</h3>
                <p>{ say(share::article_more()) }</p>
                { boxed("share-article", share::article(), 5, text(|package| &package.article)) }
            </section>
            if !is_too_large {
                <section class="share-part">
                    <h3>{ say(share::embed()) }</h3>
                    <p>{ say(share::embed_more()) }</p>
                    { choices(&embed, language) }
                    <p class="share-name">{ say(share::element()) }</p>
                    { boxed("share-element", share::element(), 4, linked(&|fragment| embed.element(&page, fragment))) }
                    <p class="share-name">{ say(share::frame()) }</p>
                    { boxed("share-frame", share::frame(), 4, linked(&|fragment| embed.frame(&page, fragment))) }
                </section>
            }
            <section class="share-part">
                <h3>{ say(share::export()) }</h3>
                <p>{ prose(share::export_more().get(language)) }</p>
                { download("vpcheck.json", share::download_json(), |package| &package.json) }
                { download("vpcheck.sarif", share::download_sarif(), |package| &package.sarif) }
            </section>
        </>
    }
}

/// A text that can be selected by hand, and the button that copies it.
fn text_box(
    id: &'static str,
    name: &Phrase,
    rows: u8,
    text: Option<String>,
    language: Language,
    on_said: &Callback<Phrase>,
) -> Html {
    let on_copy = {
        let (text, on_said) = (text.clone().unwrap_or_default(), on_said.clone());
        Callback::from(move |_: MouseEvent| {
            let (text, on_said) = (text.clone(), on_said.clone());
            spawn_local(async move {
                on_said.emit(if copy(&text).await { share::copied() } else { share::not_copied() });
            });
        })
    };
    html! {
        <div class="share-box">
            <textarea
                {id}
                readonly=true
                spellcheck="false"
                rows={rows.to_string()}
                aria-label={name.get(language).to_owned()}
                value={text.clone().unwrap_or_default()}
            />
            <button
                type="button"
                class="plain"
                disabled={text.is_none()}
                aria-label={share::copy_of(name).get(language).to_owned()}
                onclick={on_copy}
            >
                { share::copy().get(language).to_owned() }
            </button>
        </div>
    }
}

fn choices(embed: &UseStateHandle<Embed>, language: Language) -> Html {
    let say = |phrase: Phrase| phrase.get(language).to_owned();
    let now = **embed;
    let themes = [
        (Theme::System, share::theme_system()),
        (Theme::Light, share::theme_light()),
        (Theme::Dark, share::theme_dark()),
    ];
    let languages = [
        (None, say(share::language_of_reader())),
        (Some(Language::English), "English".to_owned()),
        (Some(Language::Japanese), "日本語".to_owned()),
    ];
    let set = |change: fn(&mut Embed, &str)| {
        let embed = embed.clone();
        Callback::from(move |event: Event| {
            let mut next = *embed;
            change(&mut next, &event.target_unchecked_into::<HtmlSelectElement>().value());
            embed.set(next);
        })
    };
    let on_read_only = {
        let embed = embed.clone();
        Callback::from(move |event: Event| {
            let is_read_only = event.target_unchecked_into::<HtmlInputElement>().checked();
            embed.set(Embed { is_read_only, ..*embed });
        })
    };
    html! {
        <div class="share-choices">
            <label class="field">
                { say(share::view()) }
                <select onchange={set(|embed, name| embed.view = Pane::from_name(name).unwrap_or_default())}>
                    { for Embed::VIEWS.iter().map(|view| option(view.name(), say(words::pane(*view)), *view == now.view)) }
                </select>
            </label>
            <label class="field">
                { say(share::language()) }
                <select onchange={set(|embed, tag| embed.language = Language::from_tag(tag))}>
                    { for languages.into_iter().map(|(one, name)| {
                        option(one.map_or("", Language::tag), name, one == now.language)
                    }) }
                </select>
            </label>
            <label class="field">
                { say(share::theme()) }
                <select onchange={set(|embed, name| embed.theme = Theme::from_name(name).unwrap_or_default())}>
                    { for themes.into_iter().map(|(one, name)| option(one.name(), say(name), one == now.theme)) }
                </select>
            </label>
            <label class="share-check">
                <input type="checkbox" checked={now.is_read_only} onchange={on_read_only} />
                { say(share::read_only()) }
            </label>
        </div>
    }
}

fn option(value: &'static str, name: String, selected: bool) -> Html {
    html! { <option {value} {selected}>{ name }</option> }
}

async fn copy(text: &str) -> bool {
    let Some(window) = web_sys::window() else { return false };
    // Missing where the page is not served securely.
    let clipboard = js_sys::Reflect::get(&window.navigator(), &"clipboard".into());
    if clipboard.map_or(true, |clipboard| clipboard.is_undefined()) {
        return false;
    }
    JsFuture::from(window.navigator().clipboard().write_text(text)).await.is_ok()
}

fn save(name: &str, text: &str) -> Result<(), JsValue> {
    let document = web_sys::window().and_then(|window| window.document()).ok_or(JsValue::UNDEFINED)?;
    let blob = Blob::new_with_str_sequence(&js_sys::Array::of1(&text.into()))?;
    let address = Url::create_object_url_with_blob(&blob)?;
    let link: HtmlAnchorElement = document.create_element("a")?.unchecked_into();
    link.set_href(&address);
    link.set_download(name);
    link.click();
    // The download has begun by then; what is not taken back is kept for as long as the page.
    Timeout::new(DOWNLOAD_MS, move || _ = Url::revoke_object_url(&address)).forget();
    Ok(())
}

const DOWNLOAD_MS: u32 = 10_000;
