import assert from "node:assert/strict";
import { createRequire } from "node:module";
import { readFile } from "node:fs/promises";
import { after, before, test } from "node:test";
import { deflateRawSync } from "node:zlib";
import { openPage, startBrowser } from "./browser.mjs";

let browser;
let network;
let blocked;
let fleet;
const read = (path) => readFile(new URL(`../../${path}`, import.meta.url), "utf8");
before(async () => {
  browser = await startBrowser();
  [network, blocked, fleet] = await Promise.all(
    ["web/examples/nat.yaml", "tests/gallery/blocked-path.yaml", "tests/gallery/fleet.yaml"].map(read),
  );
});
after(() => browser?.close());

const link = (state) => `#v1.${deflateRawSync(JSON.stringify(state)).toString("base64url")}`;

/** Opens a link with the diagram in view, and afterwards wants the page to have done nothing forbidden. */
const withDiagram = async ({ state = {}, context: options = {} } = {}, use) => {
  const { context, page, complaints } = await openPage(browser, {
    until: ".cm-content",
    path: link({ text: network, view: "diagram", ...state }),
    context: { locale: "en-US", reducedMotion: "reduce", ...options },
  });
  try {
    await page.locator(".picture .vpcheck-diagram, .half.list .state, .cost").first().waitFor();
    // What comes after the findings may move what is below it.
    await page.locator(".page[data-whole]").waitFor();
    await use(page, context);
    assert.deepEqual(complaints, []);
  } finally {
    await context.close();
  }
};

const box = (page, id) => page.locator(`.picture [data-id="${id}"]`);
const FUNCTION = "function:ReportFunction";

const selection = (page) => page.evaluate(() => document.getSelection().toString());

const view = (page) =>
  page.locator(".picture .vpcheck-diagram").evaluate((svg) => {
    const [x, y, width, height] = svg.getAttribute("viewBox").split(" ").map(Number);
    return { x, y, width, height };
  });

const focused = (page) => page.evaluate(() => document.activeElement.dataset.id ?? document.activeElement.className);

const replaceText = async (page, text) => {
  await page.locator(".cm-content").focus();
  await page.keyboard.press("ControlOrMeta+a");
  await page.locator(".cm-content").evaluate((content, text) => {
    const clipboardData = new DataTransfer();
    clipboardData.setData("text/plain", text);
    content.dispatchEvent(new ClipboardEvent("paste", { clipboardData, bubbles: true, cancelable: true }));
  }, text);
};

test("the tab opens the whole picture, and the link opens the tab", () =>
  withDiagram({ state: { view: "cost" } }, async (page, context) => {
    await page.locator(".tabs.wide").getByRole("button", { name: "Diagram" }).click();
    await box(page, FUNCTION).waitFor();
    const seen = await page.evaluate(() => {
      const frame = document.querySelector(".picture-frame").getBoundingClientRect();
      return [...document.querySelectorAll(".picture .box")].every((one) => {
        const { left, right, top, bottom } = one.getBoundingClientRect();
        return left >= frame.left - 1 && right <= frame.right + 1 && top >= frame.top - 1 && bottom <= frame.bottom + 1;
      });
    });
    assert.ok(seen, "all of it is seen at first");
    // The address follows half a second behind.
    await page.waitForTimeout(1500);
    const other = await context.newPage();
    await other.goto(page.url());
    await box(other, FUNCTION).waitFor();
    assert.equal(await other.locator(".tabs.wide [aria-pressed=true]").innerText(), "Diagram");
    await other.close();
  }));

test("hover and focus tell the facts of a box, and its findings lead on", () =>
  withDiagram({}, async (page) => {
    await box(page, FUNCTION).hover();
    const facts = page.locator(".facts");
    await facts.waitFor();
    assert.match(await facts.innerText(), /^ReportFunction\s+Lambda function\s+In SubnetA, SubnetC\s/);
    assert.match(await facts.innerText(), /ReportFunction → NatGateway: .*s3:443/s);
    assert.equal(await box(page, FUNCTION).locator("title").count(), 0, "no tooltip lies over the facts");
    await facts.hover();
    await page.waitForTimeout(500);
    assert.ok(await facts.isVisible(), "the mouse may go to them");
    const rect = await page.locator(".tagline").boundingBox();
    await page.mouse.move(rect.x + 5, rect.y + 5);
    await facts.waitFor({ state: "detached" });

    await page.locator(".diagram-zoom button").last().focus();
    await page.keyboard.press("Tab");
    await facts.waitFor();
    await page.keyboard.press("Escape");
    await facts.waitFor({ state: "detached" });
    assert.match(await focused(page), /^region/, "the keyboard stays where it was");

    await box(page, FUNCTION).hover();
    await facts.getByRole("button", { name: /s3 is called through NAT/ }).click();
    assert.equal(await selection(page), "PrivateDefault", "the place of the finding");
  }));

