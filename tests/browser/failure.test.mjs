// What happens when an analysis breaks down, hangs or vanishes: the page goes on, says so, and has a report to copy.

import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { createRequire } from "node:module";
import { after, before, test } from "node:test";
import { openPage, startBrowser } from "./browser.mjs";

let browser;
before(async () => {
  browser = await startBrowser();
});
after(() => browser?.close());

const SECRET = "payroll-of-everybody";
const WRONG = `Resources:
  Group:
    Type: AWS::EC2::SecurityGroup
    Properties:
      GroupDescription: ${SECRET}
      VpcId: !Ref Nowhere
`;

/**
 * A worker of the page's own whose program can be spoilt: `poison()` overwrites its memory, and after `hang()` no
 * analysis ends, as by a fault of ours.
 */
const spoilable = async (page) => {
  await page.route("**/worker.js", async (route) => {
    const response = await route.fetch();
    const spoiling = `
      const Instance = WebAssembly.Instance;
      WebAssembly.Instance = function (module, imports) {
        const instance = new Instance(module, imports);
        self.poison ??= () => new Uint8Array(instance.exports.memory.buffer).fill(0xff);
        return instance;
      };
      self.hang = () => (self.isHanging = true);
      const own = () => self.onmessage;
      const post = self.postMessage;
      self.postMessage = (message) => {
        post.call(self, message);
        while (message.heard && self.isHanging);
      };
    `;
    await route.fulfill({ response, body: `${spoiling}\n${await response.text()}` });
  });
  await page.reload();
  await page.locator(".finding").first().waitFor();
};

const replaceText = async (page, text) => {
  await page.locator(".cm-content").focus();
  await page.keyboard.press("ControlOrMeta+a");
  await page.locator(".cm-content").evaluate((content, text) => {
    const clipboardData = new DataTransfer();
    clipboardData.setData("text/plain", text);
    content.dispatchEvent(new ClipboardEvent("paste", { clipboardData, bubbles: true, cancelable: true }));
  }, text);
};

/** The console tells of a panic; that it does is no fault of the page. */
const withPage = async (options, use) => {
  const { context, page, complaints } = await openPage(browser, {
    until: ".cm-content",
    ...options,
    context: { locale: "en-US", ...options.context },
  });
  try {
    page.setDefaultTimeout(12_000);
    await use(page, context);
    assert.deepEqual(complaints.filter((complaint) => !/panicked|unreachable|out of bounds|function signature/.test(complaint)), []);
  } finally {
    await context.close();
  }
};

for (const [lang, words] of [
  ["en", { report: "Report this failure", copy: "Copy", older: /earlier text/, tick: "Put the template into the report" }],
  ["ja", { report: "不具合を報告", copy: "コピー", older: /編集前/, tick: "報告にテンプレートを含める" }],
]) {
  test(`a breakdown leaves the last report, has one of its own to copy, and is over with the next change (${lang})`, () =>
    withPage({ path: `?lang=${lang}`, context: { permissions: ["clipboard-read", "clipboard-write"] } }, async (page) => {
      await spoilable(page);
      const known = await page.locator(".finding").count();
      await page.workers()[0].evaluate(() => self.poison());
      await replaceText(page, WRONG);
      const report = page.locator(".notice").getByRole("button", { name: words.report });
      await report.waitFor();
      assert.equal(await page.locator(".finding").count(), known, "the last good report stays");
      assert.match(await page.locator("[data-lapsed] .diagram-older").innerText(), words.older);

      await page.evaluate(await readFile(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8"));
      const axe = async () =>
        page.evaluate(async () => (await globalThis.axe.run(document)).violations.map(({ id, nodes }) => `${id} ${nodes[0].target}`));
      assert.deepEqual(await axe(), []);

      await report.click();
      const text = page.locator("dialog[open] #failure-report");
      const closed = await text.inputValue();
      assert.match(closed, /report/);
      assert.match(closed, /vpcheck: \d+\.\d+\.\d+ \(\w+/);
      assert.match(closed, /Chrom/);
      assert.ok(!closed.includes(SECRET), closed);
      assert.deepEqual(await axe(), []);
      await page.getByLabel(words.tick).check();
      assert.ok((await text.inputValue()).includes(SECRET));
      await page.locator("dialog[open]").getByRole("button", { name: words.copy }).click();
      await page.locator("dialog[open] .share-said:not(:empty)").waitFor();
      assert.ok((await page.evaluate(() => navigator.clipboard.readText())).includes(SECRET));
      await page.keyboard.press("Escape");

      await page.locator(".cm-content").press("ControlOrMeta+End");
      await page.keyboard.type("# more");
      await page.locator('.finding[data-rule="unknown-reference"]').waitFor();
      assert.equal(await page.locator("[data-lapsed]").count(), 0);
    }));
}

test("a worker that the browser has killed is replaced, and nothing is lost", () =>
  withPage({}, async (page) => {
    await page.locator(".finding").first().waitFor();
    await page.workers()[0].evaluate(() => self.close());
    await replaceText(page, WRONG);
    await page.locator('.finding[data-rule="unknown-reference"]').waitFor();
    assert.equal(await page.locator(".notice").count(), 0, "there is nothing to tell");
  }));

test("an analysis that does not end is stopped, told of, and the next one runs", () =>
  withPage({}, async (page) => {
    await spoilable(page);
    await page.workers()[0].evaluate(() => self.hang());
    const started = Date.now();
    await replaceText(page, WRONG);
    await page.locator(".notice").filter({ hasText: "took too long" }).waitFor();
    assert.ok(Date.now() - started >= 1_900, "patience is two seconds");
    assert.ok(await page.locator("[data-lapsed] .finding").count() > 0);
    await page.locator(".cm-content").press("ControlOrMeta+End");
    await page.keyboard.type("# more");
    await page.locator('.finding[data-rule="unknown-reference"]').waitFor();
  }));
