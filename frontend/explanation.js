/** Explains a verdict: a sentence, the marked review and its strongest sentences. */

import { markedPhrases, reasons } from "./because.js";
import { create, element, nodes } from "./dom.js";
import { load, messageOf } from "./patience.js";
import { strongestSentences } from "./sentences.js";
import { isSentiment, wordingOf } from "./verdict.js";

const STRONG = 1; // log-odds from which a phrase pushes strongly
const WEAK = 0.3; // log-odds below which it pushes slightly
const FULL_COLOUR = 2; // log-odds that have the strongest colour
const EXCERPT = 240;

let explained = null;

element("numbers").addEventListener("toggle", showNumbers);

/** Show the reasons for a verdict, without the marked review; positions are code points of the review. */
export function showExplanation(review, verdict) {
  const letters = Array.from(review);
  element("because").replaceChildren(...reasons(verdict, letters));
  element("sentences").replaceChildren(
    ...strongestSentences(review, verdict.explanation).map((one) => sentence(one, verdict)),
  );
  element("strongest").hidden = element("sentences").children.length === 0;
  explained = { verdict, letters };
  showNumbers();
  element("explanation").hidden = !isExplained(verdict);
}

/** Show the numbers if the user has opened them. */
async function showNumbers() {
  if (element("numbers").open) {
    await load("./numbers.js").then(
      (numbers) => numbers.showNumbers(explained.verdict, explained.letters),
      (error) => element("axis").replaceChildren(messageOf(error)),
    );
  }
}

/** Return a review as nodes, with its strongest phrases marked. */
export function markedReview(review, verdict) {
  const letters = Array.from(review);
  const marked = (isExplained(verdict) ? markedPhrases(verdict.phrases) : [])
    .filter(({ end }) => end <= letters.length)
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

function sideOf(weight, verdict) {
  const [above, below] = isSentiment(verdict) ? ["positive", "negative"] : ["for", "against"];
  return weight > 0 ? above : below;
}
