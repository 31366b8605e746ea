/** Explains a verdict: a sentence, the marked review, its strongest sentences and the numbers. */

import { FAINT, reasons } from "./because.js";
import { create, element, nodes } from "./dom.js";
import { strongestSentences } from "./sentences.js";
import { isSentiment, wordingOf } from "./verdict.js";

const MARKED = 12;
const STRONG = 1; // log-odds from which a phrase pushes strongly
const WEAK = 0.3; // log-odds below which it pushes slightly
const FULL_COLOUR = 2; // log-odds that have the strongest colour
const EXCERPT = 240;

/**
 * Show the reasons for a verdict, without the marked review.
 *
 * @param {string} review
 * @param {object} verdict answer of the API; positions are code points of the review
 */
export function showExplanation(review, verdict) {
  const letters = Array.from(review);
  element("because").replaceChildren(...reasons(verdict, letters));
  element("sentences").replaceChildren(
    ...strongestSentences(review, verdict.explanation).map((one) => sentence(one, verdict)),
  );
  element("strongest").hidden = element("sentences").children.length === 0;
  element("axis").replaceChildren(...nodes(axis(verdict)));
  element("movers").replaceChildren(...numbers(verdict, letters));
  element("explanation").hidden = !isExplained(verdict);
}

/** Return a review as nodes, with its strongest phrases marked. */
export function markedReview(review, verdict) {
  const letters = Array.from(review);
  const marked = (isExplained(verdict) ? verdict.phrases : [])
    .slice(0, MARKED)
    .filter(({ weight, end }, rank) => (rank === 0 || Math.abs(weight) >= FAINT) && end <= letters.length)
    .sort((a, b) => a.start - b.start);
  const pieces = [];
  let at = 0;
  for (const phrase of marked) {
    const text = letters.slice(phrase.start, phrase.end).join("");
    pieces.push(letters.slice(at, phrase.start).join(""), mark(text, phrase, verdict));
    at = phrase.end;
  }
  return [...pieces, letters.slice(at).join("")];
}

/** Return a phrase's direction and strength in words; every second part is a label. */
export function push(weight, verdict) {
  const size = Math.abs(weight);
  const pushes = `pushes ${size >= STRONG ? "strongly " : size < WEAK ? "slightly " : ""}`;
  if (isSentiment(verdict)) {
    return [`${pushes}towards ${sideOf(weight, verdict)}`];
  }
  return [`${pushes}${weight > 0 ? "towards" : "away from"} `, verdict.label];
}

/** Return whether there is an explanation; a guess has none. */
function isExplained(verdict) {
  return verdict.phrases.length > 0 && wordingOf(verdict).kind !== "guess";
}

function mark(text, { start, end, weight }, verdict) {
  const node = create("mark", { tabIndex: -1, role: "button", ariaPressed: "false" }, text);
  node.setAttribute("aria-label", `${text}: ${push(weight, verdict).join("")}`);
  Object.assign(node.dataset, { side: sideOf(weight, verdict), start, end, weight });
  node.style.setProperty("--strength", Math.min(1, Math.abs(weight) / FULL_COLOUR));
  return node;
}

function sentence({ text, weight }, verdict) {
  const letters = Array.from(text.replace(/<[^>]*>/g, " ").trim());
  const shown = letters.length > EXCERPT ? `${letters.slice(0, EXCERPT).join("")} …` : letters.join("");
  const side = create("span", { className: "hint" }, ...nodes(push(weight, verdict)));
  return create("li", {}, create("bdi", {}, shown), " ", side);
}

/** Return list items whose numbers add up to the log-odds of the verdict, or of its label against all others. */
function numbers(verdict, letters) {
  const { phrases, bias, rest = 0 } = verdict;
  const listed = phrases.slice(0, MARKED);
  const items = listed.map(({ start, end, weight }) =>
    item(create("bdi", { className: "quoted" }, letters.slice(start, end).join("")), weight),
  );
  if (bias === undefined) {
    return items;
  }
  // The shares of labels are scaled to 100% after this sum.
  const total = isSentiment(verdict)
    ? Math.log(verdict.probability / (1 - verdict.probability))
    : verdict.explanation.reduce((sum, { weight }) => sum + weight, bias + rest);
  const others = total - bias - listed.reduce((sum, { weight }) => sum + weight, 0);
  return [...items, item("all other words", others), item("before the first word", bias), item("sum", total)];
}

function item(name, weight) {
  return create("li", {}, name, " ", create("span", {}, signed(weight)));
}

function axis(verdict) {
  return isSentiment(verdict)
    ? ["Log-odds of each phrase: above 0 towards positive, below 0 towards negative."]
    : ["Log-odds of each phrase: above 0 towards ", verdict.label, ", below 0 away from it."];
}

function sideOf(weight, verdict) {
  const [above, below] = isSentiment(verdict) ? ["positive", "negative"] : ["for", "against"];
  return weight > 0 ? above : below;
}

/** Return the weight with its sign; the minus sign is as wide as the plus sign. */
function signed(weight) {
  return `${weight < 0 ? "−" : "+"}${Math.abs(weight).toFixed(2)}`;
}
