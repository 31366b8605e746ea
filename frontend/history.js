/** History of this visit, stored in this tab; its links carry the review in their fragment. */

import { percent, verdictOf } from "./verdict.js";

const KEY = "history";
const LONGEST = 20;
const EXCERPT = 120;
const FRAGMENT = "#review=";
// Browsers store about 2.5 million characters per tab, which the draft shares.
const MOST_CHARACTERS = 1_000_000;

const element = (id) => document.getElementById(id);

/** Show the history of this visit. */
export function startHistory() {
  element("clear").addEventListener("click", () => {
    save([]);
    show([]);
    element("review").focus();
  });
  show(load());
}

/** Add a verdict to the top; it replaces those of the same review and of `instead`. */
export function remember(review, probability, instead) {
  const others = load().filter((entry) => entry.review !== review && entry.review !== instead);
  const entries = [];
  let characters = 0;
  for (const entry of [{ review, probability }, ...others].slice(0, LONGEST)) {
    characters += entry.review.length;
    if (characters <= MOST_CHARACTERS) {
      entries.push(entry);
    }
  }
  save(entries);
  show(entries);
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

function show(entries) {
  element("entries").replaceChildren(...entries.map(item));
  element("history").hidden = entries.length === 0;
}

function item({ review, probability }) {
  const node = document.createElement("li");
  const link = document.createElement("a");
  link.href = FRAGMENT + encodeURIComponent(review.toWellFormed?.() ?? review);
  const isolated = document.createElement("bdi");
  const letters = Array.from(review.trim().slice(0, 4 * EXCERPT).replace(/\s+/g, " "));
  isolated.textContent = letters.slice(0, EXCERPT).join("");
  link.append(isolated);
  const share = document.createElement("span");
  share.className = "label";
  share.dataset.verdict = verdictOf(probability);
  share.textContent = `${percent(probability)} positive`;
  node.append(link, " ", share);
  return node;
}

function load() {
  try {
    const entries = JSON.parse(sessionStorage.getItem(KEY) ?? "[]");
    return Array.isArray(entries) ? entries : [];
  } catch {
    return [];
  }
}

function save(entries) {
  try {
    sessionStorage.setItem(KEY, JSON.stringify(entries));
  } catch {
    // Disabled or full: the list is shown until the next reload.
  }
}
