/** History of this visit, stored in this tab; its links carry the review in their fragment. */

import { hideAnswer } from "./answering.js";
import { create, element } from "./dom.js";
import { fragmentOf, reviewIn } from "./link.js";
import { store, stored } from "./storage.js";
import { briefly, labelOf } from "./verdict.js";

const KEY = "history";
const LONGEST = 20;
const EXCERPT = 120;
// Browsers store about 2.5 million characters per tab, which the draft shares.
const MOST_CHARACTERS = 1_000_000;

let shared = null; // the review in the page's address

/** Show the history of this visit. */
export function startHistory() {
  element("clear").addEventListener("click", () => {
    keep([]);
    hideAnswer();
    forgetShared(null);
    element("review").focus();
  });
  show(stored(KEY, []));
}

/** Add a verdict to the top; it replaces those of the same review and of `instead`. */
export function remember(review, verdict, instead) {
  const others = stored(KEY, []).filter((entry) => entry.review !== review && entry.review !== instead);
  let characters = 0;
  const fits = (entry) => (characters += entry.review.length) <= MOST_CHARACTERS;
  keep([{ review, ...briefly(verdict) }, ...others].slice(0, LONGEST).filter(fits));
}

/** Return the review in the page's address, or null. */
export async function sharedReview() {
  shared = await reviewIn(location.hash);
  return shared;
}

/** Remove the review from the page's address when the text differs. */
export function forgetShared(text) {
  if (shared !== null && shared !== text) {
    shared = null;
    history.replaceState(null, "", location.pathname);
  }
}

function keep(entries) {
  store(KEY, entries);
  show(entries);
}

function show(entries) {
  element("entries").replaceChildren(...entries.map(item));
  element("history").hidden = entries.length === 0;
}

function item({ review, ...judged }) {
  const letters = Array.from(review.trim().slice(0, 4 * EXCERPT).replace(/\s+/g, " "));
  const link = create("a", { href: "#" }, create("bdi", {}, letters.slice(0, EXCERPT).join("")));
  fragmentOf(review).then((fragment) => {
    link.href = fragment;
  });
  return create("li", {}, link, " ", labelOf(judged));
}
