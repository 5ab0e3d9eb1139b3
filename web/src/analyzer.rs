//! Analyses beside the page: in a worker that runs the page's own WebAssembly, or, where no worker starts, in the page
//! itself once typing pauses.

use std::cell::RefCell;
use std::rc::Rc;

use gloo_timers::callback::Timeout;
use js_sys::Uint8Array;
use vpcheck_core::Source;
use vpcheck_core::share::Shared;
use wasm_bindgen::prelude::*;
use web_sys::{ErrorEvent, MessageEvent, Worker, WorkerOptions, WorkerType};
use yew::Callback;

use crate::address;
use crate::costs::{Costs, Reading, costs};
use crate::diagram::{self, Drawing, Wanted};
use crate::endpoints::{Endpoints, endpoints};
use crate::failure::Failure;
use crate::fixes::{Fixes, safe_fixes};
use crate::message;
use crate::proof::{Offer, Proof, proof};
use crate::queue::{Job, Queue};
use crate::report::{Contexts, Report, Rest, first_report, rest};
use crate::sharing::{Asked, Package, package};

/// Analyses one text at a time and tells what came out. Clones are the same analyzer.
///
/// Costs and endpoints have an analyzer of their own, so that they never make an analysis wait. Its worker starts when
/// somebody asks for them. They share it: only one of them is looked at, and traffic is given in the lanes that costs
/// have read. Fixes, proofs and what is shared have another, and so have the rests of reports.
#[derive(Clone)]
pub struct Analyzer {
    inner: Rc<RefCell<Inner>>,
}

/// What to analyse.
#[derive(Clone, Debug, PartialEq)]
pub struct Request {
    /// The template and what is given beside it.
    pub shared: Shared,
    /// What describe calls printed.
    pub contexts: Rc<[Source]>,
    /// What is asked for.
    pub task: Task,
    /// The change to prove.
    pub offer: Option<Offer>,
    /// How a picture is to be drawn.
    pub wanted: Wanted,
    /// How what is shared is to be made.
    pub asked: Option<Asked>,
}

/// What is asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Task {
    /// A report without its rest.
    Report,
    /// The rest of a report.
    Rest,
    /// An estimate of costs.
    Costs,
    /// All safe fixes.
    Fixes,
    /// Suggestions of endpoints.
    Endpoints,
    /// The proof of a change.
    Proof,
    /// A picture of the network.
    Diagram,
    /// What can be shared.
    Share,
}

impl Task {
    /// The name of the answer in the worker's messages.
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Report => "report",
            Self::Rest => "rest",
            Self::Costs => "costs",
            Self::Fixes => "fixes",
            Self::Endpoints => "endpoints",
            Self::Proof => "proof",
            Self::Diagram => "diagram",
            Self::Share => "share",
        }
    }
}

/// How an analysis ended, with its number.
#[derive(Clone, Debug)]
pub enum Outcome {
    /// With a report without its rest.
    Done(u32, Report),
    /// With the rest of a report.
    Completed(u32, Rest),
    /// With an estimate of costs.
    Costed(Rc<Costs>),
    /// With all safe fixes.
    Fixed(u32, Rc<Fixes>),
    /// With suggestions of endpoints.
    Suggested(u32, Rc<Endpoints>),
    /// With the proof of a change.
    Proved(u32, Rc<Proof>),
    /// With a picture.
    Drawn(u32, Rc<Drawing>),
    /// With what can be shared.
    Packed(u32, Rc<Package>),
    /// Not at all, but all of this program that could be loaded is.
    Loaded,
    /// With a panic, or an answer that cannot be read.
    Failed(u32, Rc<Failure>),
    /// With the end of our patience with what was asked for.
    Stopped(u32, Task),
}

impl Analyzer {
    /// Has no worker before it is asked; `tell` hears of every analysis that ends.
    pub fn new(tell: Callback<Outcome>) -> Self {
        let inner = Inner { queue: Queue::default(), engine: Engine::Idle, pending: None, tell };
        Self { inner: Rc::new(RefCell::new(inner)) }
    }

    /// Has `request` analysed, unless a newer one comes before its turn.
    pub fn submit(&self, sequence: u32, request: Request) {
        let is_idle = matches!(self.inner.borrow().engine, Engine::Idle);
        if is_idle {
            self.start_worker();
        }
        let job = self.inner.borrow_mut().queue.submit(Job { sequence, request });
        self.run(job);
    }

