/** The reviews of this visit: kept in this tab, shared by links whose fragment no server sees. */

const KEY = "history";
const LONGEST = 20;
const EXCERPT = 60;
const FRAGMENT = "#review=";
const LONGEST_LINK = 8000;

const element = (id) => document.getElementById(id);

/** Show what this visit has judged so far. */
export function startHistory() {
  element("clear").addEventListener("click", () => {
    save([]);
    show([]);
    element("review").focus();
  });
  show(load());
}

/** Remember a verdict; the same review again moves to the top. */
export function remember(review, probability) {
  const entries = [
    { review, probability },
    ...load().filter((entry) => entry.review !== review),
  ].slice(0, LONGEST);
  save(entries);
  show(entries);
}

/** Return the review that the page's address carries, or null. */
export function sharedReview() {
  if (!location.hash.startsWith(FRAGMENT)) {
    return null;
  }
  try {
    return decodeURIComponent(location.hash.slice(FRAGMENT.length));
  } catch {
    return null; // cut off in the middle of a character
  }
}

function show(entries) {
  element("entries").replaceChildren(...entries.map(item));
  element("history").hidden = entries.length === 0;
}

function item({ review, probability }) {
  const node = document.createElement("li");
  const letters = Array.from(review.replace(/\s+/g, " ").trim());
  const excerpt = letters.slice(0, EXCERPT).join("") + (letters.length > EXCERPT ? " …" : "");
  const fragment = FRAGMENT + encodeURIComponent(review.toWellFormed?.() ?? review);
  const linked = fragment.length <= LONGEST_LINK;
  const text = document.createElement(linked ? "a" : "span");
  if (linked) {
    text.href = fragment;
  }
  const isolated = document.createElement("bdi");
  isolated.textContent = excerpt;
  text.append(isolated);
  node.append(text, ` ${Math.round(probability * 100)} % positive`);
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
    // Switched off or full: the list is shown, and gone with a reload.
  }
}
