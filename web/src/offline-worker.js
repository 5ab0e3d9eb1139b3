// Answers for the page's own files from a copy, so that it opens without a network. The build puts in its hash and
// names: another build is another worker with a copy of its own, which takes over when the reader says so.

const COPY = "vpcheck-" + "BUILD";
const FIRST = ["FIRST"];
const LATER = ["LATER"];

self.addEventListener("install", (event) => {
  event.waitUntil(copyAll());
});

// The half of the program that no first visit needs must not compete with what a first visit waits for.
async function copyAll() {
  const copy = await caches.open(COPY);
  const isRest = (name) => name.endsWith("_later.wasm");
  await copy.addAll(FIRST.filter((name) => !isRest(name)));
  await copy.addAll(FIRST.filter(isRest));
}

self.addEventListener("activate", (event) => {
  event.waitUntil(replaceOlder().then(() => self.clients.claim()));
  // Rules' documents and the like: not to be waited for, and fetched when asked for where this fails.
  caches.open(COPY).then((copy) => copy.addAll(LATER)).catch(() => {});
});

async function replaceOlder() {
  const names = await caches.keys();
  const older = names.filter((name) => name.startsWith("vpcheck-") && name !== COPY);
  await Promise.all(older.map((name) => caches.delete(name)));
}

self.addEventListener("message", ({ data }) => {
  if (data === "take over") self.skipWaiting();
});

self.addEventListener("fetch", (event) => {
  const { request } = event;
  const url = new URL(request.url);
  if (request.method !== "GET" || !url.href.startsWith(self.registration.scope)) return;
  event.respondWith(answer(request));
});

async function answer(request) {
  const copy = await caches.open(COPY);
  // `?lang=ja` and `?embed=1` are the same page.
  const isPage = request.mode === "navigate" && new URL(request.url).href.split(/[?#]/)[0] === self.registration.scope;
  const known = await copy.match(isPage ? "index.html" : request, { ignoreSearch: true });
  return known ?? fetch(request);
}
