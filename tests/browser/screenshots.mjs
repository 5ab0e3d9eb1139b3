// Takes the pictures in docs/screenshots: `cargo xtask screenshots`. They are looked at, not compared: fonts differ.

import { mkdir, writeFile } from "node:fs/promises";
import { pageAddress, startBrowser } from "./browser.mjs";

const FOLDER = new URL("../../docs/screenshots/", import.meta.url);
const DESK = { width: 1280, height: 800 };
const PHONE = { width: 390, height: 780, isMobile: true, hasTouch: true };

/** Opens an example by its place in the list. */
const example = (index) => async (page) => {
  await page.locator(".examples-button").click();
  await page.locator(".examples li button").nth(index).click();
};
const tab = (index) => async (page) => {
  const narrow = page.locator(".tabs.narrow button");
  if (await narrow.first().isVisible()) await narrow.nth(index < 2 ? index : index + 1).click();
  else await page.locator(".tabs.wide button").nth(index).click();
};
const seen = (selector) => (page) => page.locator(selector).first().waitFor();
const click = (selector) => (page) => page.locator(selector).first().click();
const still = (page) => page.waitForTimeout(700);

/** Every picture: its name, the page it is of, and what is done before it is taken. */
const PICTURES = [
  { name: "findings", lang: "en", theme: "light", screen: DESK, steps: [click(".finding-head")] },
  { name: "findings.ja", lang: "ja", theme: "light", screen: DESK, steps: [click(".finding-head")] },
  { name: "fix", lang: "ja", theme: "light", screen: DESK, steps: [click(".finding .show"), seen(".apply:enabled"), seen(".hunk")] },
  { name: "path", lang: "en", theme: "dark", screen: DESK, steps: [example(1), tab(2), seen(".step"), click("button.step-body")] },
  { name: "diagram", lang: "ja", theme: "light", screen: DESK, steps: [tab(2), seen(".cell"), click(".cell[data-verdict=blocked], .cell"), seen(".step"), tab(1), seen(".diagram-hide"), seen(".picture-frame svg .box")] },
  { name: "cost", lang: "en", theme: "light", screen: DESK, steps: [example(2), seen(".cost .plot-room svg")] },
  { name: "endpoints", lang: "ja", theme: "dark", screen: DESK, steps: [example(2), tab(3), seen(".list .plain, .list .fix")] },
  { name: "phone", lang: "ja", theme: "light", screen: PHONE, steps: [seen(".list .finding")] },
  { name: "phone-diagram", lang: "en", theme: "dark", screen: PHONE, steps: [tab(1), seen(".picture-frame svg .box")] },
];

const browser = await startBrowser();
await mkdir(FOLDER, { recursive: true });
for (const { name, lang, theme, screen, steps } of PICTURES) {
  const { width, height, ...touch } = screen;
  const context = await browser.newContext({
    viewport: { width, height },
    deviceScaleFactor: 1.5,
    serviceWorkers: "block",
    reducedMotion: "reduce",
    ...touch,
  });
  const page = await context.newPage();
  await page.goto(new URL(`?lang=${lang}&theme=${theme}`, pageAddress).href);
  await page.locator(".finding").first().waitFor({ state: "attached" });
  for (const step of [...steps, still]) await step(page);
  const session = await context.newCDPSession(page);
  const { data } = await session.send("Page.captureScreenshot", { format: "webp", quality: 82 });
  await writeFile(new URL(`${name}.webp`, FOLDER), Buffer.from(data, "base64"));
  await context.close();
}
await browser.close();
