// The editor as the page knows it: a text field from the first moment, CodeMirror (web/editor) once that was loaded.
// Nothing of the first analysis needs CodeMirror, and it is a third as large as all that does.

/** `import()`, which WebAssembly cannot say by itself. */
export const importModule = (address) => import(address);

export class Editor {
  #parent;
  #handlers;
  /** What stands in the page: a `Field`, or the `Editor` of web/editor/src/editor.js. */
  #shown;
  #isLoading = false;
  #isComplete = false;
  #isGone = false;
  /** The last of each that was said, for the one that comes: see `complete`. */
  #said = {};
  /** Whether the page hears of changes; until then the newest text is kept. */
  #isHeard = false;
  #unheard;
  /** So often the text changed. */
  #edits = 0;
  /** The next picture, while it is waited for. */
  #marking;

  /**
   * @param {HTMLElement} parent
   * @param {string} text
   * @param {{changed: (text: string) => void, moved: (at: number) => void, fix: (finding: number) => void,
   *   explain: (finding: number) => void, readOnly?: boolean, address: string}} handlers `address` is CodeMirror's
   */
  constructor(parent, text, handlers) {
    this.#parent = parent;
    const changed = (text) => {
      this.#edits += 1;
      if (this.#isHeard) handlers.changed(text);
      else this.#unheard = text;
    };
    const moved = (at) => this.#isHeard && handlers.moved(at);
    this.#handlers = { ...handlers, changed, moved };
    this.#shown = new Field(parent, text, this.#handlers);
    // Who wants to write does not wait for what else is going on. Where it did not come, this asks again.
    parent.addEventListener("focusin", () => this.complete());
  }

  text() {
    return this.#shown.text();
  }

  replaceText(text) {
    this.#shown.replaceText(text);
  }

  apply(edits) {
    this.#shown.apply(edits);
  }

  undo() {
    this.#shown.undo();
  }

  select(from, to) {
    this.#shown.select(from, to);
  }

  show(from, to) {
    this.#shown.show(from, to);
  }

  focus() {
    this.#shown.focus();
  }

  /** Marks the findings with the next picture: whoever waits for them reads the list meanwhile. */
  mark(findings) {
    this.#said.mark = [findings];
    if (this.#marking) return;
    const edits = this.#edits;
    this.#marking = requestAnimationFrame(() => {
      this.#marking = undefined;
      // Places of an older text would be wrong; those of the newer one are on their way.
      if (edits === this.#edits) this.#shown.mark?.(...this.#said.mark);
      else this.#said.mark = undefined;
    });
  }

  /** Whether the last findings are marked, or will be. */
  isMarked() {
    return this.#said.mark !== undefined;
  }

  label(places) {
    const shown = this.#said.label?.[0] ?? [];
    if (places.length > 0 || shown.length > 0) this.#say("label", places);
  }

  speak(language, name) {
    this.#say("speak", language, name);
  }

  destroy() {
    this.#isGone = true;
    cancelAnimationFrame(this.#marking);
    this.#shown.destroy();
  }

  #say(verb, ...values) {
    this.#said[verb] = values;
    this.#shown[verb]?.(...values);
  }

  /** From now on the page can answer to what is written, and hears of what was written before. */
  hear() {
    if (this.#isHeard) return;
    this.#isHeard = true;
    if (this.#unheard !== undefined) this.#handlers.changed(this.#unheard);
  }

  /** Loads CodeMirror, and puts it in the field's place as the reader left that: text, steps, place, keyboard. */
  async complete() {
    if (this.#isLoading || this.#isComplete) return;
    this.#isLoading = true;
    const module = await import(this.#handlers.address).catch(() => {});
    const field = this.#shown;
    await field.rests();
    this.#isLoading = false;
    if (!module || this.#isGone) return;
    this.#isComplete = true;
    const { texts, from, to, top, hasFocus } = field.state();
    let isQuiet = true;
    const { changed, moved } = this.#handlers;
    const editor = new module.Editor(this.#parent, texts[0], {
      ...this.#handlers,
      changed: (text) => isQuiet || changed(text),
      moved: (at) => isQuiet || moved(at),
    });
    for (const text of texts.slice(1)) editor.replaceText(text);
    field.destroy();
    this.#shown = editor;
    for (const [verb, values] of Object.entries(this.#said)) if (values) editor[verb](...values);
    editor.restore(from, to, top);
    if (hasFocus) editor.focus();
    isQuiet = false;
  }
}

/** A text field with the editor's verbs. It marks nothing, and takes back what the page did but not what was typed. */
class Field {
  #area = document.createElement("textarea");
  #handlers;
  /** The texts before what the page did, the oldest first. */
  #before = [];
  #composed = Promise.resolve();

  constructor(parent, text, handlers) {
    this.#handlers = handlers;
    const area = this.#area;
    Object.assign(area, { className: "bare-editor", value: text, readOnly: handlers.readOnly === true, spellcheck: false });
    area.setSelectionRange(0, 0);
    const attributes = { wrap: "off", autocapitalize: "off", autocorrect: "off", "aria-describedby": "editor-keys" };
    for (const [name, value] of Object.entries(attributes)) area.setAttribute(name, value);
    area.addEventListener("input", () => handlers.changed(area.value));
    for (const name of ["keyup", "pointerup"]) {
      area.addEventListener(name, () => handlers.moved(area.selectionStart));
    }
    // Whoever composes a character would lose it with the field.
    area.addEventListener("compositionstart", () => {
      this.#composed = new Promise((ended) => area.addEventListener("compositionend", ended, { once: true }));
    });
    parent.append(area);
  }

  text() {
    return this.#area.value;
  }

  replaceText(text) {
    this.#before.push(this.#area.value);
    this.#set(text, 0);
  }

  apply(edits) {
    const text = this.#area.value;
    if (edits.some(({ to }) => to > text.length)) return;
    this.#before.push(text);
    const sorted = [...edits].sort((one, other) => one.from - other.from);
    let [made, at] = ["", 0];
    for (const { from, to, insert } of sorted) {
      made += text.slice(at, from) + insert;
      at = to;
    }
    this.#set(made + text.slice(at), sorted[0]?.from ?? 0);
  }

  undo() {
    const text = this.#before.pop();
    if (text !== undefined) this.#set(text, 0);
  }

  select(from, to) {
    this.show(from, to);
    // On a touch screen the keyboard would rise and hide the very place.
    if (!matchMedia("(pointer: coarse)").matches) this.focus();
  }

  show(from, to) {
    const area = this.#area;
    area.setSelectionRange(from, to);
    const lines = area.value.slice(0, from).split("\n").length;
    const height = Number.parseFloat(getComputedStyle(area).lineHeight);
    area.scrollTop = lines * height - area.clientHeight / 2;
  }

  focus() {
    this.#area.focus({ preventScroll: true });
  }

  speak(_language, name) {
    this.#area.setAttribute("aria-label", name);
  }

  /** Resolves when no character is being composed. */
  rests() {
    return this.#composed;
  }

  /** What has to be the same in what takes its place. */
  state() {
    const { value, selectionStart: from, selectionEnd: to, scrollTop: top } = this.#area;
    return { texts: [...this.#before, value], from, to, top, hasFocus: document.activeElement === this.#area };
  }

  destroy() {
    this.#area.remove();
  }

  #set(text, at) {
    this.#area.value = text;
    this.#area.setSelectionRange(at, at);
    this.#handlers.changed(text);
  }
}
