// Measures what a reader waits for, on a processor that is slowed to a quarter: from the first request to the first
// findings, and from a keystroke to its finding. Prints a name and milliseconds a line; `cargo xtask budgets` calls it.
// Beside them, what a keystroke takes of this machine and this browser before a page has done anything: from one in a bare text
// field to the answer of a worker that does nothing with the text.
//
// Chromium slows a page's main thread alone (Emulation.setCPUThrottlingRate is refused by workers). So a worker is made
// slow here: every call into its WebAssembly, and its start, takes four times as long as it took.

import { readFile } from "node:fs/promises";
import { deflateRawSync } from "node:zlib";
import { openPage, startBrowser } from "./browser.mjs";

const SLOWER = 4;
const VISITS = 7;
const KEYS = 120;
/** So many letters of a name are typed, then taken back, and so on: no line of a template is much longer. */
const LETTERS = 24;
/** Milliseconds from one key to the next: 400 a minute, as who types fast. */
const PACE = 150;
/** 13 KB with two functions, two VPCs and conditions. */
const TEMPLATE = new URL("../planted/ledger.yaml", import.meta.url);
const DESK = { width: 1280, height: 800 };

/** Runs in the worker, before its own script. */
const slowWorker = (slower) => {
  const slowed = (act) => {
    const start = performance.now();
    const result = act();
    const end = start + (performance.now() - start) * slower;
    while (performance.now() < end);
    return result;
  };
  const Instance = WebAssembly.Instance;
  WebAssembly.Instance = function (...given) {
    const instance = slowed(() => new Instance(...given));
    const exports = { ...instance.exports };
    for (const name of Object.keys(exports).filter((name) => name.endsWith("_answer"))) {
      const called = exports[name];
      exports[name] = (...values) => slowed(() => called(...values));
    }
    return { exports };
  };
};

/** Runs in the page, before anything of it. */
const watch = () => {
  const seen = { first: undefined, keys: [], shown: [], tasks: [], lengths: [] };
  globalThis.vpcheckSeen = seen;
  new PerformanceObserver((list) => {
    for (const task of list.getEntries()) seen.tasks.push({ start: task.startTime, time: task.duration });
  }).observe({ type: "longtask", buffered: true });
  addEventListener("keydown", (event) => seen.keys.push(event.timeStamp), { capture: true });
  const look = () => {
    if (seen.first === undefined && document.querySelector(".finding")) seen.first = performance.now();
    if (!seen.keys.length) return;
    const card = document.querySelector('.finding[data-rule="unknown-reference"] .finding-message');
    const length = /Missing(x*)/.exec(card?.textContent ?? "")?.[1].length;
    const key = seen.lengths.indexOf(length, seen.shown.length);
    // A finding that came together with a later one was on the screen no earlier.
    while (seen.shown.length <= key) seen.shown.push(performance.now());
  };
  new MutationObserver(look).observe(document, { childList: true, subtree: true, characterData: true });
};

const openSlowed = async (browser, path) => {
  const context = await browser.newContext({ serviceWorkers: "block", viewport: DESK });
  await context.route("**/worker.js", async (route) => {
    const response = await route.fetch();
    const body = `(${slowWorker})(${SLOWER});\n${await response.text()}`;
    await route.fulfill({ response, body });
  });
  await context.addInitScript(watch);
  const page = await context.newPage();
  const session = await context.newCDPSession(page);
  await session.send("Emulation.setCPUThrottlingRate", { rate: SLOWER });
  await page.goto(new URL(path, process.env.VPCHECK_PAGE).href);
  await page.waitForFunction(() => globalThis.vpcheckSeen?.first !== undefined);
  return { context, page };
};

const seenBy = (page) => page.evaluate(() => globalThis.vpcheckSeen);

const firstFindings = async (browser) => {
  const times = [];
  for (let visit = 0; visit < VISITS; visit += 1) {
    const { context, page } = await openSlowed(browser, "?lang=en");
    times.push((await seenBy(page)).first);
    await context.close();
  }
  return times;
};

