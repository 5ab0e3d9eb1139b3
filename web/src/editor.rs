//! The editor as a component: a text field at once, and CodeMirror, bundled from `web/editor`, when the first report is
//! there. Both stand behind `editor.js`.

use std::cell::RefCell;
use std::rc::Rc;

use serde::Serialize;
use vpcheck_core::language::Language;
use wasm_bindgen::prelude::*;
use web_sys::HtmlElement;
use yew::prelude::*;

use crate::document::beside;
use crate::report::{Edit, Finding, Place, Report};
use crate::words;

/// What the page can ask of the editor. Does nothing while there is no editor. Clones are the same editor.
#[derive(Clone, Default)]
pub struct EditorHandle {
    running: Rc<RefCell<Option<Running>>>,
}

impl EditorHandle {
    /// Puts another text in place of the whole one, as one step of the history.
    pub fn replace_text(&self, text: &str) {
        self.with(|editor| editor.replace_text(text));
    }

    /// Applies a fix, as one step of the history.
    pub fn apply(&self, edits: &[Edit]) {
        self.with(|editor| editor.apply(&to_js(edits)));
    }

    /// Takes the last step of the history back.
    pub fn undo(&self) {
        self.with(JsEditor::undo);
    }

    /// Selects a place and brings it into view.
    pub fn select(&self, place: Place) {
        self.with(|editor| editor.select(place.from, place.to));
    }

    /// Selects a place without taking the keyboard.
    pub fn show(&self, place: Place) {
        self.with(|editor| editor.show(place.from, place.to));
    }

    /// Takes the keyboard.
    pub fn focus(&self) {
        self.with(JsEditor::focus);
    }

    /// The text, when there is an editor.
    pub fn text(&self) -> Option<String> {
        self.js().map(|editor| editor.text())
    }

    fn with(&self, act: impl FnOnce(&JsEditor)) {
        // The editor answers by calling back at once, so nothing may be borrowed meanwhile.
        if let Some(editor) = self.js() {
            act(&editor);
        }
    }

    fn js(&self) -> Option<JsEditor> {
        self.running.borrow().as_ref().map(|running| running.editor.clone())
    }
}

impl PartialEq for EditorHandle {
    fn eq(&self, other: &Self) -> bool {
        Rc::ptr_eq(&self.running, &other.running)
    }
}

/// Properties of [`EditorPane`].
#[derive(PartialEq, Properties)]
pub struct Props {
    /// How the page speaks to the editor.
    pub handle: EditorHandle,
    /// The text that the editor starts with; later ones come by the handle.
    pub text: Rc<str>,
    /// The report on the text as it stands. While there is none, the marks of the last one move with the text.
    pub report: Option<Rc<Report>>,
    /// The finding whose places are shown.
    pub chosen: Option<usize>,
    /// The place of the step of a path that is shown.
    pub step: Option<Place>,
    /// Whether the places of the shown path are shown too.
    pub with_path: bool,
    /// Whether the text may only be read.
    pub is_read_only: bool,
    /// Whether what a first visit waits for is there: then the rest of the editor is loaded.
    pub is_answered: bool,
    /// Whether the page hears of changes; it does from the moment when all of the program is there.
    pub is_heard: bool,
    /// The language of hovers and panels.
    pub language: Language,
    /// The text changed.
    pub on_change: Callback<Rc<str>>,
    /// The cursor moved.
    pub on_move: Callback<u32>,
    /// The fix of a finding is to be looked at.
    pub on_fix: Callback<usize>,
    /// The document of a finding's rule was asked for.
    pub on_explain: Callback<usize>,
}