    fn run(&self, job: Option<Job<Request>>) {
        let Some(job) = job else { return };
        let this = self.clone();
        let mut inner = self.inner.borrow_mut();
        inner.pending = Some(match &inner.engine {
            Engine::Worker(worker) => {
                worker.ask(&job);
                let patience = worker.patience(job.request.task);
                Timeout::new(patience, move || {
                    if this.is_worker_gone() {
                        this.broken();
                    } else {
                        this.start_worker();
                        this.finish(job.sequence, Outcome::Stopped(job.sequence, job.request.task));
                    }
                })
            }
            Engine::Page | Engine::Idle => Timeout::new(PAUSE_MS, move || {
                // Whatever was typed during the pause is what counts.
                let newest = this.inner.borrow_mut().queue.newest();
                if let Some(Job { sequence, request }) = newest {
                    keep_contexts(request.contexts.to_vec());
                    let outcome = match request.task {
                        Task::Report => Outcome::Done(sequence, analyze(&request.shared)),
                        Task::Rest => Outcome::Completed(sequence, complete(&request.shared)),
                        Task::Costs => Outcome::Costed(Rc::new(estimate(&request.shared))),
                        Task::Fixes => Outcome::Fixed(sequence, Rc::new(all_safe(&request.shared))),
                        Task::Endpoints => Outcome::Suggested(sequence, Rc::new(suggest(&request.shared))),
                        Task::Proof => match request.offer {
                            Some(offer) => Outcome::Proved(sequence, Rc::new(prove(&request.shared, offer))),
                            None => Outcome::Failed(sequence, Rc::default()),
                        },
                        Task::Diagram => {
                            Outcome::Drawn(sequence, Rc::new(draw(&request.shared, &request.wanted)))
                        }
                        Task::Share => match &request.asked {
                            Some(asked) => Outcome::Packed(sequence, Rc::new(pack(&request.shared, asked))),
                            None => Outcome::Failed(sequence, Rc::default()),
                        },
                    };
                    this.finish(sequence, outcome);
                }
            }),
        });
    }

    fn finish(&self, sequence: u32, outcome: Outcome) {
        let (tell, next) = {
            let mut inner = self.inner.borrow_mut();
            if !inner.queue.is_running(sequence) {
                return;
            }
            inner.pending = None;
            (inner.tell.clone(), inner.queue.finish())
        };
        tell.emit(outcome);
        self.run(next);
    }

    fn start_worker(&self) {
        let engine = match RunningWorker::start(self) {
            Ok(worker) => Engine::Worker(worker),
            Err(_) => Engine::Page,
        };
        let is_page = matches!(engine, Engine::Page);
        self.inner.borrow_mut().engine = engine;
        if is_page {
            self.tell(Outcome::Loaded);
        }
    }

    fn tell(&self, outcome: Outcome) {
        let tell = self.inner.borrow().tell.clone();
        tell.emit(outcome);
    }

