//! The vpcheck playground: an editor, the findings, and links that carry both. Everything runs in the browser.
//!
//! What can be told apart from the browser is: [`state`], [`report`], [`queue`] and what they stand on are plain data,
//! tested natively. The rest is compiled for the browser only.

pub mod chart;
pub mod checks;
pub mod context;
pub mod costs;
pub mod diagram;
pub mod embedding;
pub mod endpoints;
pub mod examples;
pub mod failure;
pub mod figures;
pub mod files;
pub mod fixes;
pub mod inputs;
pub mod keys;
pub mod message;
pub mod paths;
pub mod preview;
pub mod proof;
pub mod queue;
pub mod report;
pub mod sharing;
pub mod state;
pub mod words;

#[cfg(target_arch = "wasm32")]
mod address;
#[cfg(target_arch = "wasm32")]
mod amounts;
#[cfg(target_arch = "wasm32")]
pub mod analyzer;
#[cfg(target_arch = "wasm32")]
pub mod app;
#[cfg(target_arch = "wasm32")]
mod checklist;
#[cfg(target_arch = "wasm32")]
mod cost_panel;
#[cfg(target_arch = "wasm32")]
mod deployed;
#[cfg(target_arch = "wasm32")]
mod diagram_panel;
#[cfg(target_arch = "wasm32")]
mod difference;
#[cfg(target_arch = "wasm32")]
mod divider;
#[cfg(target_arch = "wasm32")]
mod document;
#[cfg(target_arch = "wasm32")]
pub mod editor;
#[cfg(target_arch = "wasm32")]
mod endpoints_panel;
#[cfg(target_arch = "wasm32")]
pub mod explorer;
#[cfg(target_arch = "wasm32")]
mod failure_dialog;
#[cfg(target_arch = "wasm32")]
pub mod findings;
#[cfg(target_arch = "wasm32")]
mod header;
#[cfg(target_arch = "wasm32")]
mod keyboard;
#[cfg(target_arch = "wasm32")]
mod needs;
#[cfg(target_arch = "wasm32")]
mod notice;
#[cfg(target_arch = "wasm32")]
mod offer;
#[cfg(target_arch = "wasm32")]
mod opening;
#[cfg(target_arch = "wasm32")]
mod preferences;
#[cfg(target_arch = "wasm32")]
mod prose;
#[cfg(target_arch = "wasm32")]
mod share_dialog;
#[cfg(target_arch = "wasm32")]
mod tabs;

/// Draws the page. In the worker there is none, and the program waits to be asked.
#[cfg(target_arch = "wasm32")]
pub fn start() {
    std::panic::set_hook(Box::new(|panic| {
        console_error_panic_hook::hook(panic);
        // Nothing in this instance can be trusted any more; the worker's JavaScript, which goes on, tells the page.
        let (name, what) = ("vpcheckPanic".into(), panic.to_string().into());
        let _ = js_sys::Reflect::set(&js_sys::global(), &name, &what);
    }));
    let document = web_sys::window().and_then(|window| window.document());
    if let Some(root) = document.and_then(|document| document.get_element_by_id("page")) {
        app::mount(root);
    }
}