test("a click selects the text of a box, a badge chooses its finding, and the cursor marks the box", () =>
  withDiagram({}, async (page) => {
    await box(page, "subnet:SubnetA").locator(".name").click();
    assert.equal(await selection(page), "SubnetA");
    await page.locator(".marked[data-id='subnet:SubnetA']").waitFor();
    assert.equal(await page.locator(".marked").count(), 1);

    await box(page, FUNCTION).locator(".badge").click();
    await page.locator(".cm-label-primary").waitFor();
    assert.equal(await selection(page), "PrivateDefault");
    const marked = await page.locator(".marked").evaluateAll((boxes) => boxes.map(({ dataset: { id } }) => id));
    assert.deepEqual(marked, ["nat-gateway:NatGateway", FUNCTION], "what the finding is about");
    assert.equal(
      await box(page, FUNCTION).getAttribute("aria-label"),
      "ReportFunction Lambda function, 1 finding: warning",
    );

    // The editor holds only the lines that are near.
    await page.locator(".cm-content").press("ControlOrMeta+Home");
    await page.locator(".cm-line", { hasText: "10.50.0.0/16" }).click();
    await page.locator(".marked[data-id='vpc:Vpc']").waitFor();
    assert.equal(await page.locator(".marked").count(), 1);
  }));

test("the keyboard has one stop, walks, selects and zooms", () =>
  withDiagram({}, async (page) => {
    assert.equal(await page.locator(".picture [tabindex='0']").count(), 1);
    await page.locator(".picture [tabindex='0']").focus();
    await page.keyboard.press("End");
    const last = await focused(page);
    await page.keyboard.press("Home");
    assert.equal(await focused(page), "region");
    assert.notEqual(last, "region");
    // From the frame around everything to the function, by looking where it lies.
    const seen = new Set();
    for (let step = 0; step < 30 && (await focused(page)) !== FUNCTION; step += 1) {
      const [from, to] = await page.evaluate((id) => {
        const middle = (element) => {
          const { left, right, top, bottom } = (element.querySelector(".leaf") ?? element.querySelector(".name") ?? element).getBoundingClientRect();
          return [(left + right) / 2, (top + bottom) / 2];
        };
        return [middle(document.activeElement), middle(document.querySelector(`.picture [data-id="${id}"]`))];
      }, FUNCTION);
      const [dx, dy] = [to[0] - from[0], to[1] - from[1]];
      const wanted = Math.abs(dx) > Math.abs(dy) ? (dx > 0 ? "ArrowRight" : "ArrowLeft") : dy > 0 ? "ArrowDown" : "ArrowUp";
      const at = await focused(page);
      const key = seen.has(at + wanted) ? (wanted.endsWith("t") ? (dy > 0 ? "ArrowDown" : "ArrowUp") : dx > 0 ? "ArrowRight" : "ArrowLeft") : wanted;
      seen.add(at + wanted);
      await page.keyboard.press(key);
    }
    assert.equal(await focused(page), FUNCTION);
    assert.equal(await page.locator(".picture [tabindex='0']").count(), 1);
    assert.match(await page.locator(".facts").innerText(), /ReportFunction/);

    const whole = await view(page);
    for (let step = 0; step < 5; step += 1) await page.keyboard.press("+");
    assert.ok((await view(page)).width < whole.width / 4);
    await page.keyboard.press("-");
    const near = await view(page);
    await page.keyboard.press("Home");
    const { x, y } = await view(page);
    assert.ok(x < near.x || y < near.y, "what has the keyboard is in view");
    await page.keyboard.press("0");
    assert.deepEqual(await view(page), whole);

    await box(page, FUNCTION).focus();
    await page.keyboard.press("Enter");
    assert.equal(await selection(page), "ReportFunction");
  }));

