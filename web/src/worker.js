// Analyses beside the page. The page sends the module that it runs itself, then texts; see analyzer.rs.

let program;

self.onmessage = async ({ data }) => {
  if (data.module) {
    program = start(data);
    await program;
    self.postMessage({ ready: true });
    return;
  }
  const { analyze_json, costs_json, diagram_json, endpoints_json, fixes_json, keep_contexts_json, proof_json, share_json } =
    await program;
  const { sequence, shared, contexts, task, detail } = data;
  const answers = {
    report: analyze_json,
    costs: costs_json,
    diagram: diagram_json,
    fixes: fixes_json,
    endpoints: endpoints_json,
    proof: proof_json,
    share: share_json,
  };
  try {
    if (contexts !== undefined) keep_contexts_json(contexts);
    self.postMessage({ sequence, [task]: answers[task](shared, detail) });
  } catch {
    // The panic is in the console already; the page starts another worker.
    self.postMessage({ sequence });
  }
};

async function start({ glue, module }) {
  const program = await import(glue);
  program.initSync({ module });
  return program;
}

// A program that cannot be loaded is a worker that cannot be had: let the page's error event say so.
self.onunhandledrejection = ({ reason }) => {
  setTimeout(() => {
    throw reason;
  });
};
