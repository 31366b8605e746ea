/** History of this visit, stored in this tab; its links carry the review in their fragment. */

import { create, element } from "./dom.js";
import { store, stored } from "./storage.js";
import { labelOf, percent } from "./verdict.js";

const KEY = "history";
const LONGEST = 20;
const EXCERPT = 120;
const FRAGMENT = "#review=";
// Browsers store about 2.5 million characters per tab, which the draft shares.
const MOST_CHARACTERS = 1_000_000;

/** Show the history of this visit. */
export function startHistory() {
  element("clear").addEventListener("click", () => {
    keep([]);
    element("review").focus();
  });
  show(stored(KEY, []));
}

/** Add a verdict to the top; it replaces those of the same review and of `instead`. */
export function remember(review, probability, instead) {
  const others = stored(KEY, []).filter((entry) => entry.review !== review && entry.review !== instead);
  const entries = [];
  let characters = 0;
  for (const entry of [{ review, probability }, ...others].slice(0, LONGEST)) {
    characters += entry.review.length;
    if (characters <= MOST_CHARACTERS) {
      entries.push(entry);
    }
  }
  keep(entries);
}

/** Return the review in the page's address, or null. */
export function sharedReview() {
  if (!location.hash.startsWith(FRAGMENT)) {
    return null;
  }
  try {
    return decodeURIComponent(location.hash.slice(FRAGMENT.length));
  } catch {
    return null; // truncated within a character
  }
}

/** Remove the review from the page's address when the text differs. */
export function forgetShared(text) {
  const shared = sharedReview();
  if (shared !== null && shared !== text) {
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

function item({ review, probability }) {
  const letters = Array.from(review.trim().slice(0, 4 * EXCERPT).replace(/\s+/g, " "));
  const href = FRAGMENT + encodeURIComponent(review.toWellFormed?.() ?? review);
  const link = create("a", { href }, create("bdi", {}, letters.slice(0, EXCERPT).join("")));
  return create("li", {}, link, " ", labelOf(probability, `${percent(probability)} positive`));
}
