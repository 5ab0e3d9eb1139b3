//! The address of the page, which carries what the page shows.

use std::cell::RefCell;
use std::rc::Rc;

use gloo_events::EventListener;
use gloo_timers::callback::Timeout;
use wasm_bindgen::JsValue;
use yew::Callback;

use crate::preferences;
use crate::state::State;

/// The fragment that the page was opened with, or was sent to since.
pub(crate) fn fragment() -> String {
    web_sys::window().and_then(|window| window.location().hash().ok()).unwrap_or_default()
}

/// The whole address of the page, without what is behind `?` and `#`.
pub(crate) fn page() -> String {
    let whole = web_sys::window().and_then(|window| window.location().href().ok()).unwrap_or_default();
    whole.split(['?', '#']).next().unwrap_or_default().to_owned()
}

/// The address of the page by itself, with a fragment.
pub(crate) fn alone(fragment: &str) -> String {
    let path = web_sys::window().and_then(|window| window.location().pathname().ok()).unwrap_or_default();
    format!("{path}{fragment}")
}

/// Keeps the address in step with the state, a moment behind it. Clones are the same address.
#[derive(Clone)]
pub(crate) struct Address {
    pending: Rc<RefCell<Option<Pending>>>,
    refused: Callback<()>,
}

struct Pending {
    state: State,
    _timer: Timeout,
}

impl Address {
    /// `refused` hears of every state that did not fit.
    pub(crate) fn new(refused: Callback<()>) -> Self {
        Self { pending: Rc::default(), refused }
    }

    /// Brings the address in step with `state`, once changes pause: browsers allow only so many changes a second.
    pub(crate) fn follow(&self, state: State) {
        let this = self.clone();
        let timer = Timeout::new(PAUSE_MS, move || this.flush());
        *self.pending.borrow_mut() = Some(Pending { state, _timer: timer });
    }

    /// Does now what was to come after the pause.
    fn flush(&self) {
        let pending = self.pending.borrow_mut().take();
        let Some(Pending { state, _timer }) = pending else { return };
        let link = state.link().ok();
        if let Some(link) = link.as_deref().filter(|_| state.is_draft()) {
            preferences::keep_draft(link);
        }
        let written = link.is_some_and(|link| write(&format!("#{link}")).is_ok());
        if !written {
            // An older text in the address would pass for this one.
            let _ = write("");
            self.refused.emit(());
        }
    }

    /// Writes what is pending when the page is left or put away.
    pub(crate) fn flush_on_leaving(&self) -> Option<EventListener> {
        let this = self.clone();
        // `pagehide` also comes where `beforeunload` does not, such as on phones.
        web_sys::window().map(|window| EventListener::new(&window, "pagehide", move |_| this.flush()))
    }
}

impl PartialEq for Address {
    fn eq(&self, other: &Self) -> bool {
        Rc::ptr_eq(&self.pending, &other.pending)
    }
}

/// Safari allows 100 changes in 30 seconds; this keeps well below.
const PAUSE_MS: u32 = 500;

fn write(fragment: &str) -> Result<(), JsValue> {
    let window = web_sys::window().ok_or(JsValue::UNDEFINED)?;
    let location = window.location();
    let address = format!("{}{}{fragment}", location.pathname()?, location.search()?);
    window.history()?.replace_state_with_url(&JsValue::NULL, "", Some(&address))
}
