//! The bar at the top: examples, sharing, the language and the theme.

use vpcheck_core::language::Language;
use web_sys::HtmlAnchorElement;
use yew::prelude::*;

use crate::examples::{self, Example};
use crate::files::Files;
use crate::opening::on_choice;
use crate::state::Theme;
use crate::words;

/// Where the book stands beside the page, if it was there when the page was built (`xtask/src/page.rs`).
const BOOK: Option<&str> = option_env!("VPCHECK_BOOK");

/// Properties of [`Header`].
#[derive(PartialEq, Properties)]
pub(crate) struct Props {
    /// The language of the page.
    pub language: Language,
    /// The theme that is on.
    pub theme: Theme,
    /// Whether the page stands alone; in another one it is only a line.
    pub is_alone: bool,
    /// Whether all of the program is there: the menu, which nobody has opened before, is filled then.
    pub is_loaded: bool,
    /// An example was chosen, by its index.
    pub on_example: Callback<usize>,
    /// Files were chosen.
    pub on_files: Callback<Files>,
    /// An empty editor was asked for.
    pub on_empty: Callback<()>,
    /// The list of keys was asked for.
    pub on_keys: Callback<()>,
    /// Sharing was asked for.
    pub on_share: Callback<()>,
    /// The page by itself was asked for, by this link.
    pub on_leave: Callback<HtmlAnchorElement>,
    /// The other language was chosen.
    pub on_language: Callback<Language>,
    /// The next theme was chosen.
    pub on_theme: Callback<Theme>,
}

/// The bar, and below it what the page is.
#[component]
pub(crate) fn Header(props: &Props) -> Html {
    let language = props.language;
    let other = match language {
        Language::English => Language::Japanese,
        Language::Japanese => Language::English,
    };
    let theme_name = words::theme(props.theme).get(language).to_owned();
    let next = props.theme.next();
    if !props.is_alone {
        let leave = props.on_leave.reform(|event: MouseEvent| event.target_unchecked_into());
        return html! {
            <header>
                <div class="bar">
                    <span class="brand">{ brand_mark() }<span>{ "vpcheck" }</span></span>
                    <span class="bar-space" />
                    <a class="bar-button" href="./" target="_blank" rel="noopener" onclick={leave}>
                        { words::open_alone().get(language).to_owned() }
                    </a>
                </div>
            </header>
        };
    }
    html! {
        <header>
            <div class="bar">
                <h1 class="brand">{ brand_mark() }<span>{ "vpcheck" }</span></h1>
                <span class="open-bar">{ file_button("open-files", "bar-button", language, &props.on_files) }</span>
                <button type="button" class="bar-button examples-button" popovertarget="examples">
                    { words::examples().get(language).to_owned() }
                    { chevron() }
                </button>
                <div class="examples" id="examples" popover="auto">
                    if props.is_loaded {
                        { menu(props) }
                    }
                </div>
                <span class="bar-space" />
                <button
                    type="button"
                    class="bar-button wide-only"
                    onclick={props.on_keys.reform(|_| ())}
                    aria-haspopup="dialog"
                    aria-label={words::keys::title().get(language).to_owned()}
                    title={words::keys::title().get(language).to_owned()}
                >
                    { keys_icon() }
                </button>
                <button
                    type="button"
                    class="bar-button"
                    onclick={props.on_share.reform(|_| ())}
                    aria-haspopup="dialog"
                    aria-label={words::share::title().get(language).to_owned()}
                >
                    { link_icon() }
                    <span class="wide-only">{ words::share::title().get(language).to_owned() }</span>
                </button>
                <button
                    type="button"
                    class="bar-button"
                    lang={other.tag()}
                    onclick={props.on_language.reform(move |_| other)}
                >
                    { words::other_language().get(language).to_owned() }
                </button>
                <button
                    type="button"
                    class="bar-button"
                    title={theme_name.clone()}
                    aria-label={theme_name}
                    onclick={props.on_theme.reform(move |_| next)}
                >
                    { theme_icon(props.theme) }
                </button>
            </div>
            <p class="tagline">
                <span>{ words::tagline().get(language).to_owned() }</span>
                { " " }
                <span class="privacy">{ words::privacy().get(language).to_owned() }</span>
                { for BOOK.map(|book| html! {
                    <>{ " " }<a href={format!("{book}/{}/index.html", language.tag())}>{ words::guide().get(language).to_owned() }</a></>
                }) }
            </p>
        </header>
    }
}

