/** Elements of the page. */

export const element = (id) => document.getElementById(id);

/** Return a new element with these properties and children; strings become text. */
export function create(tag, properties, ...children) {
  const node = Object.assign(document.createElement(tag), properties);
  node.append(...children);
  return node;
}
