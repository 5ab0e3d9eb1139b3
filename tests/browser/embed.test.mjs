// The playground inside of another page, and without a network.

import assert from "node:assert/strict";
import { after, before, test } from "node:test";

import { openPage, pageAddress, startBrowser } from "./browser.mjs";

let browser;
before(async () => {
  browser = await startBrowser();
});
after(() => browser.close());

const BROKEN = `Resources:
  Fn:
    Type: AWS::Lambda::Function
    Properties:
      Role: !GetAtt Rol.Arn
`;

/** Another page of the same server, with a playground in it. */
const article = async (body, options = {}) => {
  const { context, page, complaints } = await openPage(browser, { until: ".cm-content", context: options });
  await page.route("**/article.html", (route) =>
    route.fulfill({
      contentType: "text/html",
      body: `<!doctype html><title>An article</title><body><p>Before</p>${body}<p>After</p>
        <script type="module" src="embed.js"></script>`,
    }),
  );
  await page.evaluate(() => localStorage.clear());
  await page.goto(new URL("article.html", pageAddress).href);
  const frame = page.frameLocator("iframe");
  await frame.locator(".page[data-embedded]").waitFor();
  return { context, page, frame, complaints };
};

test("an element shows the template that stands in it", async () => {
  const { context, page, frame, complaints } = await article(
    `<vpcheck-playground view="findings" lang="ja" theme="dark" readonly label="A wrong name">
       <script type="text/plain">\n${BROKEN}</script>
     </vpcheck-playground>`,
  );
  await frame.locator('.finding[data-rule="unknown-reference"]').waitFor();
  assert.equal(await page.locator("iframe").getAttribute("title"), "A wrong name");
  const root = frame.locator("html");
  assert.deepEqual([await root.getAttribute("lang"), await root.getAttribute("data-theme")], ["ja", "dark"]);
  assert.match(await frame.locator(".counts").innerText(), /エラー 1 件/);

  // The fix is not offered, and the text cannot be changed.
  assert.equal(await frame.locator(".finding .fix:visible").count(), 0);
  const before = await frame.locator(".cm-content").innerText();
  await frame.locator(".cm-content").press("ControlOrMeta+End");
  await page.keyboard.type("Tags: x");
  assert.equal(await frame.locator(".cm-content").innerText(), before);
  assert.deepEqual(complaints, []);
  await context.close();
});

test("an embedded playground is as high as what it shows, and says so", async () => {
  const { context, page, frame } = await article(
    `<vpcheck-playground height="150"><script type="text/plain">${BROKEN}</script></vpcheck-playground>`,
  );
  await frame.locator(".finding").first().waitFor();
  await page.waitForFunction(() => document.querySelector("iframe").getBoundingClientRect().height > 200);
  // What can be given comes after the findings, and the page grows once more.
  await frame.locator(".needs").waitFor();
  let heights;
  for (let tries = 0; tries < 50; tries += 1) {
    const told = await page.locator("iframe").evaluate((element) => element.getBoundingClientRect().height);
    const own = await frame.locator(".page").evaluate((element) => element.getBoundingClientRect().height);
    heights = `${told} and ${own}`;
    if (Math.abs(told - own) <= 1) break;
    assert.ok(tries < 49, heights);
    await page.waitForTimeout(100);
  }
  await context.close();
});

test("an embedded playground stores nothing, keeps its address, and leads to the playground", async () => {
  const { context, page, frame } = await article(`<vpcheck-playground><script type="text/plain">${BROKEN}</script></vpcheck-playground>`);
  await frame.locator(".finding").first().waitFor();
  const address = await frame.locator("html").evaluate(() => location.href);
  await frame.locator(".cm-content").press("ControlOrMeta+End");
  await page.keyboard.type("# mine");
  await page.waitForTimeout(900);
  assert.equal(await frame.locator("html").evaluate(() => location.href), address);
  assert.equal(await page.evaluate(() => localStorage.length), 0);

  const [opened] = await Promise.all([
    context.waitForEvent("page"),
    frame.getByRole("link", { name: "Open in playground" }).click(),
  ]);
  await opened.locator(".cm-content").waitFor();
  assert.equal(await opened.locator("[data-embedded]").count(), 0);
  assert.match(await opened.locator(".cm-content").innerText(), /# mine/);
  await context.close();
});

test("what the address asks for is shown, and a region is taken where the link has none", async () => {
  const { context, page } = await openPage(browser, {
    path: "?embed=1&view=cost&region=eu-west-1",
    until: ".page[data-embedded]",
  });
  await page.locator('.tabs.wide button[aria-pressed="true"]').waitFor();
  assert.equal(await page.locator('.tabs.wide button[aria-pressed="true"]').innerText(), "Cost");
  await page.getByText("eu-west-1").first().waitFor({ state: "attached" });
  await context.close();
});

test("the article of the documents has three playgrounds", async () => {
  const { context, page, complaints } = await openPage(browser, { path: "article.html", until: "iframe" });
  const frames = page.locator("iframe");
  assert.equal(await frames.count(), 3);
  for (let index = 0; index < 3; index++) {
    await frames.nth(index).scrollIntoViewIfNeeded();
    await page.frameLocator("iframe").nth(index).locator(".page[data-embedded] .cm-content").waitFor({ state: "attached" });
  }
  const second = page.frameLocator("iframe").nth(1);
  await second.locator('.finding[data-rule="unknown-reference"]').waitFor();
  await page.frameLocator("iframe").nth(0).locator(".picture-frame svg").waitFor();
  assert.deepEqual(complaints, []);
  await context.close();
});

test("after the first visit the page opens without a network", async () => {
  const { context, page } = await openPage(browser, {
    until: ".cm-content",
    context: { serviceWorkers: "allow" },
  });
  await page.locator(".finding").first().waitFor();
  await page.evaluate(async () => {
    await navigator.serviceWorker.ready;
    const names = await caches.keys();
    if (names.length !== 1) throw new Error(`copies: ${names}`);
  });
  await page.waitForFunction(() => navigator.serviceWorker.controller !== null);
  await context.setOffline(true);
  await page.goto(new URL("?lang=ja", pageAddress).href);
  await page.locator(".finding").first().waitFor();
  assert.equal(await page.locator("html").getAttribute("lang"), "ja");
  assert.ok(page.workers().length > 0, "the worker comes from the copy too");
  await context.close();
});
