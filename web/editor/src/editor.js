// The page's editor: CodeMirror 6 behind the few verbs that the page needs. Places are UTF-16 offsets throughout.
// It takes the place of a text field that has the same verbs: web/src/editor.js.

import { defaultKeymap, history, historyKeymap, undo } from "@codemirror/commands";
import { json } from "@codemirror/lang-json";
import { yaml } from "@codemirror/lang-yaml";
import { bracketMatching, indentOnInput, indentUnit, syntaxHighlighting } from "@codemirror/language";
import { lintGutter, nextDiagnostic, previousDiagnostic, setDiagnostics } from "@codemirror/lint";
import { search, searchKeymap } from "@codemirror/search";
import { Annotation, Compartment, EditorSelection, EditorState, StateEffect, StateField } from "@codemirror/state";
import {
  Decoration,
  EditorView,
  highlightActiveLine,
  highlightActiveLineGutter,
  keymap,
  lineNumbers,
} from "@codemirror/view";
import { classHighlighter } from "@lezer/highlight";

import { phrasesIn } from "./phrases.js";
import { prose } from "./prose.js";

export class Editor {
  #view;
  #handlers;
  #syntax = new Compartment();
  #words = new Compartment();
  #isJson;

  /**
   * @param {HTMLElement} parent
   * @param {string} text
   * @param {{changed: (text: string) => void, moved: (at: number) => void, fix: (finding: number) => void,
   *   explain: (finding: number) => void, readOnly?: boolean}} handlers
   */
  constructor(parent, text, handlers) {
    this.#handlers = handlers;
    this.#isJson = looksLikeJson(text);
    this.#view = new EditorView({
      parent,
      dispatchTransactions: (transactions, view) => {
        // Before the view draws it: the page has it analysed meanwhile.
        if (transactions.some(({ docChanged }) => docChanged)) this.#changed(transactions.at(-1).newDoc.toString());
        view.update(transactions);
      },
      state: EditorState.create({
        doc: text,
        extensions: [
          lineNumbers(),
          lintGutter(),
          history(),
          EditorState.readOnly.of(handlers.readOnly === true),
          indentUnit.of("  "),
          EditorState.tabSize.of(2),
          indentOnInput(),
          bracketMatching(),
          highlightActiveLine(),
          highlightActiveLineGutter(),
          search({ top: true }),
          syntaxHighlighting(classHighlighter),
          labels,
          // Tab stays with the browser: whoever comes by keyboard must be able to leave the editor again.
          keymap.of([
            { key: "F8", run: nextDiagnostic, shift: previousDiagnostic },
            ...searchKeymap,
            ...historyKeymap,
            ...defaultKeymap,
          ]),
          this.#syntax.of(this.#isJson ? json() : yaml()),
          this.#words.of([]),
          EditorView.contentAttributes.of({
            autocapitalize: "off",
            autocorrect: "off",
            spellcheck: "false",
            // It can be focused without; but what checks a page for access looks for it.
            tabindex: "0",
            "aria-describedby": "editor-keys",
          }),
          EditorView.updateListener.of((update) => this.#updated(update)),
        ],
      }),
    });
  }

  text() {
    return this.#view.state.doc.toString();
  }

  /** Puts another text in place of the whole one; one step of the history. */
  replaceText(text) {
    const length = this.#view.state.doc.length;
    this.#view.dispatch({
      changes: { from: 0, to: length, insert: text },
      selection: { anchor: 0 },
      scrollIntoView: true,
      annotations: byPage.of(true),
      userEvent: "input.replace",
    });
  }

  /**
   * Applies a fix; one step of the history.
   * @param {{from: number, to: number, insert: string}[]} edits
   */
  apply(edits) {
    const length = this.#view.state.doc.length;
    if (edits.some(({ to }) => to > length)) return;
    const changes = this.#view.state.changes(edits);
    const first = Math.min(...edits.map(({ from }) => from));
    this.#view.dispatch({
      changes,
      selection: { anchor: changes.mapPos(first, -1) },
      scrollIntoView: true,
      userEvent: "input.fix",
    });
    // The button that was pressed is gone; where there are keys, they go on in the text. A phone's keyboard would
    // cover what was changed.
    if (!matchMedia("(pointer: coarse)").matches) this.#view.focus();
  }

  undo() {
    undo(this.#view);
  }

  /** Selects a place and brings it into view; the keyboard goes there too. */
  select(from, to) {
    this.show(from, to);
    // On a touch screen the keyboard would rise and hide the very place.
    if (!matchMedia("(pointer: coarse)").matches) this.focus();
  }

  focus() {
    this.#view.focus();
  }

  /** Selects a place and brings it into view. */
  show(from, to) {
    const length = this.#view.state.doc.length;
    const place = EditorSelection.range(Math.min(from, length), Math.min(to, length));
    this.#view.dispatch({
      selection: place,
      // The whole place, so that a narrow editor does not show its first letter alone.
      effects: EditorView.scrollIntoView(place, { y: "center", xMargin: 16 }),
      annotations: byPage.of(true),
    });
  }

  /** Selects a place with so many pixels above what is seen: as it was in the field that stood here. */
  restore(from, to, top) {
    this.#view.dispatch({ selection: EditorSelection.range(from, to), annotations: byPage.of(true) });
    this.#view.scrollDOM.scrollTop = top;
  }

  /**
   * Marks the findings. The hover shows message, help and what can be done.
   * @param {{finding: number, rule: string, from: number, to: number, severity: string, message: string, help: string,
   *   fix: string | null, apply: string, explain: string}[]} findings
   */
  mark(findings) {
    const length = this.#view.state.doc.length;
    const diagnostics = findings
      .filter(({ to }) => to <= length)
      .map((finding) => ({
        from: finding.from,
        to: finding.to,
        severity: finding.severity,
        message: finding.message,
        renderMessage: () => describe(finding),
        actions: [
          ...(finding.fix
            ? [{ name: finding.apply, markClass: "cm-fix", apply: () => this.#handlers.fix(finding.finding) }]
            : []),
          { name: finding.explain, apply: () => this.#handlers.explain(finding.finding) },
        ],
      }));
    this.#view.dispatch(setDiagnostics(this.#view.state, diagnostics));
  }

  /**
   * Shows the places that the chosen finding speaks of.
   * @param {{from: number, to: number, primary: boolean}[]} places
   */
  label(places) {
    const length = this.#view.state.doc.length;
    const inside = places.filter(({ from, to }) => from < to && to <= length);
    this.#view.dispatch({ effects: setLabels.of(inside) });
  }

  /** @param {string} language `en` or `ja` @param {string} name what a screen reader calls the editor */
  speak(language, name) {
    this.#view.dispatch({
      effects: this.#words.reconfigure([
        EditorState.phrases.of(phrasesIn(language)),
        EditorView.contentAttributes.of({ "aria-label": name }),
      ]),
    });
  }

  destroy() {
    this.#view.destroy();
  }

  #changed(text) {
    const isJson = looksLikeJson(text);
    if (isJson !== this.#isJson) {
      this.#isJson = isJson;
      // A view takes no new transaction while it updates.
      queueMicrotask(() =>
        this.#view.dispatch({ effects: this.#syntax.reconfigure(isJson ? json() : yaml()) }),
      );
    }
    this.#handlers.changed(text);
  }

  #updated(update) {
    const ours = update.transactions.some((transaction) => transaction.annotation(byPage));
    if ((update.selectionSet || update.docChanged) && !ours) {
      this.#handlers.moved(update.state.selection.main.head);
    }
  }
}

/** Marks the page's own movements, which the page need not be told about. */
const byPage = Annotation.define();

const setLabels = StateEffect.define();

const labels = StateField.define({
  create: () => Decoration.none,
  update(marks, transaction) {
    const set = transaction.effects.findLast((effect) => effect.is(setLabels));
    if (!set) return marks.map(transaction.changes);
    return Decoration.set(
      set.value.map(({ from, to, primary }) =>
        Decoration.mark({ class: primary ? "cm-label cm-label-primary" : "cm-label" }).range(from, to),
      ),
      true,
    );
  },
  provide: (field) => EditorView.decorations.from(field),
});

function looksLikeJson(text) {
  return /^\s*\{/.test(text);
}

function describe({ message, help, fix, rule }) {
  const paragraph = (name, ...children) => {
    const node = document.createElement("p");
    node.className = `cm-finding-${name}`;
    node.append(...children);
    return node;
  };
  const box = document.createElement("div");
  box.append(paragraph("message", prose(message)), paragraph("help", prose(help)), paragraph("rule", rule));
  if (fix) box.append(paragraph("fix", prose(fix)));
  return box;
}
