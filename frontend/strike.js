/** The verdict on a review without the phrases that are struck out. */

import { nodes } from "./dom.js";
import { wordingOf } from "./verdict.js";

/**
 * Return a message with the verdict on the rest of a review, as nodes.
 *
 * @param {HTMLElement[]} struck marked phrases
 * @param {{review: string, verdict: object}} shown
 * @param {Function} judge classifies a text
 * @param {import("./patience.js").Options} options
 */
export async function verdictWithout(struck, { review, verdict }, judge, options) {
  if (struck.length === 0) {
    return [];
  }
  const letters = Array.from(review);
  for (const { dataset } of struck) {
    letters.fill("", Number(dataset.start), Number(dataset.end));
  }
  const rest = letters.join("");
  const named = struck.length > 1 ? `these ${struck.length} phrases` : `'${struck[0].textContent}'`;
  if (!rest.trim()) {
    return [`Without ${named} nothing is left.`];
  }
  const other = await judge(rest, options);
  return [`Without ${named}: `, ...described(other), ". As written: ", ...described(verdict), "."];
}

function described(verdict) {
  const { name, chance } = wordingOf(verdict);
  const small = nodes(name.map((part, place) => (place % 2 ? part : part.toLowerCase())));
  return chance ? [...small, ` (${chance})`] : small;
}