test("wheel with Ctrl, buttons and the mouse move the view, and the wheel alone does not", () =>
  withDiagram({}, async (page) => {
    const whole = await view(page);
    const frame = await page.locator(".picture-frame").boundingBox();
    await page.mouse.move(frame.x + frame.width / 4, frame.y + frame.height / 2);
    await page.mouse.wheel(0, 100);
    await page.waitForTimeout(200);
    assert.deepEqual(await view(page), whole);
    // That scrolled the page.
    await page.locator(".half.list").evaluate((list) => (list.scrollTop = 0));
    const pointed = (seen) => seen.x + seen.width / 4;
    await page.keyboard.down("Control");
    for (let turn = 0; turn < 4; turn += 1) {
      await page.mouse.wheel(0, -100);
      // A busy browser takes several turns for one.
      await page.waitForTimeout(60);
    }
    await page.keyboard.up("Control");
    await page.waitForTimeout(200);
    const near = await view(page);
    assert.ok(near.width < whole.width / 2);
    assert.ok(Math.abs(pointed(near) - pointed(whole)) < 2, "what is pointed at stays");

    await page.mouse.down();
    await page.mouse.move(frame.x + frame.width / 4 - 60, frame.y + frame.height / 2, { steps: 6 });
    await page.mouse.up();
    const dragged = await view(page);
    assert.ok(dragged.x > near.x && dragged.width === near.width);
    assert.equal(await selection(page), "", "a drag is no click");

    await page.getByRole("button", { name: "Zoom out" }).click();
    assert.ok((await view(page)).width > dragged.width);
    await page.getByRole("button", { name: "Zoom in" }).click();
    await page.getByRole("button", { name: "Fit" }).click();
    assert.deepEqual(await view(page), whole);
  }));

test("on a phone two fingers zoom, one moves what is zoomed, and the page still scrolls", () =>
  withDiagram({ context: { viewport: { width: 360, height: 560 }, hasTouch: true, isMobile: true } }, async (page, context) => {
    const client = await context.newCDPSession(page);
    const frame = await page.locator(".picture-frame").boundingBox();
    const [x, y] = [frame.x + frame.width / 2, frame.y + frame.height / 2];
    const touch = (type, ...points) =>
      client.send("Input.dispatchTouchEvent", { type, touchPoints: points.map(([x, y], id) => ({ x, y, id })) });
    const scrolled = () => page.locator(".half.list").evaluate((list) => list.scrollTop);
    const action = () => page.locator(".picture-frame").evaluate((frame) => getComputedStyle(frame).touchAction);

    assert.equal(await action(), "pan-y");
    await touch("touchStart", [x, y]);
    for (let step = 1; step <= 8; step += 1) await touch("touchMove", [x, y - step * 20]);
    await touch("touchEnd");
    // Scrolling runs on for a while.
    await page.waitForTimeout(1000);
    assert.ok((await scrolled()) > 0, "one finger on the whole picture scrolls the page");
    await page.locator(".half.list").evaluate((list) => list.scrollTo(0, 0));

    const whole = await view(page);
    await touch("touchStart", [x - 20, y], [x + 20, y]);
    for (let step = 1; step <= 8; step += 1) await touch("touchMove", [x - 20 - step * 8, y], [x + 20 + step * 8, y]);
    await touch("touchEnd");
    const near = await view(page);
    assert.ok(near.width < whole.width / 2, `${near.width} of ${whole.width}`);
    assert.equal(await action(), "none");
    await touch("touchStart", [x, y]);
    for (let step = 1; step <= 6; step += 1) await touch("touchMove", [x - step * 10, y]);
    await touch("touchEnd");
    assert.ok((await view(page)).x > near.x, "one finger moves it");
    assert.equal(await scrolled(), 0);

    // A tap so soon after another touch, and so near, would be half of a double tap.
    await page.waitForTimeout(500);
    await page.getByRole("button", { name: "Fit" }).tap();
    await box(page, FUNCTION).locator(".name").tap();
    await page.locator(".facts").waitFor();
    assert.equal(await page.locator(".page").getAttribute("data-pane"), "diagram", "the first tap tells");
    await box(page, FUNCTION).locator(".name").tap();
    await page.locator(".page[data-pane=template]").waitFor();
    assert.match(await page.locator(".cm-activeLine").innerText(), /ReportFunction:/);
    await page.getByRole("button", { name: "Back to the diagram" }).tap();
    await page.locator(".page[data-pane=diagram]").waitFor();
  }));

