// The page in every size, language and theme: the same walk through it, and nothing to complain of on the way.

import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { createRequire } from "node:module";
import { after, before, describe, test } from "node:test";
import { openPage, startBrowser } from "./browser.mjs";

let browser;
let axe;
before(async () => {
  browser = await startBrowser();
  axe = await readFile(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");
});
after(() => browser?.close());

const TEMPLATE = `Parameters:
  VpcId:
    Type: AWS::EC2::VPC::Id
Resources:
  Group:
    Type: AWS::EC2::SecurityGroup
    Properties:
      GroupDescription: 関数
      VpcId: !Ref VpcIdd
`;

const SIZES = [
  { width: 360, height: 740, isMobile: true, hasTouch: true },
  { width: 768, height: 1024, hasTouch: true },
  { width: 1280, height: 800 },
];

/** The part of that name, by whichever of the two groups of tabs is seen. */
const show = async (page, index) => {
  const [narrow, wide] = [page.locator(".tabs.narrow button"), page.locator(".tabs.wide button")];
  // The template has a tab of its own where there is only one part at a time; it is the third.
  if (await narrow.first().isVisible()) await narrow.nth(index < 2 ? index : index + 1).click();
  else await wide.nth(index).click();
};
const [FINDINGS, DIAGRAM, PATHS, , COST] = [0, 1, 2, 3, 4];

// Two at once, since much of each walk is waiting.
describe("every size, language and theme", { concurrency: 2 }, () => {
  for (const { width, height, ...touch } of SIZES) {
    for (const lang of ["en", "ja"]) {
      for (const colorScheme of ["light", "dark"]) {
        test(`${width} × ${height}, ${lang}, ${colorScheme}`, async () => {
          const { context, page, complaints } = await openPage(browser, {
            path: `?lang=${lang}`,
            until: ".cm-content",
            context: { viewport: { width, height }, colorScheme, ...touch },
          });
          page.setDefaultTimeout(20_000);
          try {
            await page.evaluate(axe);
            const check = async (state) => {
              const wide = await page.evaluate(() => document.documentElement.scrollWidth);
              assert.equal(wide, width, `${state}: something is wider than the page`);
              const violations = await page.evaluate(async () => {
                // A button that has just come alive is between two colours.
                const moving = document.getAnimations().filter(({ effect }) => effect.getComputedTiming().endTime < 10_000);
                await Promise.allSettled(moving.map(({ finished }) => finished));
                const { violations } = await globalThis.axe.run(document);
                return violations.map(({ id, nodes }) => `${id}: ${nodes.map(({ target }) => target).join(", ")}`);
              });
              assert.deepEqual(violations, [], state);
            };
            await page.locator(".list .finding").first().waitFor();
            await check("a first visit");

            // Every example has something to say.
            const examples = page.locator(".examples li button");
            for (let index = 0; index < (await examples.count()); index += 1) {
              await page.locator(".examples-button").click();
              if (index === 0) await check("the examples");
              await examples.nth(index).click();
              await page.waitForFunction(() => document.querySelector(".list :is(.counts, .state.good, .cost)"));
            }

            // A fault is pasted, and mended.
            await page.locator(".examples-button").click();
            await page.locator(".examples > button").click();
            await page.locator(".state.blank").waitFor();
            await page.locator(".cm-content").evaluate((content, text) => {
              const clipboardData = new DataTransfer();
              clipboardData.setData("text/plain", text);
              content.dispatchEvent(new ClipboardEvent("paste", { clipboardData, bubbles: true, cancelable: true }));
            }, TEMPLATE);
            const finding = page.locator('.finding[data-rule="unknown-reference"]');
            await finding.waitFor({ state: "attached" });
            await show(page, FINDINGS);
            await finding.locator(".show").click();
            await finding.locator(".apply:enabled").waitFor();
            await check("a change");
            await finding.locator(".apply").click();
            await finding.waitFor({ state: "detached" });

            // A path, its picture, and what it costs.
            await page.locator(".examples-button").click();
            await examples.nth(2).click();
            await page.locator(".cost .dial-row input[type=range]").first().waitFor();
            const total = () => page.locator(".totals").first().innerText();
            await page.waitForFunction(() => document.querySelector(".totals")?.innerText.trim());
            const before = await total();
            await page.locator(".cost .dial-row input[type=range]").first().focus();
            await page.keyboard.press("End");
            await page.waitForFunction((before) => document.querySelector(".totals").innerText !== before, before);
            await check("costs");
            await show(page, PATHS);
            await page.locator(".cell").first().click();
            await page.locator(".step").first().waitFor();
            await check("a path");
            await show(page, DIAGRAM);
            await page.locator(".picture-frame svg .box").first().waitFor();
            await page.locator(".diagram-hide").waitFor();
            await check("a picture");

            // What is shared opens the same.
            await page.locator(".bar button[aria-haspopup=dialog]:visible").last().click();
            await page.waitForFunction(() => document.querySelector("#share-link")?.value.includes("#v1."));
            await check("sharing");
            const link = await page.locator("#share-link").inputValue();
            const other = await context.newPage();
            await other.goto(link);
            await other.locator(".picture-frame svg .box").first().waitFor();
            const text = (page) => page.locator(".cm-content").evaluate((content) => content.textContent.slice(0, 300));
            assert.equal(await text(other), await text(page));
            assert.deepEqual(complaints, []);
          } finally {
            await context.close();
          }
        });
      }
    }
  }
});

test("in forced colours and without motion everything is still there", async () => {
  const { context, page, complaints } = await openPage(browser, {
    until: ".cm-content",
    context: { forcedColors: "active", reducedMotion: "reduce", viewport: { width: 1280, height: 800 } },
  });
  await page.locator(".finding").first().waitFor();
  const bar = page.getByRole("separator").first();
  await bar.focus();
  const shown = await bar.evaluate((bar) => getComputedStyle(bar, "::after").backgroundColor);
  assert.notEqual(shown, "rgba(0, 0, 0, 0)");
  const moving = await page.evaluate(() => document.getAnimations().filter(({ playState }) => playState === "running").length);
  assert.equal(moving, 0);
  assert.deepEqual(complaints, []);
  await context.close();
});
