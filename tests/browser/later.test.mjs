// The half of the program that no first visit needs (xtask/src/split): when it is asked for, and what waits for it.

import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { after, before, test } from "node:test";
import { deflateRawSync } from "node:zlib";
import { openPage, startBrowser } from "./browser.mjs";

const LATER = /_later\.wasm$/;

let browser;
let costs;
before(async () => {
  browser = await startBrowser();
  const text = await readFile(new URL("../../web/examples/nat.yaml", import.meta.url), "utf8");
  costs = `?lang=en#v1.${deflateRawSync(JSON.stringify({ text, view: "cost" })).toString("base64url")}`;
});
after(() => browser?.close());

/** Opens the page with `answer` for every request of the later half, and wants no complaint but `expected` ones. */
const visit = async (t, { path, until, answer, expected = /^$/ }, check) => {
  const { context, page, complaints } = await openPage(browser, {
    path,
    until,
    prepare: (context) => context.route(LATER, answer),
  });
  try {
    if (!(await page.evaluate(() => "vpcheckLater" in globalThis))) {
      t.skip("the page was built whole: there was no browser to learn from what a visit runs");
      return;
    }
    await check(page);
    assert.deepEqual(
      complaints.filter((complaint) => !expected.test(complaint)),
      [],
    );
  } finally {
    await context.close();
  }
};

test("a first visit shows its findings without the rest, and asks for it once", async (t) => {
  let release;
  const released = new Promise((resolve) => (release = resolve));
  const kinds = [];
  const answer = async (route) => {
    kinds.push(route.request().resourceType());
    await released;
    await route.continue();
  };
  await visit(t, { path: "?lang=en", until: ".finding", answer }, async (page) => {
    release();
    await page.waitForFunction(() => performance.getEntriesByName("vpcheck-later").length === 1);
    await page.locator(".tabs.wide").getByRole("button", { name: "Cost" }).click();
    await page.locator(".totals, .cost .state").first().waitFor();
    // The worker of the costs got it from the page.
    assert.deepEqual(kinds, ["fetch"]);
  });
});

test("costs wait for the rest where it is late", (t) => {
  const answer = async (route) => {
    await new Promise((resolve) => setTimeout(resolve, 3000));
    await route.continue();
  };
  return visit(t, { path: costs, until: ".totals .amount", answer }, async (page) => {
    assert.match(await page.locator(".totals .amount").first().innerText(), /\d/);
  });
});

test("where the rest did not come by itself, whoever needs it asks without waiting", async (t) => {
  const kinds = new Set();
  const answer = (route) => {
    const kind = route.request().resourceType();
    kinds.add(kind);
    return kind === "fetch" ? route.abort() : route.continue();
  };
  const expected = /Failed to load resource/;
  await visit(t, { path: costs, until: ".totals .amount", answer, expected }, async () => {
    assert.deepEqual([...kinds].sort(), ["fetch", "xhr"]);
  });
});