test("a folded group opens on a click and folds again", () =>
  withDiagram({ state: { text: fleet } }, async (page) => {
    const group = page.locator(".picture .function.group");
    assert.equal(await group.getAttribute("aria-expanded"), "false");
    const before = await page.locator(".picture .function").count();
    await group.locator(".name").click();
    await group.waitFor({ state: "detached" });
    assert.equal(await page.locator(".picture .function").count(), before + 23);
    const toggle = page.getByRole("button", { name: "24 × Lambda function" });
    assert.equal(await toggle.getAttribute("aria-expanded"), "true");
    await toggle.click();
    await group.waitFor();
    await group.focus();
    await page.keyboard.press("Enter");
    await group.waitFor({ state: "detached" });
  }));

test("while the text is broken the last good picture stays, dimmed, and says so", () =>
  withDiagram({}, async (page) => {
    const boxes = await page.locator(".picture .box").count();
    await replaceText(page, `${network}\n  Torn: {Type: [\n`);
    await page.locator(".diagram-older").waitFor();
    assert.equal(await page.locator(".picture").getAttribute("data-older"), "true");
    assert.ok(Number(await page.locator(".picture .vpcheck-diagram").evaluate((svg) => getComputedStyle(svg).opacity)) < 0.6);
    assert.equal(await page.locator(".picture .box").count(), boxes);
    await replaceText(page, "not a template");
    await page.waitForTimeout(600);
    assert.equal(await page.locator(".picture .box").count(), boxes, "also where there is no template at all");
    await replaceText(page, network.replaceAll("SubnetC", "SubnetD"));
    await box(page, "subnet:SubnetD").waitFor();
    assert.equal(await page.locator(".diagram-older").count(), 0);
    assert.equal(await page.locator(".picture").getAttribute("data-older"), "false");
  }));

test("the chosen path is drawn on top, runs once, and never for who wants no motion", async () => {
  const state = { text: blocked, from: "OrdersFunction", to: "Database:5432" };
  const path = ".picture .edge[data-from='function:OrdersFunction']:is(.passes, .stopped)";
  await withDiagram({ state }, async (page) => {
    await page.locator(path).waitFor({ state: "attached" });
    assert.equal(await page.locator(".picture .runs").count(), 0);
    assert.equal(await page.locator(".picture .stop").count(), 4, "two stops, and their two numbers below");
    assert.match(await page.locator(".diagram-table").textContent(), /OrdersFunction → Database:5432: blocked/);
  });
  await withDiagram({ state: { ...state, from: undefined, to: undefined }, context: { reducedMotion: "no-preference" } }, async (page) => {
    assert.equal(await page.locator(".picture .passes[data-from], .picture .stopped").count(), 0);
    await page.evaluate(() => {
      window.runs = 0;
      document.addEventListener("animationstart", ({ animationName }) => (window.runs += animationName === "run" ? 1 : 0));
    });
    await page.getByRole("button", { name: "Paths" }).first().click();
    await page.getByLabel("To", { exact: true }).selectOption("Database:5432");
    await page.getByLabel("From", { exact: true }).selectOption("OrdersFunction");
    await page.locator(".answer").waitFor();
    await page.getByRole("button", { name: "Diagram" }).first().click();
    await page.locator(path).waitFor({ state: "attached" });
    await page.waitForFunction(() => window.runs > 0 && !document.querySelector(".picture .runs"));
    const runs = await page.evaluate(() => window.runs);
    await page.locator(".cm-content").focus();
    await page.keyboard.press("ControlOrMeta+End");
    await page.keyboard.type("\n# more");
    await page.waitForTimeout(1000);
    assert.equal(await page.evaluate(() => window.runs), runs, "once");
  });
});

