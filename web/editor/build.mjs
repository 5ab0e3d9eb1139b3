// Bundles the editor, the document renderer and the diagram for the page: `npm run build` writes dist/editor.js,
// dist/document.js and dist/diagram.js.

import { readFile } from "node:fs/promises";
import { build } from "esbuild";

// CodeMirror's style-mod writes a <style> element into documents and keeps constructed style sheets for shadow roots.
// A page whose Content-Security-Policy forbids inline styles has to have the constructed ones in the document too.
const constructedStyles = {
  name: "constructed-styles",
  setup(bundle) {
    bundle.onLoad({ filter: /style-mod[\\/]src[\\/]style-mod\.js$/ }, async ({ path }) => {
      const source = await readFile(path, "utf8");
      const parts = source.split("!root.head && root.adoptedStyleSheets");
      if (parts.length !== 2) throw new Error("style-mod has changed: look again at how it mounts its styles");
      return { contents: parts.join("root.adoptedStyleSheets") };
    });
  },
};

await build({
  absWorkingDir: import.meta.dirname,
  entryPoints: { editor: "src/editor.js", document: "src/document.js", diagram: "src/diagram.js" },
  outdir: "dist",
  bundle: true,
  format: "esm",
  // The browsers that know `light-dark()`, adopted style sheets and the popover attribute.
  target: ["chrome123", "firefox128", "safari17.5"],
  minify: true,
  legalComments: "none",
  logLevel: "warning",
  plugins: [constructedStyles],
});