/// The input itself takes the keyboard; the label is what is seen of it.
fn file_button(
    id: &'static str,
    class: &'static str,
    language: Language,
    on_files: &Callback<Files>,
) -> Html {
    let more = words::files::open_more().get(language).to_owned();
    html! {
        <span class="file-choice" title={more}>
            <input {id} type="file" multiple=true onchange={on_choice(on_files.clone())} />
            <label for={id} {class}>{ open_icon() }<span>{ words::files::open().get(language).to_owned() }</span></label>
        </span>
    }
}

/// What can be opened.
fn menu(props: &Props) -> Html {
    let language = props.language;
    html! {
        <>
            // A narrow bar has no room for it.
            <div class="narrow-only">{ file_button("open-files-narrow", "menu-item", language, &props.on_files) }</div>
            <button
                type="button"
                class="menu-item"
                popovertarget="examples"
                popovertargetaction="hide"
                onclick={props.on_empty.reform(|_| ())}
            >
                <span class="example-title">{ words::files::empty().get(language).to_owned() }</span>
                <span class="example-sentence">{ words::files::empty_more().get(language).to_owned() }</span>
            </button>
            <ul aria-label={words::examples().get(language).to_owned()}>
                { for examples::ALL.iter().enumerate().map(|(index, example)| {
                    example_item(index, example, language, &props.on_example)
                }) }
            </ul>
        </>
    }
}

fn example_item(index: usize, example: &Example, language: Language, on_example: &Callback<usize>) -> Html {
    html! {
        <li>
            <button
                type="button"
                popovertarget="examples"
                popovertargetaction="hide"
                onclick={on_example.reform(move |_| index)}
            >
                <span class="example-title">{ (example.title)().get(language).to_owned() }</span>
                <span class="example-sentence">{ (example.sentence)().get(language).to_owned() }</span>
            </button>
        </li>
    }
}

fn brand_mark() -> Html {
    html! {
        <svg class="brand-mark" viewBox="0 0 24 24" aria-hidden="true">
            <rect x="2.5" y="2.5" width="19" height="19" rx="5" />
            <path d="m7.5 12.5 3 3 6-7" />
        </svg>
    }
}

fn chevron() -> Html {
    html! { <svg class="icon small" viewBox="0 0 16 16" aria-hidden="true"><path d="m4 6 4 4 4-4" /></svg> }
}

fn open_icon() -> Html {
    html! {
        <svg class="icon" viewBox="0 0 20 20" aria-hidden="true">
            <path d="M2.5 15.5v-11h5l2 2h8v9Z" />
        </svg>
    }
}

fn keys_icon() -> Html {
    html! {
        <svg class="icon" viewBox="0 0 20 20" aria-hidden="true">
            <path d="M2.5 5.5h15v9h-15ZM5.5 8.5h.01M8.5 8.5h.01M11.5 8.5h.01M14.5 8.5h.01M6.5 11.5h7" />
        </svg>
    }
}

fn link_icon() -> Html {
    html! {
        <svg class="icon" viewBox="0 0 20 20" aria-hidden="true">
            <path d="M8.5 11.5a3.5 3.5 0 0 0 5 0l2.5-2.5a3.5 3.5 0 0 0-5-5l-1 1" />
            <path d="M11.5 8.5a3.5 3.5 0 0 0-5 0L4 11a3.5 3.5 0 0 0 5 5l1-1" />
        </svg>
    }
}

fn theme_icon(theme: Theme) -> Html {
    let shape = match theme {
        Theme::System => {
            html! { <><circle cx="10" cy="10" r="6.5" /><path class="filled" d="M10 3.5a6.5 6.5 0 0 1 0 13Z" /></> }
        }
        Theme::Light => html! {
            <><circle cx="10" cy="10" r="3.5" />
            <path d="M10 1.5v2M10 16.5v2M1.5 10h2M16.5 10h2M4 4l1.4 1.4M14.6 14.6 16 16M4 16l1.4-1.4M14.6 5.4 16 4" /></>
        },
        Theme::Dark => html! { <path d="M16.5 12A7 7 0 0 1 8 3.5a7 7 0 1 0 8.5 8.5Z" /> },
    };
    html! { <svg class="icon" viewBox="0 0 20 20" aria-hidden="true">{ shape }</svg> }
}