test("the picture is saved as SVG and PNG, and copied as Mermaid", async () => {
  for (const colorScheme of ["light", "dark"]) {
    await withDiagram({ context: { colorScheme, permissions: ["clipboard-read", "clipboard-write"] } }, async (page) => {
      const saved = async (name) => {
        const [download] = await Promise.all([
          page.waitForEvent("download"),
          page.getByRole("button", { name }).click(),
        ]);
        return [download.suggestedFilename(), await readFile(await download.path())];
      };
      const [svgName, svg] = await saved("Save SVG");
      assert.equal(svgName, "network.svg");
      // A page of its own: the policy of this one would complain of the file's style.
      const reader = await browser.newPage();
      const told = await reader.evaluate((text) => {
        const parsed = new DOMParser().parseFromString(text, "image/svg+xml");
        const root = parsed.documentElement;
        return {
          errors: parsed.querySelectorAll("parsererror").length,
          size: ["width", "height"].map((name) => Number(root.getAttribute(name))),
          styles: parsed.querySelectorAll("style").length,
          links: parsed.querySelectorAll("[href], image, script").length,
        };
      }, svg.toString());
      await reader.close();
      assert.deepEqual([told.errors, told.styles, told.links], [0, 1, 0], "a file that needs no other");

      const [pngName, png] = await saved("Save PNG");
      assert.equal(pngName, "network.png");
      const pixels = await page.evaluate(async (bytes) => {
        const image = await createImageBitmap(new Blob([new Uint8Array(bytes)], { type: "image/png" }));
        const canvas = new OffscreenCanvas(image.width, image.height);
        const context = canvas.getContext("2d");
        context.drawImage(image, 0, 0);
        const all = context.getImageData(0, 0, image.width, image.height).data;
        const colours = new Set();
        for (let at = 0; at < all.length; at += 4) colours.add((all[at] << 16) | (all[at + 1] << 8) | all[at + 2]);
        return { size: [image.width, image.height], corner: [...all.slice(0, 4)], colours: colours.size };
      }, [...png]);
      assert.deepEqual(pixels.size, told.size.map((side) => side * 2));
      assert.deepEqual(pixels.corner, colorScheme === "dark" ? [20, 24, 29, 255] : [255, 255, 255, 255]);
      assert.ok(pixels.colours > 50, "there is a picture in it");

      await page.getByRole("button", { name: "Copy Mermaid" }).click();
      await page.getByText("The Mermaid chart is copied.").waitFor();
      assert.match(await page.evaluate(() => navigator.clipboard.readText()), /^---\ntitle: .*\n---\nflowchart LR/);
    });
  }
});

test("the theme of the page decides the colours, and they are those of the files", async () => {
  const names = [...(await read("core/src/render/svg.css")).split("\n")[0].matchAll(/(--[a-z-]+):/g)].map(([, name]) => name);
  const values = (page, selector) =>
    page.locator(selector).evaluate((svg, names) => {
      const probe = document.createElementNS("http://www.w3.org/2000/svg", "rect");
      svg.append(probe);
      const found = names.map((name) => {
        probe.style.fill = `var(${name})`;
        return getComputedStyle(probe).fill;
      });
      probe.remove();
      return found;
    }, names);
  for (const [theme, system] of [["dark", "light"], ["light", "dark"]]) {
    const file = await browser.newPage({ colorScheme: theme });
    await file.setContent((await read("docs/gallery/isolated.svg")));
    const wanted = await values(file, "svg.vpcheck-diagram");
    await file.close();
    await withDiagram({ context: { colorScheme: system } }, async (page) => {
      const button = page.getByRole("button", { name: /^Theme/ });
      while (!(await button.getAttribute("aria-label")).endsWith(theme)) await button.click();
      assert.deepEqual(await values(page, ".picture svg.vpcheck-diagram"), wanted, theme);
    });
  }
});