/// The editor.
#[component]
pub fn EditorPane(props: &Props) -> Html {
    let parent = use_node_ref();

    // The editor keeps the callbacks it was made with; these always lead to the newest.
    let latest = use_mut_ref(Latest::default);
    *latest.borrow_mut() = Latest {
        change: props.on_change.clone(),
        motion: props.on_move.clone(),
        fix: props.on_fix.clone(),
        explain: props.on_explain.clone(),
    };

    {
        let (parent, handle, text) = (parent.clone(), props.handle.clone(), props.text.clone());
        let is_read_only = props.is_read_only;
        use_effect_with((), move |()| {
            if let Some(parent) = parent.cast::<HtmlElement>() {
                let running = Running::start(&parent, &text, &latest, is_read_only);
                *handle.running.borrow_mut() = Some(running);
            }
            move || {
                let running = handle.running.borrow_mut().take();
                drop(running);
            }
        });
    }
    {
        let handle = props.handle.clone();
        use_effect_with(props.is_heard, move |is_heard| {
            if *is_heard {
                handle.with(JsEditor::hear);
            }
        });
    }
    {
        let handle = props.handle.clone();
        use_effect_with(props.is_answered, move |is_answered| {
            if *is_answered {
                handle.with(JsEditor::complete);
            }
        });
    }
    {
        let handle = props.handle.clone();
        use_effect_with(props.language, move |language| {
            let name = words::editor_name();
            handle.with(|editor| editor.speak(language.tag(), name.get(*language)));
        });
    }
    {
        let handle = props.handle.clone();
        let marked = use_mut_ref(Vec::new);
        use_effect_with((props.report.clone(), props.language), move |(report, language)| {
            let Some(report) = report else { return };
            let marks = marks(report, *language);
            // The rest of a report often brings no fix: then what is open over the text stays open.
            let is_same = report.is_whole() && *marked.borrow() == marks;
            handle.with(|editor| {
                if !is_same || !editor.is_marked() {
                    editor.mark(&to_js(&marks));
                }
            });
            marked.replace(marks);
        });
    }
    {
        let handle = props.handle.clone();
        let shown = (props.report.clone(), props.chosen, props.step, props.with_path);
        use_effect_with(shown, move |(report, chosen, step, with_path)| {
            // A step is of a path that comes later; until then its mark moves with the text.
            let is_there = |report: &&Rc<Report>| report.is_whole() || chosen.is_some() || step.is_none();
            if let Some(report) = report.as_ref().filter(is_there) {
                handle.with(|editor| editor.label(&to_js(&labelled(report, *chosen, *step, *with_path))));
            }
        });
    }

    html! { <div class="editor" ref={parent} /> }
}

/// A finding, as the editor shows it.
#[derive(PartialEq, Serialize)]
struct Mark {
    finding: usize,
    rule: String,
    from: u32,
    to: u32,
    severity: &'static str,
    message: String,
    help: String,
    /// What the fix does, where there is one.
    fix: Option<String>,
    apply: String,
    explain: String,
}

fn marks(report: &Report, language: Language) -> Vec<Mark> {
    let (apply, explain) = (words::show_fix(), words::about_rule());
    let mark = |(index, finding): (usize, &Finding)| {
        let place = finding.place().filter(|_| finding.suppressed.is_none())?;
        Some(Mark {
            finding: index,
            rule: finding.rule.clone(),
            from: place.from,
            to: place.to,
            severity: finding.severity.name(),
            message: finding.message.get(language).to_owned(),
            help: finding.help.get(language).to_owned(),
            fix: finding.fix.as_ref().map(|fix| fix.title.get(language).to_owned()),
            apply: apply.get(language).to_owned(),
            explain: explain.get(language).to_owned(),
        })
    };
    report.findings.iter().enumerate().filter_map(mark).collect()
}

/// A place that the chosen finding or step speaks of.
#[derive(Serialize)]
struct LabelledPlace {
    from: u32,
    to: u32,
    primary: bool,
}

fn labelled(
    report: &Report,
    chosen: Option<usize>,
    step: Option<Place>,
    with_path: bool,
) -> Vec<LabelledPlace> {
    if chosen.is_none() {
        let mut places = Vec::new();
        let ways = report.paths.shown.iter().filter(|_| with_path).flat_map(|path| &path.ways);
        for Place { from, to } in ways.flat_map(|way| &way.steps).filter_map(|step| step.place) {
            if step != Some(Place { from, to }) {
                places.push(LabelledPlace { from, to, primary: false });
            }
        }
        places.extend(step.map(|Place { from, to }| LabelledPlace { from, to, primary: true }));
        return places;
    }
    let labels =
        chosen.and_then(|index| report.findings.get(index)).map_or(&[][..], |finding| &finding.labels);
    labels
        .iter()
        .filter_map(|label| {
            let place = label.place?;
            Some(LabelledPlace { from: place.from, to: place.to, primary: label.primary })
        })
        .collect()
}

