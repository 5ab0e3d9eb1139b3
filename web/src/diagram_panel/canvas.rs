//! The picture itself: nodes that JavaScript keeps (`web/editor/src/diagram.js`), loaded when it is first shown.

use std::cell::RefCell;
use std::future::Future;
use std::rc::Rc;

use js_sys::Promise;
use vpcheck_core::language::Language;
use wasm_bindgen::prelude::*;
use wasm_bindgen_futures::{JsFuture, spawn_local};
use web_sys::HtmlElement;
use yew::prelude::*;

use crate::diagram::Drawing;
use crate::document::load;
use crate::words;

/// What the panel can ask of the picture. Does nothing while there is none. Clones are the same picture.
#[derive(Clone, Default)]
pub(super) struct CanvasHandle {
    running: Rc<RefCell<Option<Running>>>,
}

impl CanvasHandle {
    /// Makes everything larger, or smaller.
    pub(super) fn zoom(&self, larger: bool) {
        self.with(|picture| picture.zoom(larger));
    }

    /// Shows all of it.
    pub(super) fn fit(&self) {
        self.with(Picture::fit);
    }

    /// Gives the keyboard to the box that it was on last.
    pub(super) fn focus(&self) {
        self.with(Picture::focus);
    }

    /// Saves an SVG file.
    pub(super) fn save_svg(&self, file: &str) {
        if let Some(module) = self.module() {
            module.save_svg(file, "network.svg");
        }
    }

    /// Saves an SVG text as PNG; says whether it could.
    pub(super) fn save_png(&self, file: &str) -> impl Future<Output = bool> + use<> {
        is_done(self.module().map(|module| module.save_png(file, "network.png")))
    }

    /// Puts a text into the clipboard; says whether it could.
    pub(super) fn copy(&self, text: &str) -> impl Future<Output = bool> + use<> {
        is_done(self.module().map(|module| module.copy(text)))
    }

    fn module(&self) -> Option<Module> {
        self.running.borrow().as_ref().map(|running| running.module.clone())
    }

    fn with(&self, act: impl FnOnce(&Picture)) {
        // The picture answers by calling back at once, so nothing may be borrowed meanwhile.
        let picture = self.running.borrow().as_ref().map(|running| running.picture.clone());
        if let Some(picture) = picture {
            act(&picture);
        }
    }
}

impl PartialEq for CanvasHandle {
    fn eq(&self, other: &Self) -> bool {
        Rc::ptr_eq(&self.running, &other.running)
    }
}

async fn is_done(promise: Option<Promise>) -> bool {
    let Some(promise) = promise else { return false };
    JsFuture::from(promise).await.is_ok_and(|done| done.is_truthy())
}

/// Properties of [`Canvas`].
#[derive(PartialEq, Properties)]
pub(super) struct Props {
    /// How the panel speaks to the picture.
    pub handle: CanvasHandle,
    /// What is shown.
    pub drawing: Rc<Drawing>,
    /// The ids of the boxes to mark.
    pub marked: Vec<String>,
    /// The language of the page.
    pub language: Language,
    /// The facts of a box are to be shown, or of none.
    pub on_facts: Callback<Option<String>>,
    /// A box was chosen.
    pub on_pick: Callback<String>,
    /// The badge of one was.
    pub on_badge: Callback<String>,
}