const typing = async (browser, template) => {
  const text = `${template}\nOutputs:\n  Typed:\n    Value: !Ref Missing`;
  const link = deflateRawSync(JSON.stringify({ text })).toString("base64url");
  const { context, page } = await openSlowed(browser, `?lang=en#v1.${link}`);
  // What comes after the first findings is here.
  await page.waitForTimeout(4000);
  await page.locator(".cm-content").focus();
  await page.keyboard.press("ControlOrMeta+End");
  await page.waitForTimeout(1000);
  const times = await typed(page);
  await context.close();
  return times;
};

/** What keys take where the keyboard is. */
const typed = async (page) => {
  await page.evaluate(() => Object.assign(globalThis.vpcheckSeen, { keys: [], shown: [], tasks: [], lengths: [] }));
  let length = 0;
  for (let key = 0; key < KEYS; key += 1) {
    const isTaken = Math.floor(key / LETTERS) % 2 === 1;
    length += isTaken ? -1 : 1;
    await page.evaluate((length) => globalThis.vpcheckSeen.lengths.push(length), length);
    await page.keyboard.press(isTaken ? "Backspace" : "x");
    await page.waitForTimeout(PACE);
  }
  await page.waitForFunction((count) => globalThis.vpcheckSeen.shown.length === count, KEYS, { timeout: 60_000 });
  await page.waitForTimeout(1000);
  const { keys, shown, tasks } = await seenBy(page);
  return { latencies: shown.map((time, index) => time - keys[index]), tasks: tasks.map(({ time }) => time) };
};

/** A page of a text field alone, which asks a worker at every keystroke and shows what it answers. */
const BARE = `<!doctype html><textarea style="width: 600px; height: 700px"></textarea><p></p><script>
  const worker = new Worker("bare.js");
  const [field, answer] = [document.querySelector("textarea"), document.querySelector("p")];
  field.addEventListener("input", () => worker.postMessage(field.value));
  worker.onmessage = ({ data }) => {
    answer.textContent = data;
    globalThis.vpcheckSeen.shown.push(performance.now());
  };
</script>`;

const typingBare = async (browser, template) => {
  const context = await browser.newContext({ viewport: DESK });
  const answers = { "bare.html": ["text/html", BARE], "bare.js": ["text/javascript", "onmessage = ({ data }) => postMessage(data.length)"] };
  for (const [name, [contentType, body]] of Object.entries(answers)) {
    await context.route(`**/${name}`, (route) => route.fulfill({ contentType, body }));
  }
  await context.addInitScript(watch);
  const page = await context.newPage();
  const session = await context.newCDPSession(page);
  await session.send("Emulation.setCPUThrottlingRate", { rate: SLOWER });
  await page.goto(new URL("bare.html", process.env.VPCHECK_PAGE).href);
  await page.locator("textarea").fill(template);
  await page.keyboard.press("ControlOrMeta+End");
  await page.waitForTimeout(1000);
  const times = await typed(page);
  await context.close();
  return times;
};

/** The value that a share of all values does not pass. */
const quantile = (values, share) => {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.max(0, Math.ceil(sorted.length * share) - 1)] ?? 0;
};

const browser = await startBrowser();
const visits = await firstFindings(browser);
const { latencies, tasks } = await typing(browser, await readFile(TEMPLATE, "utf8"));
const bare = await typingBare(browser, await readFile(TEMPLATE, "utf8"));
await browser.close();
const longest = (tasks) => Math.max(0, ...tasks);
const results = {
  "first-findings": quantile(visits, 0.5),
  "key-median": quantile(latencies, 0.5),
  "key-p95": quantile(latencies, 0.95),
  "longest-task": longest(tasks),
  "bare-key-p95": quantile(bare.latencies, 0.95),
  "bare-longest-task": longest(bare.tasks),
};
for (const [name, time] of Object.entries(results)) console.log(name, time.toFixed(1));