fn to_js<T: Serialize + ?Sized>(value: &T) -> JsValue {
    serde_json::to_string(value).ok().and_then(|json| js_sys::JSON::parse(&json).ok()).unwrap_or_default()
}

/// No part of the first load.
const CODE_MIRROR: &str = "editor.js";

#[derive(Default)]
struct Latest {
    change: Callback<Rc<str>>,
    motion: Callback<u32>,
    fix: Callback<usize>,
    explain: Callback<usize>,
}

struct Running {
    editor: JsEditor,
    _changed: Closure<dyn Fn(String)>,
    _moved: Closure<dyn Fn(u32)>,
    _fix: Closure<dyn Fn(usize)>,
    _explain: Closure<dyn Fn(usize)>,
}

impl Running {
    fn start(parent: &HtmlElement, text: &str, latest: &Rc<RefCell<Latest>>, is_read_only: bool) -> Self {
        let changed = {
            let latest = latest.clone();
            Closure::<dyn Fn(String)>::new(move |text: String| {
                let callback = latest.borrow().change.clone();
                callback.emit(text.into());
            })
        };
        let moved = to_latest(latest, |latest| latest.motion.clone());
        let fix = to_latest(latest, |latest| latest.fix.clone());
        let explain = to_latest(latest, |latest| latest.explain.clone());
        let handlers: Handlers = js_sys::Object::new().unchecked_into();
        handlers.set_changed(changed.as_ref());
        handlers.set_moved(moved.as_ref());
        handlers.set_fix(fix.as_ref());
        handlers.set_explain(explain.as_ref());
        handlers.set_read_only(is_read_only);
        handlers.set_address(&beside(CODE_MIRROR).unwrap_or_default());
        let editor = JsEditor::new(parent, text, &handlers);
        Self { editor, _changed: changed, _moved: moved, _fix: fix, _explain: explain }
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        self.editor.destroy();
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

#[wasm_bindgen(module = "/src/editor.js")]
extern "C" {
    #[wasm_bindgen(js_name = Editor)]
    #[derive(Clone)]
    type JsEditor;

    #[wasm_bindgen(constructor, js_class = "Editor")]
    fn new(parent: &HtmlElement, text: &str, handlers: &Handlers) -> JsEditor;
    #[wasm_bindgen(method)]
    fn text(this: &JsEditor) -> String;
    #[wasm_bindgen(method, js_name = replaceText)]
    fn replace_text(this: &JsEditor, text: &str);
    #[wasm_bindgen(method)]
    fn apply(this: &JsEditor, edits: &JsValue);
    #[wasm_bindgen(method)]
    fn undo(this: &JsEditor);
    #[wasm_bindgen(method)]
    fn select(this: &JsEditor, from: u32, to: u32);
    #[wasm_bindgen(method)]
    fn show(this: &JsEditor, from: u32, to: u32);
    #[wasm_bindgen(method)]
    fn focus(this: &JsEditor);
    #[wasm_bindgen(method)]
    fn mark(this: &JsEditor, findings: &JsValue);
    #[wasm_bindgen(method, js_name = isMarked)]
    fn is_marked(this: &JsEditor) -> bool;
    #[wasm_bindgen(method)]
    fn label(this: &JsEditor, places: &JsValue);
    #[wasm_bindgen(method)]
    fn speak(this: &JsEditor, language: &str, name: &str);
    #[wasm_bindgen(method)]
    fn hear(this: &JsEditor);
    #[wasm_bindgen(method)]
    fn complete(this: &JsEditor);
    #[wasm_bindgen(method)]
    fn destroy(this: &JsEditor);
}

#[wasm_bindgen]
extern "C" {
    type Handlers;
    #[wasm_bindgen(method, setter)]
    fn set_changed(this: &Handlers, handler: &JsValue);
    #[wasm_bindgen(method, setter)]
    fn set_moved(this: &Handlers, handler: &JsValue);
    #[wasm_bindgen(method, setter)]
    fn set_fix(this: &Handlers, handler: &JsValue);
    #[wasm_bindgen(method, setter)]
    fn set_explain(this: &Handlers, handler: &JsValue);
    #[wasm_bindgen(method, setter, js_name = readOnly)]
    fn set_read_only(this: &Handlers, is_read_only: bool);
    #[wasm_bindgen(method, setter)]
    fn set_address(this: &Handlers, address: &str);
}
