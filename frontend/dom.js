/** Elements and words of the page. */

export const NOUN = document.documentElement.dataset.noun; // the word for what the model judges

export const element = (id) => document.getElementById(id);

/** Return a new element with these properties and children; strings become text. */
export function create(tag, properties, ...children) {
  const node = Object.assign(document.createElement(tag), properties);
  node.append(...children);
  return node;
}

/** Write a number with separators between thousands. */
export const number = (count) => count.toLocaleString("en");

export const capital = (text) => text[0].toUpperCase() + text.slice(1);

/** Hide the example of a verdict, which only some deployments have. */
export function hideSample(hidden = true) {
  element("sample")?.toggleAttribute("hidden", hidden);
}

/** Return parts of a text as nodes; every second part is a label, which may be written in any direction. */
export function nodes(parts) {
  return parts.map((part, place) => (place % 2 ? create("bdi", {}, part) : part));
}