    fn heard(&self, answer: &Answer) {
        if answer.ready() {
            if let Engine::Worker(worker) = &mut self.inner.borrow_mut().engine {
                worker.is_ready = true;
                worker.is_whole = !answer.lacks();
            }
            if !answer.lacks() {
                self.tell(Outcome::Loaded);
            }
        } else if answer.heard() {
            if let Engine::Worker(worker) = &mut self.inner.borrow_mut().engine {
                worker.heard = Some(answer.sequence());
            }
        } else if let Some(report) = answer.report() {
            let sequence = answer.sequence();
            match message::read(&report) {
                Ok(report) => self.finish(sequence, Outcome::Done(sequence, report)),
                Err(error) => self.fail(sequence, &error),
            }
        } else if let Some(rest) = answer.rest() {
            let sequence = answer.sequence();
            match message::read(&rest) {
                Ok(rest) => self.finish(sequence, Outcome::Completed(sequence, rest)),
                Err(error) => self.fail(sequence, &error),
            }
        } else if let Some(costs) = answer.costs() {
            let sequence = answer.sequence();
            match message::read(&costs) {
                Ok(costs) => self.finish(sequence, Outcome::Costed(Rc::new(costs))),
                Err(error) => self.fail(sequence, &error),
            }
        } else if let Some(fixes) = answer.fixes() {
            let sequence = answer.sequence();
            match message::read(&fixes) {
                Ok(fixes) => self.finish(sequence, Outcome::Fixed(sequence, Rc::new(fixes))),
                Err(error) => self.fail(sequence, &error),
            }
        } else if let Some(endpoints) = answer.endpoints() {
            let sequence = answer.sequence();
            match message::read(&endpoints) {
                Ok(endpoints) => self.finish(sequence, Outcome::Suggested(sequence, Rc::new(endpoints))),
                Err(error) => self.fail(sequence, &error),
            }
        } else if let Some(proof) = answer.proof() {
            let sequence = answer.sequence();
            match message::read(&proof) {
                Ok(proof) => self.finish(sequence, Outcome::Proved(sequence, Rc::new(proof))),
                Err(error) => self.fail(sequence, &error),
            }
        } else if let Some(drawing) = answer.diagram() {
            let sequence = answer.sequence();
            match message::read(&drawing) {
                Ok(drawing) => self.finish(sequence, Outcome::Drawn(sequence, Rc::new(drawing))),
                Err(error) => self.fail(sequence, &error),
            }
        } else if let Some(package) = answer.share() {
            let sequence = answer.sequence();
            match message::read(&package) {
                Ok(package) => self.finish(sequence, Outcome::Packed(sequence, Rc::new(package))),
                Err(error) => self.fail(sequence, &error),
            }
        } else if answer.tried() {
            if answer.later().is_truthy() {
                keep_later(answer.later());
                if let Engine::Worker(worker) = &mut self.inner.borrow_mut().engine {
                    worker.is_whole = true;
                }
            }
            self.tell(Outcome::Loaded);
        } else {
            // After a panic nothing in that instance can be trusted, its memory included.
            self.start_worker();
            self.fail(answer.sequence(), &answer.broke().unwrap_or_default());
        }
    }

    /// Ends the running analysis with what is known of its breakdown.
    fn fail(&self, sequence: u32, what: &str) {
        let failure = self.inner.borrow().queue.running(sequence).map(|job| Failure {
            task: job.request.task.name(),
            what: what.to_owned(),
            text: job.request.shared.text.as_str().into(),
            contexts: job.request.contexts.len(),
        });
        if let Some(failure) = failure {
            self.finish(sequence, Outcome::Failed(sequence, Rc::new(failure)));
        }
    }

    /// Whether the worker, which was there once, has not even heard the question: the browser has put an end to it, which
    /// it tells nobody.
    fn is_worker_gone(&self) -> bool {
        let inner = self.inner.borrow();
        let Engine::Worker(worker) = &inner.engine else { return false };
        worker.is_ready && worker.heard.is_none_or(|heard| !inner.queue.is_running(heard))
    }

    fn broken(&self) {
        let was_ready = matches!(&self.inner.borrow().engine, Engine::Worker(worker) if worker.is_ready);
        if was_ready {
            self.start_worker();
        } else {
            // It never started: blocked, not found, or too old a browser. Ask no more of workers.
            self.inner.borrow_mut().engine = Engine::Page;
            self.tell(Outcome::Loaded);
        }
        let unanswered = self.inner.borrow_mut().queue.newest();
        self.run(unanswered);
    }
}

impl PartialEq for Analyzer {
    fn eq(&self, other: &Self) -> bool {
        Rc::ptr_eq(&self.inner, &other.inner)
    }
}

// What a worker is asked, and what it answers, in the form of `message`.

/// Makes the rest of a report. `shared` is a [`Shared`]; the answer is a [`Rest`].
#[wasm_bindgen]
pub fn rest_answer(shared: &[u8]) -> Vec<u8> {
    message::written(&complete(&message::shared(shared)))
}

/// Analyses where it is called. `shared` is a [`Shared`]; the answer is a [`Report`].
#[wasm_bindgen]
pub fn report_answer(shared: &[u8]) -> Vec<u8> {
    message::written(&analyze(&message::shared(shared)))
}

/// Estimates where it is called. `shared` is a [`Shared`]; the answer is a [`Costs`].
#[wasm_bindgen]
pub fn costs_answer(shared: &[u8]) -> Vec<u8> {
    message::written(&estimate(&message::shared(shared)))
}

