// Visits an instrumented page as readers do at first, and prints the numbers of the points it reached, one a line.
// `cargo xtask build-page` calls it; what never ran is loaded later (xtask/src/split).
//
// What counts is what comes before the first findings, what showing them takes, and what runs by itself until the rest of the
// program is there. Who comes with a template of their own waits for all of it before that is analysed: of such a visit
// counts what opens the page.

import { readFile } from "node:fs/promises";
import { deflateRawSync } from "node:zlib";
import { openPage, startBrowser } from "./browser.mjs";

const EXAMPLES = new URL("../../web/examples/", import.meta.url);

const PHONE = { width: 360, height: 740 };
const DESK = { width: 1280, height: 800 };

const ran = new Set();

/** Waits until nothing new runs, in the page and, where their work counts, in its workers, and notes what ran. */
const settle = async (page, countsWorkers) => {
  let before = -1;
  for (let quiet = 0; quiet < 4; ) {
    const places = countsWorkers ? [page, ...page.workers()] : [page];
    const lists = await Promise.all(
      // A worker may end while it is asked.
      places.map((place) => place.evaluate(() => globalThis.vpcheckRan?.() ?? []).catch(() => [])),
    );
    for (const list of lists) for (const number of list) ran.add(number);
    quiet = ran.size === before ? quiet + 1 : 0;
    before = ran.size;
    await page.waitForTimeout(250);
  }
};

/** Keeps the page from asking for all but these: the rest has time to come later. */
const askOnly = (tasks) => {
  const post = Worker.prototype.postMessage;
  Worker.prototype.postMessage = function (message, ...more) {
    if (!message.task || tasks.includes(message.task)) post.call(this, message, ...more);
  };
};

const visit = async (browser, path, viewport, tasks) => {
  const { context, page } = await openPage(browser, {
    path,
    context: { viewport },
    until: ".editor :is(.bare-editor, .cm-content)",
    prepare: (context) => context.addInitScript(askOnly, tasks),
  });
  if (tasks.length) {
    await page.locator(".finding, .checklist").first().waitFor({ state: "attached", timeout: 60_000 });
  }
  // In a trial of a page that is split already, there is nothing to wait for.
  await page.waitForFunction(() => globalThis.vpcheckIsWhole?.() ?? true);
  await settle(page, tasks.length > 0);
  await context.close();
};

const browser = await startBrowser();
for (const [path, viewport] of [
  ["?lang=en", DESK],
  ["?lang=en", PHONE],
  ["?lang=ja", DESK],
  ["?lang=ja", PHONE],
]) {
  await visit(browser, path, viewport, ["report"]);
}
await visit(browser, "?embed=1", PHONE, ["report"]);
// As a reader of an article comes, who follows a link to a template.
const text = await readFile(new URL("nat.yaml", EXAMPLES), "utf8");
for (const lang of ["en", "ja"]) {
  const link = deflateRawSync(JSON.stringify({ text })).toString("base64url");
  await visit(browser, `?lang=${lang}#v1.${link}`, DESK, []);
}
await browser.close();
process.stdout.write([...ran].sort((a, b) => a - b).join("\n") + "\n");
