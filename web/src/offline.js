// Keeps the page for visits without a network, and tells when a newer one is there.

const { serviceWorker } = navigator;
// A playground inside of an article stores nothing.
const isEmbedded = new URLSearchParams(location.search).has("embed");
let waiting;
let asked = false;

if (serviceWorker && !isEmbedded) {
  serviceWorker.register("offline-worker.js", { updateViaCache: "none" }).then(watch, () => {
    // Private windows and files refuse it. The page works, as long as there is a network.
  });
  // Another tab may take the newer page: only the one that was asked loads it.
  serviceWorker.addEventListener("controllerchange", () => {
    if (asked) location.reload();
  });
  addEventListener("vpcheck-reload", () => {
    asked = true;
    waiting?.postMessage("take over");
  });
}

function watch(registration) {
  // Some browsers that refuse give nothing instead of an error.
  if (!registration) return;
  const tell = () => {
    // Without a controller this is the first visit, and nothing is newer than what is shown.
    if (registration.waiting && serviceWorker.controller) {
      waiting = registration.waiting;
      dispatchEvent(new Event("vpcheck-update"));
    }
  };
  tell();
  registration.addEventListener("updatefound", () => {
    registration.installing?.addEventListener("statechange", tell);
  });
}
