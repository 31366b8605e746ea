/** Wording and display of a verdict. */

import { create, element } from "./dom.js";

const MIXED_FROM = 0.4;
const MIXED_TO = 0.6;
const CLEAR = 0.9; // chance from which a verdict is more than "mostly" one side
// A text in another language shares up to three quarters of its words with English ones.
const KNOWN_ENOUGH = 0.8; // share of known words below which a verdict is a guess
const FEW = 3; // unknown words that half of the words may outweigh, such as names
const FULL_REVIEW = 8; // words below which a text is much shorter than what the model was trained on
const SYMBOLS = { positive: "▲", negative: "▼", mixed: "◆", guess: "?" };
const SHORT = "The model was trained on full reviews: a text this short gives it little to go on.";

/**
 * Return the kind of a verdict and its wording: the same in the verdict, the history and lists.
 *
 * @param {{probability: number, words?: number, known_words?: number}} judged
 * @returns {{kind: "positive" | "mixed" | "negative" | "guess", name: string, chance: string}}
 */
export function wordingOf({ probability, words, known_words }) {
  if (isGuess(words, known_words)) {
    return { kind: "guess", name: "A guess", chance: "" };
  }
  const side = probability >= 0.5 ? "positive" : "negative";
  const certainty = Math.max(probability, 1 - probability);
  const chance = `${percent(certainty)} ${side}`;
  if (probability > MIXED_FROM && probability < MIXED_TO) {
    return { kind: "mixed", name: "Mixed", chance };
  }
  const name = certainty >= CLEAR ? capital(side) : `Mostly ${side}`;
  return { kind: side, name, chance };
}

/** Show a verdict and the version of its model. */
export function showVerdict(judged) {
  const { kind, name, chance } = wordingOf(judged);
  element("verdict").dataset.verdict = kind;
  element("symbol").textContent = SYMBOLS[kind];
  element("sentiment").textContent = name;
  element("certainty").textContent = chance;
  element("note").textContent = noteOn(judged, kind);
  element("needle").setAttribute("x", `${judged.probability * 100}%`);
  element("version").textContent = judged.model.version;
  element("verdict").hidden = false;
}

/** Return a few words in the colour of a verdict. */
export function labelOf(judged) {
  const { kind, name, chance } = wordingOf(judged);
  const label = create("span", { className: "label" }, chance || name.toLowerCase());
  label.dataset.verdict = kind;
  return label;
}

/** Return a percentage that never rounds to 0% or 100%, because no model is certain. */
export function percent(share, digits = 0) {
  const rounded = (share * 100).toFixed(digits);
  const least = 10 ** -digits;
  if (Number(rounded) === 100) {
    return `over ${(100 - least).toFixed(digits)}%`;
  }
  return Number(rounded) === 0 ? `under ${least.toFixed(digits)}%` : `${rounded}%`;
}

function isGuess(words, known) {
  const few = words - known > FEW ? KNOWN_ENOUGH : 0.5;
  return known === 0 || known / words < few;
}

function noteOn({ words, known_words }, kind) {
  if (kind !== "guess") {
    return words < FULL_REVIEW ? SHORT : "";
  }
  if (known_words > 0) {
    return `I know ${known_words} of ${words} words here: this is a guess.`;
  }
  return words > 1
    ? `I know none of the ${words} words here: this is a guess.`
    : "I know no word here: this is a guess.";
}

function capital(text) {
  return text[0].toUpperCase() + text.slice(1);
}
