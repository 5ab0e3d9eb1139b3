// Analyses beside the page. The page sends the module that it runs itself, then texts; see analyzer.rs.

let program;
// Whether the rest of the program was given or sent for. A page that was built whole has no `later`, and needs none.
let isSentFor = false;

self.onmessage = async ({ data }) => {
  if (data.module) {
    program = start(data);
    await program;
    self.postMessage({ ready: true });
    return;
  }
  const { analyze_json, costs_json, diagram_json, endpoints_json, fixes_json, keep_contexts_json, later, proof_json } =
    await program;
  const { sequence, shared, contexts, task, detail } = data;
  const answers = {
    report: analyze_json,
    costs: costs_json,
    diagram: diagram_json,
    fixes: fixes_json,
    endpoints: endpoints_json,
    proof: proof_json,
  };
  // Reports are what is there at first; see xtask/src/split.
  if (task !== "report") await later?.();
  try {
    if (contexts !== undefined) keep_contexts_json(contexts);
    self.postMessage({ sequence, [task]: answers[task](shared, detail) });
  } catch {
    // The panic is in the console already; the page starts another worker.
    self.postMessage({ sequence });
  }
  if (!isSentFor) {
    isSentFor = true;
    const module = await later?.();
    if (module) self.postMessage({ later: module });
  }
};

async function start({ glue, module, later }) {
  const program = await import(glue);
  program.initSync({ module });
  if (later) {
    isSentFor = true;
    await program.later(later);
  }
  return program;
}

// A program that cannot be loaded is a worker that cannot be had: let the page's error event say so.
self.onunhandledrejection = ({ reason }) => {
  setTimeout(() => {
    throw reason;
  });
};