/// The frame of the picture.
#[component]
pub(super) fn Canvas(props: &Props) -> Html {
    let frame = use_node_ref();
    let loading = use_state_eq(|| Loading::Running);

    // The picture keeps the callbacks it was made with; these always lead to the newest.
    let latest = use_mut_ref(Latest::default);
    *latest.borrow_mut() =
        Latest { facts: props.on_facts.clone(), pick: props.on_pick.clone(), badge: props.on_badge.clone() };

    {
        let (frame, handle, loading) = (frame.clone(), props.handle.clone(), loading.setter());
        use_effect_with((), move |()| {
            let kept = handle.clone();
            spawn_local(async move {
                let module = load("diagram.js").await;
                // It may have been closed meanwhile.
                let Some(frame) = frame.cast::<HtmlElement>().filter(|frame| frame.is_connected()) else {
                    return;
                };
                loading.set(match module {
                    Ok(module) => {
                        *handle.running.borrow_mut() =
                            Some(Running::start(module.unchecked_into(), &frame, &latest));
                        Loading::Done
                    }
                    Err(_) => Loading::Failed,
                });
            });
            move || {
                let running = kept.running.borrow_mut().take();
                drop(running);
            }
        });
    }
    {
        let handle = props.handle.clone();
        use_effect_with((props.drawing.clone(), *loading), move |(drawing, _)| {
            let boxes = serde_json::to_string(&drawing.boxes).unwrap_or_default();
            handle.with(|picture| picture.show(&drawing.svg, &boxes, drawing.path.as_deref()));
        });
    }
    {
        let handle = props.handle.clone();
        let marked = props.marked.join("\n");
        use_effect_with((marked, props.drawing.clone(), *loading), move |(marked, _, _)| {
            handle.with(|picture| picture.mark(marked));
        });
    }

    html! {
        <>
            <div class="picture-frame" ref={frame} />
            if *loading == Loading::Failed {
                <p class="diagram-failed" role="alert">{ words::diagram::not_loaded().get(props.language).to_owned() }</p>
            }
        </>
    }
}

#[derive(Clone, Copy, PartialEq)]
enum Loading {
    Running,
    Done,
    Failed,
}

#[derive(Default)]
struct Latest {
    facts: Callback<Option<String>>,
    pick: Callback<String>,
    badge: Callback<String>,
}

struct Running {
    module: Module,
    picture: Picture,
    _facts: Closure<dyn Fn(Option<String>)>,
    _pick: Closure<dyn Fn(String)>,
    _badge: Closure<dyn Fn(String)>,
}

impl Running {
    fn start(module: Module, frame: &HtmlElement, latest: &Rc<RefCell<Latest>>) -> Self {
        let facts = to_latest(latest, |latest| latest.facts.clone());
        let pick = to_latest(latest, |latest| latest.pick.clone());
        let badge = to_latest(latest, |latest| latest.badge.clone());
        let handlers: Handlers = js_sys::Object::new().unchecked_into();
        handlers.set_facts(facts.as_ref());
        handlers.set_pick(pick.as_ref());
        handlers.set_badge(badge.as_ref());
        let picture = module.open(frame, &handlers);
        Self { module, picture, _facts: facts, _pick: pick, _badge: badge }
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        self.picture.destroy();
    }
}

fn to_latest<T>(
    latest: &Rc<RefCell<Latest>>,
    callback: impl Fn(&Latest) -> Callback<T> + 'static,
) -> Closure<dyn Fn(T)>
where
    T: wasm_bindgen::convert::FromWasmAbi + 'static,
{
    let latest = latest.clone();
    Closure::new(move |value: T| {
        let callback = callback(&latest.borrow());
        callback.emit(value);
    })
}

#[wasm_bindgen]
extern "C" {
    #[derive(Clone)]
    type Module;
    #[wasm_bindgen(method)]
    fn open(this: &Module, frame: &HtmlElement, handlers: &Handlers) -> Picture;
    #[wasm_bindgen(method, js_name = saveSvg)]
    fn save_svg(this: &Module, text: &str, name: &str);
    #[wasm_bindgen(method, js_name = savePng)]
    fn save_png(this: &Module, text: &str, name: &str) -> Promise;
    #[wasm_bindgen(method)]
    fn copy(this: &Module, text: &str) -> Promise;

    #[derive(Clone)]
    type Picture;
    #[wasm_bindgen(method)]
    fn show(this: &Picture, svg: &str, boxes: &str, path: Option<&str>);
    #[wasm_bindgen(method)]
    fn mark(this: &Picture, ids: &str);
    #[wasm_bindgen(method)]
    fn zoom(this: &Picture, larger: bool);
    #[wasm_bindgen(method)]
    fn fit(this: &Picture);
    #[wasm_bindgen(method)]
    fn focus(this: &Picture);
    #[wasm_bindgen(method)]
    fn destroy(this: &Picture);

    type Handlers;
    #[wasm_bindgen(method, setter)]
    fn set_facts(this: &Handlers, handler: &JsValue);
    #[wasm_bindgen(method, setter)]
    fn set_pick(this: &Handlers, handler: &JsValue);
    #[wasm_bindgen(method, setter)]
    fn set_badge(this: &Handlers, handler: &JsValue);
}
