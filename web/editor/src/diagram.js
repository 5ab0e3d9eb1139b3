// The diagram in the page: puts the core's SVG into it, and has it answer to mouse, fingers and keys. What boxes are is
// told by the page; see `Drawing` in web/src/diagram.rs. Loaded when the diagram is first opened.

import { fitted, isArrow, moved, nearest, reframed, revealed, zoomed } from "./view.js";

/** A key or a button makes the picture so many times as large. */
const STEP = 1.4;

/** A pointer that moves less, in CSS pixels, clicks. */
const STILL = 5;

/** So long, in ms, facts stay when the mouse leaves a box, so that it can go to them. */
const LEAVING = 250;

/** The path that was drawn last with its motion: it runs once, not whenever somebody comes back. */
let lastPath;

/** Opens a picture: see the constructor of `Picture`. */
export const open = (frame, handlers) => new Picture(frame, handlers);

class Picture {
  #frame;
  #handlers;
  #observer;
  #svg;
  #size = { width: 1, height: 1 };
  #room;
  #view;
  #isFitted = true;
  /** The nodes of the boxes by their ids, in the order of painting. */
  #nodes = new Map();
  /** What the page knows of each. */
  #boxes = new Map();
  #stop;
  #told = null;
  #leaving;
  #pointers = new Map();
  #isDragged = false;
  #touches = false;