/// Applies all safe fixes. `shared` is a [`Shared`]; the answer is a [`Fixes`].
#[wasm_bindgen]
pub fn fixes_answer(shared: &[u8]) -> Vec<u8> {
    message::written(&all_safe(&message::shared(shared)))
}

/// Suggests endpoints. `shared` is a [`Shared`]; the answer is an [`Endpoints`].
#[wasm_bindgen]
pub fn endpoints_answer(shared: &[u8]) -> Vec<u8> {
    message::written(&suggest(&message::shared(shared)))
}

/// Proves a change. `shared` is a [`Shared`], `offer` an [`Offer`]; the answer is a [`Proof`].
#[wasm_bindgen]
pub fn proof_answer(shared: &[u8], offer: &[u8]) -> Vec<u8> {
    let offer = message::read(offer).unwrap_or(Offer::Fix(usize::MAX));
    message::written(&prove(&message::shared(shared), offer))
}

/// Draws the network. `shared` is a [`Shared`] and `wanted` a [`Wanted`]; the answer is a [`Drawing`].
#[wasm_bindgen]
pub fn diagram_answer(shared: &[u8], wanted: &[u8]) -> Vec<u8> {
    let wanted = message::read(wanted).unwrap_or_default();
    message::written(&draw(&message::shared(shared), &wanted))
}

/// Makes what can be shared. `shared` is a [`Shared`] and `asked` an [`Asked`]; the answer is a [`Package`].
#[wasm_bindgen]
pub fn share_answer(shared: &[u8], asked: &[u8]) -> Vec<u8> {
    // What cannot be read asks for nothing to be given away.
    let asked = message::read(asked).unwrap_or_else(|_| Asked { redacts: true, ..Asked::default() });
    message::written(&pack(&message::shared(shared), &asked))
}

/// Keeps what describe calls printed for the analyses that follow: too much to be sent with every keystroke.
#[wasm_bindgen]
pub fn use_contexts(contexts: &[u8]) {
    let contexts: Vec<(String, String)> = message::read(contexts).unwrap_or_default();
    keep_contexts(contexts.into_iter().map(|(path, text)| Source { path, text }).collect());
}

thread_local! {
    static CONTEXTS: RefCell<Contexts> = RefCell::default();
    /// What was last read for its costs: a slider asks for the same template many times a second.
    static READING: RefCell<Option<Reading>> = RefCell::default();
    /// What was last drawn.
    static SKETCH: RefCell<Option<diagram::Kept>> = RefCell::default();
}

fn keep_contexts(sources: Vec<Source>) {
    CONTEXTS.with_borrow_mut(|contexts| {
        if contexts.sources() != sources {
            *contexts = Contexts::new(sources);
            READING.set(None);
            SKETCH.set(None);
        }
    });
}

fn analyze(shared: &Shared) -> Report {
    CONTEXTS.with_borrow(|contexts| first_report(shared, contexts))
}

fn complete(shared: &Shared) -> Rest {
    CONTEXTS.with_borrow(|contexts| rest(shared, contexts))
}

fn estimate(shared: &Shared) -> Costs {
    CONTEXTS.with_borrow(|contexts| READING.with_borrow_mut(|kept| costs(shared, contexts, kept)))
}

fn all_safe(shared: &Shared) -> Fixes {
    CONTEXTS.with_borrow(|contexts| safe_fixes(shared, contexts))
}

fn suggest(shared: &Shared) -> Endpoints {
    CONTEXTS.with_borrow(|contexts| READING.with_borrow_mut(|kept| endpoints(shared, contexts, kept)))
}

fn prove(shared: &Shared, offer: Offer) -> Proof {
    CONTEXTS.with_borrow(|contexts| proof(shared, contexts, offer))
}

fn draw(shared: &Shared, wanted: &Wanted) -> Drawing {
    CONTEXTS.with_borrow(|contexts| {
        SKETCH.with_borrow_mut(|kept| diagram::drawing(shared, wanted, contexts, kept))
    })
}

fn pack(shared: &Shared, asked: &Asked) -> Package {
    CONTEXTS.with_borrow(|contexts| package(shared, asked, contexts))
}

