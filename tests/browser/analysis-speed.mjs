// Prints how long the page's program takes for the first report of each template below a folder: the median of all, and the
// slowest. In Node, whose engine is Chromium's; `cargo xtask bench` calls it with dist/ and the corpus.

import { readFileSync, readdirSync } from "node:fs";
import { join, relative } from "node:path";
import { pathToFileURL } from "node:url";

/** As in tests/src/corpus.rs. */
const ENDINGS = /\.(yaml|yml|json|template|cform|txt)$/;
const WITHOUT_TEMPLATES = "describe";
/** How often each template is analysed; the median is told. */
const RUNS = 7;
/** What half of the templates and the slowest may take, in milliseconds: twice what the command line may. */
const MEDIAN = 2;
const SLOWEST = 60;

const [dist, folder] = process.argv.slice(2);

const files = (folder) =>
  readdirSync(folder, { withFileTypes: true }).flatMap((entry) => {
    const path = join(folder, entry.name);
    if (entry.isDirectory()) return entry.name === WITHOUT_TEMPLATES ? [] : files(path);
    return ENDINGS.test(entry.name) ? [path] : [];
  });

/** The message that asks for the analysis of a text: see `of_shared` in web/src/message.rs. */
const question = (text) => {
  const length = [];
  for (let rest = text.length; ; rest >>>= 7) {
    length.push(rest < 128 ? rest : (rest & 127) | 128);
    if (rest < 128) break;
  }
  const nothingElse = new Uint8Array(9);
  return Buffer.concat([Buffer.from(length), text, nothingElse]);
};

const median = (values) => [...values].sort((one, other) => one - other)[Math.floor(values.length / 2)];

const named = (pattern) => join(dist, readdirSync(dist).find((name) => pattern.test(name)));
const program = await import(pathToFileURL(named(/^vpcheck-web-.*\.js$/)));
globalThis.self = globalThis;
const compiled = (pattern) => new WebAssembly.Module(readFileSync(named(pattern)));
program.initSync({ module: compiled(/^vpcheck-web-.*_bg\.wasm$/) });
await program.later?.(compiled(/^vpcheck-web-.*_later\.wasm$/));

const times = files(folder).map((path) => {
  const asked = question(Buffer.from(readFileSync(path, "utf8")));
  const each = Array.from({ length: RUNS }, () => {
    const start = performance.now();
    program.report_answer(asked);
    return performance.now() - start;
  });
  return { time: median(each), path: relative(folder, path) };
});
times.sort((one, other) => other.time - one.time);
console.log(`\nthe page's WebAssembly, ${times.length} files, first report with its messages:`);
const half = median(times.map(({ time }) => time));
console.log(`  median  ${half.toFixed(2)} ms`);
for (const { time, path } of times.slice(0, 3)) console.log(`  slowest ${time.toFixed(2)} ms  ${path}`);
const over = [half > MEDIAN && `the median is over ${MEDIAN} ms`, times[0].time > SLOWEST && `one is over ${SLOWEST} ms`];
for (const missed of over.filter(Boolean)) {
  console.log(`  MISSED: ${missed}`);
  process.exitCode = 1;
}
