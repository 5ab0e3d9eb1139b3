// Analyses beside the page. The page sends the module that it runs itself, then texts; see analyzer.rs.

let started;
// Whether the rest of the program was given or sent for. A page that was built whole has no `later`, and needs none.
let isSentFor = false;
// Whether it is here.
let isWhole = false;

self.onmessage = async ({ data }) => {
  if (data.module) {
    started = start(data);
    const { later } = await started;
    self.postMessage({ ready: true, lacks: Boolean(later) && !isWhole });
    return;
  }
  const program = await started;
  const { sequence, shared, contexts, task, detail } = data;
  // Tells the page a worker that takes long from one that is gone.
  self.postMessage({ sequence, heard: true });
  // What is there at first is enough for most reports; see xtask/src/split.
  if (task !== "report") await program.later?.();
  try {
    if (contexts !== undefined) program.use_contexts(contexts);
    const answer = program[`${task}_answer`](shared, detail);
    self.postMessage({ sequence, [task]: answer }, [answer.buffer]);
  } catch (error) {
    // The page starts another worker. What a panic says is put there by lib.rs; what stops a program otherwise says less.
    self.postMessage({ sequence, broke: self.vpcheckPanic ?? String(error) });
  }
  if (isSentFor) return;
  isSentFor = true;
  // Where it did not come, whoever needs it asks again.
  if (program.later) self.postMessage({ tried: true, later: await program.later() });
};

async function start({ glue, module, later, hasText }) {
  const program = await import(glue);
  program.initSync({ module });
  // What is loaded first is what the first example needs; another template needs more. And where there is a copy, it is
  // at hand, and without a network it is nowhere else.
  if (program.later && (later || hasText || (await hasCopy()))) {
    isSentFor = true;
    const module = await program.later(later);
    isWhole = Boolean(module);
    // Before the page shows anything of what is analysed with it, the page has it too.
    if (!later) self.postMessage({ tried: true, later: module });
  }
  return program;
}

/** Whether the page has a copy of its files; see offline-worker.js. */
async function hasCopy() {
  try {
    return (await caches.keys()).some((name) => name.startsWith("vpcheck-"));
  } catch {
    return false;
  }
}

// A program that cannot be loaded is a worker that cannot be had: let the page's error event say so.
self.onunhandledrejection = ({ reason }) => {
  setTimeout(() => {
    throw reason;
  });
};
