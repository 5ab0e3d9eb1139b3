//! Files on their way into the page: chosen in a dialog, or dropped anywhere.

use gloo_events::{EventListener, EventListenerOptions, EventListenerPhase};
use js_sys::Uint8Array;
use wasm_bindgen::JsCast;
use wasm_bindgen_futures::{JsFuture, spawn_local};
use web_sys::{DataTransfer, DragEvent, File, FileList, HtmlInputElement};
use yew::prelude::*;

use crate::files::{Files, Given, Refusal, SIZE_LIMIT};

/// Reads files and tells them apart; `on_files` hears of all together.
pub(crate) fn open(list: Option<FileList>, on_files: Callback<Files>) {
    // The list itself empties with the input or the event that it comes from.
    let files: Vec<File> =
        list.map(|files| (0..files.length()).filter_map(|at| files.get(at)).collect()).unwrap_or_default();
    if files.is_empty() {
        return;
    }
    spawn_local(async move {
        let mut given = Vec::new();
        for file in files {
            given.push(Given { name: file.name(), content: read(&file).await });
        }
        on_files.emit(Files::of(given));
    });
}

async fn read(file: &File) -> Result<Vec<u8>, Refusal> {
    // What is too large is not even read. Sizes are whole numbers.
    #[allow(clippy::cast_precision_loss)]
    if file.size() > SIZE_LIMIT as f64 {
        return Err(Refusal::TooLarge(SIZE_LIMIT));
    }
    // A folder cannot be read, nor a file that has gone meanwhile.
    let buffer = JsFuture::from(file.array_buffer()).await.map_err(|_| Refusal::Unreadable)?;
    Ok(Uint8Array::new(&buffer).to_vec())
}

/// What an input for files does when some were chosen.
pub(crate) fn on_choice(on_files: Callback<Files>) -> Callback<Event> {
    Callback::from(move |event: Event| {
        let input: HtmlInputElement = event.target_unchecked_into();
        open(input.files(), on_files.clone());
        // The same file may be chosen again.
        input.set_value("");
    })
}

/// Takes files that are dropped anywhere; says whether some are held over the page just now.
#[hook]
pub(crate) fn use_drop(is_on: bool, on_files: Callback<Files>) -> bool {
    let is_over = use_state_eq(|| false);
    {
        let is_over = is_over.setter();
        use_effect_with(is_on, move |is_on| {
            let listeners = if *is_on { listeners(&is_over, &on_files) } else { Vec::new() };
            move || drop(listeners)
        });
    }
    *is_over
}

/// They come before all others: the editor would put the text of a file in between its lines, and the browser would open
/// it in place of the page.
fn listeners(is_over: &UseStateSetter<bool>, on_files: &Callback<Files>) -> Vec<EventListener> {
    let Some(window) = web_sys::window() else { return Vec::new() };
    let listen = |name: &'static str, act: Box<dyn Fn(&DragEvent, &DataTransfer)>| {
        let options = EventListenerOptions { phase: EventListenerPhase::Capture, passive: false };
        EventListener::new_with_options(&window, name, options, move |event| {
            let event: &DragEvent = event.unchecked_ref();
            // A text that is dragged goes where it is dropped.
            if let Some(data) = event.data_transfer().filter(holds_files) {
                event.prevent_default();
                event.stop_propagation();
                act(event, &data);
            }
        })
    };
    let set = |is: bool| {
        let is_over = is_over.clone();
        move |_: &DragEvent, _: &DataTransfer| is_over.set(is)
    };
    let leave = {
        let is_over = is_over.clone();
        move |event: &DragEvent, _: &DataTransfer| {
            // From one element to the next is not out of the page.
            if event.related_target().is_none() {
                is_over.set(false);
            }
        }
    };
    let dropped = {
        let (is_over, on_files) = (is_over.clone(), on_files.clone());
        move |_: &DragEvent, data: &DataTransfer| {
            is_over.set(false);
            open(data.files(), on_files.clone());
        }
    };
    vec![
        listen("dragenter", Box::new(set(true))),
        listen("dragover", Box::new(set(true))),
        listen("dragleave", Box::new(leave)),
        listen("drop", Box::new(dropped)),
    ]
}

fn holds_files(data: &DataTransfer) -> bool {
    data.types().iter().any(|kind| kind.as_string().as_deref() == Some("Files"))
}
