// Starts the browser and opens the playground, the same way for every test.
//
// `cargo xtask test --browser` gives both variables. By hand: `cargo xtask serve`, and
// CHROME=/usr/bin/chromium VPCHECK_PAGE=http://127.0.0.1:8080/ node --test

import { chromium } from "playwright-core";

const fromEnvironment = (name) => {
  const value = process.env[name];
  if (!value) throw new Error(`${name} is not set; run the tests with \`cargo xtask test --browser\``);
  return value;
};

export const pageAddress = fromEnvironment("VPCHECK_PAGE");

// Without a network, the browser's own calls home would fail many at a time and slow every test. The sandbox does
// not start for root, which is who runs the tests in a container; the only page loaded is the project's own.
const QUIET = [
  "--no-sandbox",
  "--disable-gpu",
  "--disable-quic",
  "--no-first-run",
  "--disable-background-networking",
  "--disable-component-update",
  "--disable-sync",
];

/** A browser for one test file; close it when the file is through. */
export const startBrowser = () =>
  chromium.launch({ executablePath: fromEnvironment("CHROME"), headless: true, args: QUIET });

/**
 * Opens the playground in a context of its own and waits until it is drawn.
 *
 * `complaints` fills with what a page must never do: errors, messages of severity error in the console (a refused
 * content security policy is one), and requests to another origin. `prepare` gets the context before anything is loaded.
 */
export const openPage = async (
  browser,
  { path = "", context: options = {}, until = "body *", prepare = async () => {}, waitUntil = "load" } = {},
) => {
  // Pages that answer from a copy of their files cannot be given other ones; what tests that allows it.
  const context = await browser.newContext({ serviceWorkers: "block", ...options });
  await prepare(context);
  const page = await context.newPage();
  const complaints = [];
  page.on("pageerror", (error) => complaints.push(`error: ${error}`));
  page.on("console", (message) => {
    if (message.type() === "error") complaints.push(`console: ${message.text()}`);
  });
  page.on("request", (request) => {
    const url = new URL(request.url());
    const local = ["data:", "blob:"].includes(url.protocol);
    if (!local && url.origin !== new URL(pageAddress).origin) complaints.push(`request: ${url}`);
  });
  await page.goto(new URL(path, pageAddress).href, { waitUntil });
  await page.waitForSelector(until, { state: "attached" });
  return { context, page, complaints };
};
