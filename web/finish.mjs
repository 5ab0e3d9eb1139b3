// What trunk leaves to do: it runs this with the finished page before that becomes dist/.

import { createHash } from "node:crypto";
import { copyFile, mkdir, readFile, readdir, writeFile } from "node:fs/promises";
import { basename, join } from "node:path";

const root = join(import.meta.dirname, "..");
const staging = process.env.TRUNK_STAGING_DIR;
if (!staging) throw new Error("TRUNK_STAGING_DIR is not set; build with `cargo xtask build-page`");

await moveInlineScripts();
await copyRuleDocuments();

/** Trunk starts the program by a script in the page, which the page's Content-Security-Policy refuses. */
async function moveInlineScripts() {
  const page = join(staging, "index.html");
  const html = await readFile(page, "utf8");
  const writes = [];
  const moved = html.replace(/<script(?![^>]*\bsrc=)([^>]*)>(.*?)<\/script>/gs, (_, attributes, script) => {
    const name = `start-${createHash("sha256").update(script).digest("hex").slice(0, 16)}.js`;
    writes.push(writeFile(join(staging, name), script));
    return `<script${attributes} src="./${name}"></script>`;
  });
  if (writes.length === 0) throw new Error("index.html has no inline script: trunk starts the program in another way now");
  await Promise.all([...writes, writeFile(page, moved)]);
}

/** Rules' documents lie beside the rules; the page fetches them from rules/ when somebody asks. */
async function copyRuleDocuments() {
  await mkdir(join(staging, "rules"), { recursive: true });
  const files = await readdir(join(root, "core/src/rules"), { recursive: true });
  const documents = files.filter((file) => file.endsWith(".md"));
  await Promise.all(
    documents.map((file) => copyFile(join(root, "core/src/rules", file), join(staging, "rules", basename(file)))),
  );
}
