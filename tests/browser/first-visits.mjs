// Visits an instrumented page as readers do at first, and prints the numbers of the points it reached, one a line.
// `cargo xtask build-page` calls it; what never ran is loaded later (xtask/src/split).
//
// Of the analysis counts what the first example needs; who comes with a template of their own waits for all of it. Of the
// page itself counts what any template makes it do, since nothing may keep the page waiting.

import { readFile, readdir } from "node:fs/promises";
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

const write = async (page, text) => {
  await page.locator(".cm-content").focus();
  await page.keyboard.press("ControlOrMeta+End");
  await page.keyboard.type(text);
  await settle(page, false);
};

/** Keeps the page from asking for what comes after the first findings: it has time to come later. */
const onlyFirst = () => {
  const post = Worker.prototype.postMessage;
  Worker.prototype.postMessage = function (message, ...more) {
    if (message.task !== "rest") post.call(this, message, ...more);
  };
};

const visit = async (browser, path, viewport, walk = async () => {}) => {
  const { context, page } = await openPage(browser, {
    path,
    context: { viewport },
    until: ".cm-content",
    prepare: (context) => context.addInitScript(onlyFirst),
  });
  await page.locator(".finding, .checklist").first().waitFor({ state: "attached", timeout: 60_000 });
  await settle(page, !path.includes("#"));
  await walk(page);
  await context.close();
};

const typing = async (page) => {
  await write(page, "\n# a\n");
  // Broken in the middle of a word, as it is while one types.
  await write(page, "  Broken:\n    Type: [AWS::");
};

const browser = await startBrowser();
for (const [path, viewport] of [
  ["?lang=en", DESK],
  ["?lang=en", PHONE],
  ["?lang=ja", DESK],
  ["?lang=ja", PHONE],
]) {
  await visit(browser, path, viewport, typing);
}
// As a reader of an article comes, who follows a link to a template. What an example shows beside its findings, such as
// costs, has time to come later.
for (const name of (await readdir(EXAMPLES)).sort()) {
  const text = await readFile(new URL(name, EXAMPLES), "utf8");
  await visit(browser, `?lang=en#v1.${deflateRawSync(JSON.stringify({ text })).toString("base64url")}`, DESK);
}
await visit(browser, "?embed=1", PHONE);
await browser.close();
process.stdout.write([...ran].sort((a, b) => a - b).join("\n") + "\n");
