// Sentences of the core quote names and code in backticks.

/** @param {string} sentence */
export function prose(sentence) {
  const fragment = document.createDocumentFragment();
  sentence.split("`").forEach((part, index, parts) => {
    // A last backtick without a partner is a character like any other.
    const isCode = index % 2 === 1 && index < parts.length - 1;
    if (isCode) {
      const code = document.createElement("code");
      code.textContent = part;
      fragment.append(code);
    } else {
      fragment.append(index % 2 === 1 ? "`" + part : part);
    }
  });
  return fragment;
}
