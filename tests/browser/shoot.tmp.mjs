import { readFileSync } from "node:fs";
import { deflateRawSync } from "node:zlib";
import { chromium } from "playwright-core";
const [base, name, file, extra, width, scheme, locale, click] = process.argv.slice(2);
const text = readFileSync(file, "utf8");
const state = { text, view: "endpoints", ...JSON.parse(extra || "{}") };
const b = await chromium.launch({ executablePath: "/usr/bin/chromium", args: ["--no-sandbox"] });
const c = await b.newContext({ viewport: { width: +width, height: 900 }, colorScheme: scheme, locale });
const p = await c.newPage();
p.on("console", (m) => m.type() === "error" && console.log("console", m.text()));
p.on("pageerror", (e) => console.log("error", String(e)));
await p.goto(`${base}#v1.${deflateRawSync(JSON.stringify(state)).toString("base64url")}`);
await p.locator(".endpoints[aria-busy=false], .endpoints .state").first().waitFor({ timeout: 30000 });
if (click) { for (const one of click.split("|")) { await p.locator(one).first().click(); } await p.locator("[data-proof=proved],[data-proof=refused]").first().waitFor().catch(() => {}); }
const h = await p.evaluate(() => { const l = document.querySelector(".half.list"); return l.scrollHeight + l.getBoundingClientRect().top; });
await p.setViewportSize({ width: +width, height: Math.min(Math.ceil(h) + 20, 4000) });
await p.waitForTimeout(300);
await p.screenshot({ path: `/tmp/ep/shots/${name}.png` });
await b.close();