thread_local! {
    /// The functions of this program that no first visit calls (xtask/src/split), compiled, once a worker has them.
    static LATER: RefCell<Option<JsValue>> = RefCell::default();
}

/// What tells builds of this program apart: the hash in the name of its JavaScript.
pub(crate) fn build() -> String {
    let address = GLUE.with(ImportMeta::url);
    let name = address.rsplit('/').next().unwrap_or_default();
    name.trim_end_matches(".js").trim_start_matches("vpcheck-web-").to_owned()
}

fn keep_later(module: JsValue) {
    use_later(&module);
    LATER.set(Some(module));
}

/// Analyses take milliseconds; one that takes this long would keep whoever types waiting.
const REPORT_MS: u32 = 2_000;

/// For everything else, which is asked for by a click, and for a worker that has yet to start.
const PATIENCE_MS: u32 = 10_000;

/// The same where the worker may have to wait for the rest of this program.
const LOADING_MS: u32 = 60_000;

/// Where the page itself has to analyse: long enough not to be noticed while typing.
const PAUSE_MS: u32 = 250;

struct Inner {
    queue: Queue<Request>,
    engine: Engine,
    /// The end of patience with the worker, or the pause before the page's own analysis.
    pending: Option<Timeout>,
    tell: Callback<Outcome>,
}

enum Engine {
    Idle,
    Worker(RunningWorker),
    Page,
}

struct RunningWorker {
    worker: Worker,
    is_ready: bool,
    /// Whether nothing of this program has yet to be loaded.
    is_whole: bool,
    /// The question that it heard last.
    heard: Option<u32>,
    /// The contexts that it was told of.
    contexts: RefCell<Rc<[Source]>>,
    _hears: Closure<dyn Fn(MessageEvent)>,
    _breaks: Closure<dyn Fn(ErrorEvent)>,
}

impl RunningWorker {
    fn start(analyzer: &Analyzer) -> Result<Self, JsValue> {
        let options = WorkerOptions::new();
        options.set_type(WorkerType::Module);
        let worker = Worker::new_with_options("worker.js", &options)?;
        let hears = {
            let analyzer = analyzer.clone();
            Closure::<dyn Fn(MessageEvent)>::new(move |event: MessageEvent| {
                analyzer.heard(&event.data().unchecked_into());
            })
        };
        let breaks = {
            let analyzer = analyzer.clone();
            Closure::<dyn Fn(ErrorEvent)>::new(move |_| analyzer.broken())
        };
        worker.set_onmessage(Some(hears.as_ref().unchecked_ref()));
        worker.set_onerror(Some(breaks.as_ref().unchecked_ref()));
        let start: Start = js_sys::Object::new().unchecked_into();
        start.set_glue(&GLUE.with(ImportMeta::url));
        // The compiled module itself: the worker neither downloads nor compiles it again.
        start.set_module(&wasm_bindgen::module());
        start.set_has_text(address::fragment().len() > 1);
        LATER.with_borrow(|later| {
            if let Some(later) = later {
                start.set_later(later);
            }
        });
        worker.post_message(&start)?;
        Ok(Self {
            worker,
            is_ready: false,
            is_whole: false,
            heard: None,
            contexts: RefCell::default(),
            _hears: hears,
            _breaks: breaks,
        })
    }

    fn patience(&self, task: Task) -> u32 {
        match (task == Task::Report, self.is_ready && self.is_whole) {
            (true, true) => REPORT_MS,
            (true, false) | (false, true) => PATIENCE_MS,
            (false, false) => LOADING_MS,
        }
    }

    fn ask(&self, job: &Job<Request>) {
        let question: Question = js_sys::Object::new().unchecked_into();
        question.set_sequence(job.sequence);
        question.set_shared(&bytes(&message::of_shared(&job.request.shared)));
        question.set_task(job.request.task.name());
        let detail = match (job.request.task, &job.request.offer) {
            (Task::Diagram, _) => Some(message::written(&job.request.wanted)),
            (Task::Share, _) => job.request.asked.as_ref().map(message::written),
            (_, Some(offer)) => Some(message::written(offer)),
            _ => None,
        };
        if let Some(detail) = detail {
            question.set_detail(&bytes(&detail));
        }
        let contexts = &job.request.contexts;
        let is_told = Rc::ptr_eq(&self.contexts.borrow(), contexts) || *self.contexts.borrow() == *contexts;
        if !is_told {
            let pairs: Vec<(&str, &str)> =
                contexts.iter().map(|source| (source.path.as_str(), source.text.as_str())).collect();
            question.set_contexts(&bytes(&message::written(&pairs)));
            self.contexts.replace(contexts.clone());
        }
        // Bytes can always be cloned; a worker that has gone says so by its error event.
        let _ = self.worker.post_message(&question);
    }
}

