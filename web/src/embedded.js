// Tells the page around an embedded playground how high it is, whenever that changes.

if (new URLSearchParams(location.search).has("embed") && parent !== window) {
  let told = 0;
  const tell = () => {
    const page = document.querySelector(".page");
    const height = Math.ceil((page ?? document.body).getBoundingClientRect().height);
    if (height === told) return;
    told = height;
    // It tells nothing but a number, so whoever embeds it may hear it.
    parent.postMessage({ vpcheck: { height } }, "*");
  };
  new ResizeObserver(tell).observe(document.getElementById("page"));
}
