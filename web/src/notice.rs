//! What the page has to tell once: a damaged link, a replaced text, a copied link.

use std::rc::Rc;

use gloo_timers::callback::Timeout;
use vpcheck_core::language::Language;
use yew::prelude::*;

use crate::files::Taken;
use crate::prose::prose;
use crate::state::Notice;
use crate::words;

/// Properties of [`NoticeBar`].
#[derive(PartialEq, Properties)]
pub(crate) struct Props {
    /// What to tell, if anything.
    pub notice: Option<Notice>,
    /// What the files that were opened last were taken for.
    pub taken: Rc<[Taken]>,
    /// Whether it can be taken back.
    pub can_undo: bool,
    /// The language of the page.
    pub language: Language,
    /// The last change is to be taken back.
    pub on_undo: Callback<()>,
    /// The draft is to be forgotten.
    pub on_reset: Callback<()>,
    /// The report of a breakdown was asked for.
    pub on_report: Callback<()>,
    /// It was read.
    pub on_dismiss: Callback<()>,
}

/// A bar over the page's foot. It waits to be read, unless it only confirms.
#[component]
pub(crate) fn NoticeBar(props: &Props) -> Html {
    {
        let on_dismiss = props.on_dismiss.clone();
        use_effect_with(props.notice, move |notice| {
            let passing = notice.filter(|notice| notice.is_passing());
            let timer = passing.map(|_| Timeout::new(PASSING_MS, move || on_dismiss.emit(())));
            move || drop(timer)
        });
    }
    let language = props.language;
    html! {
        <div class="notices" role="alert">
            if let Some(notice) = props.notice {
                <div class="notice">
                    <div class="notice-text">
                        <p>{ notice.words().get(language).to_owned() }</p>
                        if matches!(notice, Notice::Files(_)) {
                            <ul>{ for props.taken.iter().map(|taken| taken_item(taken, language)) }</ul>
                        }
                    </div>
                    if notice == Notice::NewerVersion {
                        <button type="button" class="quiet" onclick={Callback::from(|_| take_newer_version())}>
                            { words::reload().get(language).to_owned() }
                        </button>
                    }
                    if notice == Notice::DraftRestored {
                        <button type="button" class="quiet" onclick={props.on_reset.reform(|_| ())}>
                            { words::start_over().get(language).to_owned() }
                        </button>
                    }
                    if notice == Notice::AnalysisFailed {
                        <button type="button" class="quiet" onclick={props.on_report.reform(|_| ())}>
                            { words::failure::title().get(language).to_owned() }
                        </button>
                    }
                    if props.can_undo {
                        <button type="button" class="quiet" onclick={props.on_undo.reform(|_| ())}>
                            { words::undo().get(language).to_owned() }
                        </button>
                    }
                    <button type="button" class="quiet" onclick={props.on_dismiss.reform(|_| ())}>
                        { words::close().get(language).to_owned() }
                    </button>
                </div>
            }
        </div>
    }
}

fn taken_item(taken: &Taken, language: Language) -> Html {
    let what = match &taken.what {
        Ok(what) => words::files::what(what),
        Err(refusal) => words::files::refusal(refusal),
    };
    html! {
        <li data-refused={taken.what.is_err().then_some("")}>
            <bdi>{ &taken.name }</bdi>{ ": " }{ prose(what.get(language)) }
        </li>
    }
}

/// See web/src/offline.js, which knows of it.
fn take_newer_version() {
    if let (Some(window), Ok(event)) = (web_sys::window(), web_sys::Event::new("vpcheck-reload")) {
        // Nobody can cancel it.
        let _ = window.dispatch_event(&event);
    }
}

/// Long enough to read two short sentences.
const PASSING_MS: u32 = 8_000;