/// A copy outside of this program's memory, of which a view would be sent whole.
fn bytes(message: &[u8]) -> Uint8Array {
    Uint8Array::from(message)
}

impl Drop for RunningWorker {
    fn drop(&mut self) {
        self.worker.set_onmessage(None);
        self.worker.set_onerror(None);
        self.worker.terminate();
    }
}

#[wasm_bindgen]
extern "C" {
    /// The first message to the worker.
    type Start;
    #[wasm_bindgen(method, setter)]
    fn set_glue(this: &Start, url: &str);
    #[wasm_bindgen(method, setter)]
    fn set_module(this: &Start, module: &JsValue);
    #[wasm_bindgen(method, setter, js_name = hasText)]
    fn set_has_text(this: &Start, has_text: bool);
    #[wasm_bindgen(method, setter)]
    fn set_later(this: &Start, module: &JsValue);

    /// Every other message to it.
    type Question;
    #[wasm_bindgen(method, setter)]
    fn set_sequence(this: &Question, sequence: u32);
    #[wasm_bindgen(method, setter)]
    fn set_shared(this: &Question, message: &Uint8Array);
    #[wasm_bindgen(method, setter)]
    fn set_contexts(this: &Question, message: &Uint8Array);
    #[wasm_bindgen(method, setter)]
    fn set_task(this: &Question, name: &str);
    #[wasm_bindgen(method, setter)]
    fn set_detail(this: &Question, message: &Uint8Array);

    /// What the worker says.
    type Answer;
    #[wasm_bindgen(method, getter)]
    fn ready(this: &Answer) -> bool;
    #[wasm_bindgen(method, getter)]
    fn lacks(this: &Answer) -> bool;
    #[wasm_bindgen(method, getter)]
    fn heard(this: &Answer) -> bool;
    #[wasm_bindgen(method, getter)]
    fn broke(this: &Answer) -> Option<String>;
    #[wasm_bindgen(method, getter)]
    fn sequence(this: &Answer) -> u32;
    #[wasm_bindgen(method, getter)]
    fn report(this: &Answer) -> Option<Vec<u8>>;
    #[wasm_bindgen(method, getter)]
    fn rest(this: &Answer) -> Option<Vec<u8>>;
    #[wasm_bindgen(method, getter)]
    fn costs(this: &Answer) -> Option<Vec<u8>>;
    #[wasm_bindgen(method, getter)]
    fn fixes(this: &Answer) -> Option<Vec<u8>>;
    #[wasm_bindgen(method, getter)]
    fn endpoints(this: &Answer) -> Option<Vec<u8>>;
    #[wasm_bindgen(method, getter)]
    fn proof(this: &Answer) -> Option<Vec<u8>>;
    #[wasm_bindgen(method, getter)]
    fn diagram(this: &Answer) -> Option<Vec<u8>>;
    #[wasm_bindgen(method, getter)]
    fn share(this: &Answer) -> Option<Vec<u8>>;
    #[wasm_bindgen(method, getter)]
    fn tried(this: &Answer) -> bool;
    #[wasm_bindgen(method, getter)]
    fn later(this: &Answer) -> JsValue;

    /// Of xtask/src/split/later.js. A page that is not split has no such function, and no worker sends it a module.
    #[wasm_bindgen(js_namespace = globalThis, js_name = vpcheckLater)]
    fn use_later(module: &JsValue);

    type ImportMeta;
    #[wasm_bindgen(method, getter)]
    fn url(this: &ImportMeta) -> String;
    /// `import.meta` of the JavaScript that loads this program: where the worker finds it.
    #[wasm_bindgen(thread_local_v2, js_namespace = import, js_name = meta)]
    static GLUE: ImportMeta;
}