test("the table has every relation of the picture", () =>
  withDiagram({}, async (page) => {
    await page.locator(".diagram-table summary").click();
    const { rows, edges, boxes } = await page.evaluate(() => ({
      rows: [...document.querySelectorAll(".diagram-table tbody tr")].map((row) =>
        [...row.cells].map((cell) => cell.textContent),
      ),
      edges: [...document.querySelectorAll(".picture .edge[data-from]:not(.demand)")].map(({ dataset: { from, to } }) => [from, to]),
      boxes: [...document.querySelectorAll(".picture .box[aria-label]")].map(({ dataset: { id } }) => id),
    }));
    const name = (id) => (id === "internet" ? "Internet" : id.split(":")[1]);
    for (const [from, to] of edges) {
      assert.ok(
        rows.some(([one, , other]) => one === name(from) && other === name(to)),
        `${from} to ${to} is in the table`,
      );
    }
    const leads = rows.filter(([, relation]) => /^(routes|leads)/.test(relation)).map(([from, , to]) => `${from} ${to}`);
    const drawn = new Set(edges.map((ends) => ends.map(name).join(" ")));
    assert.deepEqual([...new Set(leads)].sort(), [...drawn].sort(), "and none that is not drawn");
    for (const id of boxes.filter((id) => /^(subnet|function|nat-gateway|internet-gateway):/.test(id))) {
      assert.ok(rows.some(([one]) => one === name(id)), `${id} is in the table`);
    }
    const reached = rows.filter(([, relation]) => relation === "needs: reachable").map(([, , to]) => to);
    assert.deepEqual(reached.sort(), ["s3:443", "secretsmanager:443", "sns:443", "sqs:443"]);
  }));

test("what cannot be drawn says so", async () => {
  await withDiagram({ state: { text: "Resources:\n  Queue: {Type: AWS::SQS::Queue}\n" } }, async (page) => {
    assert.match(await page.locator(".half.list .state").innerText(), /Nothing to draw yet/);
  });
  await withDiagram({ state: { text: "just words" } }, async (page) => {
    assert.match(await page.locator(".half.list .state").innerText(), /not a template/);
  });
});

test("nothing is drawn while nobody looks, and the latest text is what is drawn", () =>
  withDiagram({}, async (page) => {
    await page.getByRole("button", { name: /^Findings/ }).first().click();
    await page.locator(".diagram").waitFor({ state: "detached" });
    await replaceText(page, network.replaceAll("SubnetC", "SubnetX"));
    await page.waitForTimeout(400);
    await page.getByRole("button", { name: "Diagram" }).first().click();
    await box(page, "subnet:SubnetX").waitFor();
    for (const letter of "ABCDEFG") await replaceText(page, network.replaceAll("SubnetC", `Subnet${letter}${letter}`));
    await box(page, "subnet:SubnetGG").waitFor();
    await page.waitForTimeout(500);
    assert.equal(await box(page, "subnet:SubnetGG").count(), 1);
  }));

const axe = await readFile(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");

for (const width of [360, 1280]) {
  for (const colorScheme of ["light", "dark"]) {
    for (const locale of ["en-US", "ja-JP"]) {
      test(`the diagram is accessible and fits: ${width} px, ${colorScheme}, ${locale}`, () =>
        withDiagram(
          {
            state: { text: blocked, from: "OrdersFunction", to: "Database:5432" },
            context: { viewport: { width, height: 740 }, colorScheme, locale },
          },
          async (page) => {
            await page.locator(".diagram-table summary").click();
            await page.locator(".picture [tabindex='0']").focus();
            await page.keyboard.press("End");
            await page.locator(".facts").waitFor();
            const widths = await page.evaluate(() => {
              const list = document.querySelector(".half.list");
              return [
                document.documentElement.scrollWidth - innerWidth,
                list.scrollWidth - list.clientWidth,
                ...[...document.querySelectorAll(".diagram button, .tabs button, .picture-frame, .facts")].map((element) => {
                  const own = element.getBoundingClientRect();
                  return Math.max(0, Math.ceil(own.right - innerWidth));
                }),
              ];
            });
            assert.ok(widths.every((width) => width <= 0), `no sideways scrolling: ${widths}`);
            await page.evaluate(axe);
            const violations = await page.evaluate(() => window.axe.run().then((result) => result.violations));
            assert.deepEqual(
              violations.map(({ id, nodes }) => `${id}: ${nodes.map((node) => `${node.target} ${node.failureSummary}`).join(", ")}`),
              [],
            );
          },
        ));
    }
  }
}
