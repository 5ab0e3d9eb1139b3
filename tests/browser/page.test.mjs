import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { openPage, startBrowser } from "./browser.mjs";

let browser;
before(async () => {
  browser = await startBrowser();
});
after(() => browser?.close());

test("the page is drawn without an error and asks no other site for anything", async () => {
  const { page, context, complaints } = await openPage(browser);
  await page.waitForLoadState("networkidle");
  assert.deepEqual(complaints, []);
  await context.close();
});

test("the page works where it is put: not only at the top of a site", async () => {
  const { page, context } = await openPage(browser, { path: "index.html" });
  const addresses = await page.$$eval("script[src], link[href]", (elements) =>
    elements.map((element) => element.getAttribute("src") ?? element.getAttribute("href")),
  );
  assert.deepEqual(
    addresses.filter((address) => address.startsWith("/")),
    [],
  );
  await context.close();
});

test("the document is as tall as the window: there is nothing below to get lost in", async () => {
  for (const viewport of [
    { width: 360, height: 740 },
    { width: 1280, height: 800 },
  ]) {
    const { page, context } = await openPage(browser, { path: "?lang=ja", context: { viewport } });
    await page.locator(".finding").first().waitFor({ state: "attached" });
    assert.equal(await page.evaluate(() => document.documentElement.scrollHeight), viewport.height);
    await context.close();
  }
});
