/** Marks the words that influenced a verdict. The review is only ever inserted as text. */

import { create, element } from "./dom.js";

const MARKED = 40;
const LISTED = 12;
const WEAK = 0.08; // share of the strongest weight below which a word is not marked

/** Make the words reachable by arrow keys, because each as a Tab stop would be too many. */
export function startExplanation() {
  const text = element("marked");
  text.addEventListener("keydown", (event) => {
    const step = { ArrowRight: 1, ArrowLeft: -1 }[event.key];
    const words = [...text.querySelectorAll("mark")];
    const next = words[words.indexOf(document.activeElement) + (step ?? 0)];
    if (step && next) {
      event.preventDefault();
      next.focus();
    }
  });
  // A weight covers the line above, so Escape must hide it (WCAG 2.2, 1.4.13).
  document.addEventListener("keydown", ({ key }) => text.classList.toggle("quiet", key === "Escape"));
  for (const kind of ["pointerover", "focusin"]) {
    text.addEventListener(kind, ({ target }) => {
      if (target.matches("mark")) {
        text.classList.remove("quiet");
        // In the right half the weight extends to the left, where there is room.
        target.classList.toggle("late", target.offsetLeft > text.clientWidth / 2);
      }
    });
  }
}

/**
 * Show a review with its strongest words marked, and a list of them.
 *
 * @param {string} review
 * @param {{start: number, end: number, weight: number}[]} words positions in code points of the review
 */
export function showExplanation(review, words) {
  const strongest = [...words].sort((a, b) => Math.abs(b.weight) - Math.abs(a.weight));
  const most = Math.abs(strongest[0]?.weight ?? 0);
  const marked = strongest
    .slice(0, MARKED)
    .filter(({ weight }) => Math.abs(weight) >= WEAK * most)
    .sort((a, b) => a.start - b.start);
  const letters = Array.from(review);
  const pieces = [];
  let at = 0;
  for (const { start, end, weight } of marked) {
    if (start >= at && end <= letters.length) {
      pieces.push(letters.slice(at, start).join(""), mark(letters.slice(start, end), weight, most));
      at = end;
    }
  }
  element("marked").replaceChildren(...pieces, letters.slice(at).join(""));
  element("movers").replaceChildren(
    ...strongest.slice(0, LISTED).map(({ start, end, weight }) => {
      const word = create("bdi", {}, letters.slice(start, end).join(""));
      return create("li", {}, word, " ", create("span", {}, signed(weight)));
    }),
  );
  element("explanation").hidden = strongest.length === 0;
}

function mark(letters, weight, most) {
  const node = create("mark", { tabIndex: -1 }, letters.join(""));
  Object.assign(node.dataset, {
    side: weight > 0 ? "positive" : "negative",
    weight: signed(weight),
  });
  node.style.setProperty("--strength", Math.abs(weight) / most);
  return node;
}

/** Return the weight with its sign; the minus sign is as wide as the plus sign. */
function signed(weight) {
  return `${weight > 0 ? "+" : "−"}${Math.abs(weight).toFixed(2)}`;
}