  /**
   * @param {HTMLElement} frame where the picture stands; beside it, in the same parent, stand the facts of a box
   * @param {{facts: (id: string | null) => void, pick: (id: string) => void, badge: (id: string) => void}} handlers
   */
  constructor(frame, handlers) {
    this.#frame = frame;
    this.#handlers = handlers;
    this.#room = roomOf(frame);
    this.#observer = new ResizeObserver(() => this.#resized());
    this.#observer.observe(frame);
    const on = (name, act, options) => frame.addEventListener(name, (event) => act.call(this, event), options);
    on("wheel", this.#wheel, { passive: false });
    on("pointerdown", this.#down);
    on("pointermove", this.#move);
    for (const name of ["pointerup", "pointercancel"]) on(name, this.#up);
    // Two fingers are ours; one scrolls the page unless there is something to move.
    on("touchstart", (event) => event.touches.length > 1 && event.preventDefault(), { passive: false });
    on("click", this.#click);
    on("keydown", this.#key);
    on("focusin", this.#focused);
    frame.parentElement.addEventListener("pointerover", (event) => this.#over(event));
    frame.parentElement.addEventListener("pointerleave", (event) => this.#over(event));
    frame.parentElement.addEventListener("focusout", (event) => {
      if (!frame.parentElement.contains(event.relatedTarget)) this.#tell(null);
    });
  }

  /**
   * Shows a picture. Where it was looked at closely it still is.
   * @param {string} text SVG without styles
   * @param {string} json the boxes: {id, name, kind, badge, facts, place, folded}[]
   * @param {string | undefined} path the traced path in words
   */
  show(text, json, path) {
    const hadFocus = this.#frame.contains(document.activeElement);
    const parsed = new DOMParser().parseFromString(text, "image/svg+xml").documentElement;
    const svg = document.importNode(parsed, true);
    const size = { width: Number(svg.getAttribute("width")), height: Number(svg.getAttribute("height")) };
    for (const name of ["width", "height"]) svg.removeAttribute(name);
    // The table stands in the page, for everybody.
    svg.querySelector(":scope > desc")?.remove();
    svg.setAttribute("aria-describedby", "diagram-keys");
    const isSame = size.width === this.#size.width && size.height === this.#size.height;
    this.#svg = svg;
    this.#size = size;
    this.#boxes = new Map(JSON.parse(json).map((box) => [box.id, box]));
    this.#nodes.clear();
    for (const node of svg.querySelectorAll(".box")) this.#prepare(node);
    this.#setStop(this.#nodes.get(this.#stop) ?? this.#nodes.values().next().value);
    this.#frame.replaceChildren(svg);
    this.#ask();
    this.#room = roomOf(this.#frame);
    if (!this.#view || this.#isFitted) this.fit();
    else this.#look(isSame ? this.#view : zoomed(this.#view, 1, centreOf(this.#view), size, this.#room));
    if (hadFocus) this.#nodes.get(this.#stop)?.focus({ preventScroll: true });
    if (this.#told !== null && !this.#boxes.has(this.#told)) this.#tell(null);
    if (path && path !== lastPath) this.#run();
    lastPath = path;
  }

  /** Tells the styles how high the frame has to be for all of the picture: a small one leaves no empty sheet below it. */
  #ask() {
    const { width, height } = this.#size;
    const asked = Math.ceil(height * Math.min(1, roomOf(this.#frame).width / width)) + 2;
    this.#frame.style.setProperty("--asked", `${asked}px`);
  }

  /** Marks the boxes that are shown in the editor. @param {string} ids with line ends between them */
  mark(ids) {
    const marked = new Set(ids.split("\n"));
    let first;
    for (const [id, node] of this.#nodes) {
      node.classList.toggle("marked", marked.has(id));
      if (marked.has(id)) first ??= node;
    }
    if (!first) return;
    this.#setStop(first);
    this.#look(revealed(this.#view, rectOf(first), this.#size));
  }

  /** Makes everything larger, or smaller. @param {boolean} larger */
  zoom(larger) {
    this.#zoom(larger ? STEP : 1 / STEP, centreOf(this.#view));
  }

  /** Shows all of the picture. */
  fit() {
    this.#look(fitted(this.#size, this.#room));
  }

  /** Gives the keyboard back to the box that it was on, and leaves its facts. */
  focus() {
    this.#nodes.get(this.#stop)?.focus({ preventScroll: true });
    this.#tell(null);
  }

  destroy() {
    this.#observer.disconnect();
    clearTimeout(this.#leaving);
  }

  #prepare(node) {
    const box = this.#boxes.get(node.dataset.id);
    // They would stand over the facts, as tooltips.
    for (const title of node.querySelectorAll("title")) title.remove();
    if (!box) {
      node.setAttribute("aria-hidden", "true");
      return;
    }
    const acts = box.folded || box.place;
    node.setAttribute("role", acts ? "button" : "img");
    node.classList.toggle("acts", Boolean(acts));
    if (box.folded) node.setAttribute("aria-expanded", "false");
    node.setAttribute("aria-label", labelOf(node, box));
    if (box.facts.length > 0) node.setAttribute("aria-description", box.facts.join(". "));
    node.setAttribute("tabindex", "-1");
    this.#nodes.set(box.id, node);
  }

  /** One box of the picture is reached by Tab. */
  #setStop(node) {
    if (!node) return;
    this.#nodes.get(this.#stop)?.setAttribute("tabindex", "-1");
    this.#stop = node.dataset.id;
    node.setAttribute("tabindex", "0");
  }

  #look(view) {
    this.#view = view;
    this.#isFitted = view.width >= fitted(this.#size, this.#room).width;
    this.#frame.toggleAttribute("data-zoomed", !this.#isFitted);
    this.#svg?.setAttribute("viewBox", [view.x, view.y, view.width, view.height].join(" "));
  }

  #zoom(factor, at) {
    this.#look(zoomed(this.#view, factor, at, this.#size, this.#room));
  }

  #resized() {
    const room = roomOf(this.#frame);
    // Not laid out, as in the half that a narrow screen does not show.
    if (!this.#view || room.width < 2 || room.height < 2) return;
    // Not at once: an observer must not change what it observes.
    if (room.width !== this.#room.width) requestAnimationFrame(() => this.#ask());
    const view = reframed(this.#view, this.#isFitted, this.#size, this.#room, room);
    this.#room = room;
    this.#look(view);
  }

  /** Where a pointer is in the picture. */
  #at({ clientX, clientY }) {
    const { left, top } = this.#frame.getBoundingClientRect();
    const unit = this.#view.width / this.#room.width;
    return { x: this.#view.x + (clientX - left) * unit, y: this.#view.y + (clientY - top) * unit };
  }

  #wheel(event) {
    // A pinch on a touch pad comes as a wheel with Ctrl. The wheel alone scrolls the page.
    if (!(event.ctrlKey || event.metaKey) || !this.#view) return;
    event.preventDefault();
    const turned = event.deltaY * (event.deltaMode === WheelEvent.DOM_DELTA_LINE ? 16 : 1);
    this.#zoom(Math.exp(Math.min(Math.max(-turned / 200, -0.5), 0.5)), this.#at(event));
  }

  #down(event) {
    this.#touches = event.pointerType === "touch";
    if (event.button !== 0 || !this.#view) return;
    if (this.#pointers.size === 0) this.#isDragged = false;
    const { clientX: x, clientY: y } = event;
    this.#pointers.set(event.pointerId, { x, y, start: { x, y } });
  }

  #move(event) {
    const pointer = this.#pointers.get(event.pointerId);
    if (!pointer) return;
    const before = [...this.#pointers.values()].map(({ x, y }) => ({ x, y }));
    [pointer.x, pointer.y] = [event.clientX, event.clientY];
    const after = [...this.#pointers.values()];
    if (after.length === 1) {
      const way = Math.hypot(pointer.x - pointer.start.x, pointer.y - pointer.start.y);
      if (!this.#isDragged && way < STILL) return;
      this.#startDrag(event);
      const [{ x, y }] = before;
      this.#look(moved(this.#view, pointer.x - x, pointer.y - y, this.#size, this.#room));
      return;
    }
    this.#startDrag(event);
    const [was, is] = [before, after].map(([one, other]) => ({
      length: Math.hypot(one.x - other.x, one.y - other.y),
      clientX: (one.x + other.x) / 2,
      clientY: (one.y + other.y) / 2,
    }));
    if (was.length > 0) this.#zoom(is.length / was.length, this.#at(was));
    this.#look(
      moved(this.#view, is.clientX - was.clientX, is.clientY - was.clientY, this.#size, this.#room),
    );
  }

  #startDrag(event) {
    if (this.#isDragged) return;
    this.#isDragged = true;
    this.#tell(null);
    this.#frame.setPointerCapture(event.pointerId);
  }

  #up(event) {
    this.#pointers.delete(event.pointerId);
  }

  #click(event) {
    const node = boxOf(event.target);
    if (this.#isDragged || !node) {
      if (!this.#isDragged) this.#tell(null);
      this.#isDragged = false;
      return;
    }
    const { id } = node.dataset;
    const box = this.#boxes.get(id);
    if (!box) return;
    this.#setStop(node);
    if (event.target.closest(".badge")) {
      this.#handlers.badge(id);
    } else if (this.#touches && !box.folded && this.#told !== id) {
      // A finger does not hover: the first tap tells, the second one leads to the text.
      node.focus({ preventScroll: true });
      this.#tell(id);
    } else {
      this.#handlers.pick(id);
    }
  }

  #over(event) {
    if (event.pointerType !== "mouse" || this.#pointers.size > 0) return;
    clearTimeout(this.#leaving);
    if (this.#frame.contains(event.target)) {
      const node = event.type === "pointerover" && boxOf(event.target);
      if (node && this.#boxes.has(node.dataset.id)) this.#tell(node.dataset.id);
      else this.#leave();
    } else if (event.type === "pointerleave") {
      this.#leave();
    }
  }

  /** The mouse left a box. What the keyboard is on is told again. */
  #leave() {
    const focused = this.#frame.querySelector(".box:focus-visible")?.dataset.id ?? null;
    this.#leaving = setTimeout(() => this.#tell(focused), LEAVING);
  }

  #focused(event) {
    const node = boxOf(event.target);
    if (!node) return;
    this.#setStop(node);
    if (!node.matches(":focus-visible")) return;
    this.#look(revealed(this.#view, rectOf(node), this.#size));
    this.#tell(node.dataset.id);
  }

  #key(event) {
    const node = boxOf(event.target);
    if (!node || event.altKey || event.ctrlKey || event.metaKey) return;
    const nodes = [...this.#nodes.values()];
    const { key } = event;
    const go = (to) => to?.focus({ preventScroll: true });
    if (isArrow(key)) go(nodes[nearest(nodes.map(rectOf), nodes.indexOf(node), key)]);
    else if (key === "Home") go(nodes[0]);
    else if (key === "End") go(nodes.at(-1));
    else if (key === "Enter" || key === " ") this.#handlers.pick(node.dataset.id);
    else if (key === "Escape" && this.#told !== null) this.#tell(null);
    else if (key === "+" || key === "=") this.#zoom(STEP, centreOf(rectOf(node)));
    else if (key === "-") this.#zoom(1 / STEP, centreOf(rectOf(node)));
    else if (key === "0") this.fit();
    else return;
    event.preventDefault();
  }

  #tell(id) {
    clearTimeout(this.#leaving);
    if (id === this.#told) return;
    this.#told = id;
    if (id !== null) {
      // The facts stand in the half of the frame where the box is not.
      const rect = rectOf(this.#nodes.get(id));
      const isLow = rect.y + rect.height / 2 > this.#view.y + this.#view.height / 2;
      this.#frame.parentElement.dataset.facts = isLow ? "top" : "bottom";
    }
    this.#handlers.facts(id);
  }

  /** Draws the traced path from its start to its end, once. Styles leave it be where motion is not wanted. */
  #run() {
    const edges = inOrder([...this.#svg.querySelectorAll(".passes[data-from], .stopped[data-from]")]);
    edges.forEach((edge, at) => {
      const line = edge.querySelector(".line");
      line.setAttribute("pathLength", "1");
      line.style.animationDelay = `${at * 0.4}s`;
      edge.classList.add("runs");
      const end = () => {
        edge.classList.remove("runs");
        line.removeAttribute("pathLength");
      };
      line.addEventListener("animationend", end, { once: true });
      // Without motion there is no end of one.
      if (getComputedStyle(line).animationName === "none") end();
    });
  }
}

/** Saves a text as a file. */
export function saveSvg(text, name) {
  save(new Blob([text], { type: "image/svg+xml" }), name);
}

/** As many pixels has a canvas at most on phones. */
const CANVAS = 16_777_216;

/** Saves a picture as PNG, twice as large, in the colours of the theme; says whether it did. @param {string} text SVG */
export async function savePng(text, name) {
  const ground = getComputedStyle(document.querySelector(".vpcheck-diagram .ground")).fill;
  const [red, green, blue] = ground.match(/\d+/g).map(Number);
  const isDark = red + green + blue < 384;
  // What the system would decide is decided by the page.
  const themed = text.replace("@media screen and (prefers-color-scheme:dark)", isDark ? "@media all" : "@media not all");
  const image = new Image();
  image.src = `data:image/svg+xml;charset=utf-8,${encodeURIComponent(themed)}`;
  try {
    await image.decode();
    const { naturalWidth: width, naturalHeight: height } = image;
    const scale = Math.min(2, Math.sqrt(CANVAS / (width * height)));
    const canvas = document.createElement("canvas");
    [canvas.width, canvas.height] = [Math.floor(width * scale), Math.floor(height * scale)];
    canvas.getContext("2d").drawImage(image, 0, 0, canvas.width, canvas.height);
    const blob = await new Promise((done) => canvas.toBlob(done, "image/png"));
    if (blob) save(blob, name);
    return Boolean(blob);
  } catch {
    return false;
  }
}

/** Puts a text into the clipboard; says whether it did. */
export async function copy(text) {
  try {
    // Missing where the page is not served securely.
    await navigator.clipboard.writeText(text);
    return true;
  } catch {
    return false;
  }
}

function save(blob, name) {
  const link = document.createElement("a");
  link.href = URL.createObjectURL(blob);
  link.download = name;
  link.click();
  // The download has begun by then.
  setTimeout(() => URL.revokeObjectURL(link.href), 10_000);
}

const roomOf = (frame) => ({ width: frame.clientWidth || 1, height: frame.clientHeight || 1 });

const boxOf = (target) => target.closest?.(".box");

const centreOf = ({ x, y, width, height }) => ({ x: x + width / 2, y: y + height / 2 });

/** Where a box is seen: of what holds others, its name. */
function rectOf(node) {
  const rect = node.querySelector(":scope > .leaf, :scope > .area");
  const [x, y, width, height] = ["x", "y", "width", "height"].map((name) => Number(rect.getAttribute(name)));
  return rect.classList.contains("area")
    ? { x, y, width: Math.min(width, 160), height: Math.min(height, 30) }
    : { x, y, width, height };
}

/** What a box is called: what is to be read on it, in full where that is cut short, and what is found about it. */
function labelOf(node, { name, kind, badge }) {
  const texts = [...node.querySelectorAll(":scope > text")];
  for (const text of texts) text.after(" ");
  const seen = texts.map((text) => text.textContent).join(" ");
  const isCut = seen.includes("…") || !seen.replaceAll(" ", "").includes(name.replaceAll(" ", ""));
  return [seen, isCut && name, isCut && kind, badge].filter(Boolean).join(", ");
}

/** The lines of a path, each after the one that leads to its start. */
function inOrder(edges) {
  const ordered = [];
  let at = edges.find((edge) => !edges.some((other) => other.dataset.to === edge.dataset.from));
  while (at && !ordered.includes(at)) {
    ordered.push(at);
    const { to } = at.dataset;
    at = edges.find((edge) => edge.dataset.from === to && !ordered.includes(edge));
  }
  return [...ordered, ...edges.filter((edge) => !ordered.includes(edge))];
}
