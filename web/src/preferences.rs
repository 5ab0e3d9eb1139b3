//! What the browser remembers for the next visit, and what the address asks for.

use std::cell::Cell;

use vpcheck_core::language::Language;
use web_sys::{Storage, UrlSearchParams, Window};

use crate::embedding::Embedding;
use crate::state::Theme;

/// How the page stands in another one, by what its address asks for.
pub(crate) fn embedding() -> Option<Embedding> {
    let query = query(&window())?;
    Embedding::of(|name| query.get(name))
}

/// The language: of the address, else of the last visit, else of the browser.
pub(crate) fn language() -> Language {
    let window = window();
    let asked = query(&window).and_then(|query| query.get("lang"));
    let from_tag = |tag: String| Language::from_tag(&tag);
    asked.and_then(from_tag).or_else(|| stored(LANGUAGE).and_then(from_tag)).unwrap_or_else(|| {
        let tags = window.navigator().languages();
        tags.iter().filter_map(|tag| tag.as_string()).find_map(from_tag).unwrap_or_default()
    })
}

/// Remembers a language. An address that asks for another one is brought in line, or a reload would bring that back.
pub(crate) fn keep_language(language: Language) {
    keep(LANGUAGE, language.tag());
    let window = window();
    if let Some(query) = query(&window).filter(|query| query.has("lang")) {
        query.set("lang", language.tag());
        let location = window.location();
        let hash = location.hash().unwrap_or_default();
        if let (Ok(path), Ok(history)) = (location.pathname(), window.history()) {
            let query = String::from(query.to_string());
            // A refused address change costs nothing: the choice is in storage all the same.
            let _ = history.replace_state_with_url(
                &wasm_bindgen::JsValue::NULL,
                "",
                Some(&format!("{path}?{query}{hash}")),
            );
        }
    }
}

/// The theme: of the address, else of the last visit.
pub(crate) fn theme() -> Theme {
    let asked = query(&window()).and_then(|query| query.get("theme"));
    asked.or_else(|| stored(THEME)).and_then(|name| Theme::from_name(&name)).unwrap_or_default()
}

/// Remembers a theme.
pub(crate) fn keep_theme(theme: Theme) {
    keep(THEME, theme.name());
}

/// How much of the page's width or height one part was given, in percent.
pub(crate) fn share(axis: &str) -> Option<i32> {
    stored(&share_key(axis))?.parse().ok()
}

/// Remembers it; nothing is as it comes.
pub(crate) fn keep_share(axis: &str, share: Option<i32>) {
    match share {
        Some(share) => keep(&share_key(axis), &share.to_string()),
        None => forget(&share_key(axis)),
    }
}

fn share_key(axis: &str) -> String {
    format!("vpcheck.share.{axis}")
}

/// Whether `?` opens the list of keys. Who speaks to the page may say it without meaning to.
pub(crate) fn has_question_key() -> bool {
    CHOSEN_NOW.get().unwrap_or_else(|| stored(QUESTION_KEY).is_none())
}

thread_local! {
    /// Whether `?` opens the list, as chosen since the page was opened: where nothing may be stored, it holds as long.
    static CHOSEN_NOW: Cell<Option<bool>> = const { Cell::new(None) };
}

/// Remembers it; nothing is as it comes.
pub(crate) fn keep_question_key(is_on: bool) {
    CHOSEN_NOW.set(Some(is_on));
    if is_on { forget(QUESTION_KEY) } else { keep(QUESTION_KEY, "off") }
}

/// The link of what was written at the last visit.
pub(crate) fn draft() -> Option<String> {
    stored(DRAFT)
}

/// Keeps a link as the draft. One that is too long leaves the older one: a browser has little room for a page.
pub(crate) fn keep_draft(link: &str) {
    if link.len() <= LONGEST_DRAFT {
        keep(DRAFT, link);
    }
}

/// Forgets the draft.
pub(crate) fn forget_draft() {
    forget(DRAFT);
}

/// In characters of a link, which is far shorter than its template.
const LONGEST_DRAFT: usize = 250_000;
const DRAFT: &str = "vpcheck.draft";
const LANGUAGE: &str = "vpcheck.language";
const QUESTION_KEY: &str = "vpcheck.key.list";
const THEME: &str = "vpcheck.theme";

fn window() -> Window {
    web_sys::window().expect("the page runs in a window")
}

fn query(window: &Window) -> Option<UrlSearchParams> {
    UrlSearchParams::new_with_str(&window.location().search().ok()?).ok()
}

/// Storage is refused to third-party frames and in some private windows; then nothing is remembered.
/// In a page of another's nothing is read or written either.
fn storage() -> Option<Storage> {
    if embedding().is_some() {
        return None;
    }
    window().local_storage().ok().flatten()
}

fn stored(key: &str) -> Option<String> {
    storage()?.get_item(key).ok().flatten()
}

fn forget(key: &str) {
    if let Some(storage) = storage() {
        // Storage that refuses keeps nothing either.
        let _ = storage.remove_item(key);
    }
}

fn keep(key: &str, value: &str) {
    if let Some(storage) = storage() {
        // A full storage forgets a preference; the page goes on.
        let _ = storage.set_item(key, value);
    }
}
