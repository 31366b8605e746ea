/** Wording and display of a verdict. */

import { NOUN, capital, create, element, nodes } from "./dom.js";
import { percent, ranked, showBars } from "./shares.js";

const MIXED_FROM = 0.4;
const MIXED_TO = 0.6;
const CLOSE = MIXED_TO / MIXED_FROM; // ratio below which two labels are about as probable
const MOST_NAMED = 3; // labels that an unsure verdict names
const STORED = MOST_NAMED + 1; // labels from which a stored verdict can be worded again
const CLEAR = 0.9; // chance from which a verdict is more than "mostly" one side
const LIKELY = 0.5; // chance from which a label is more probable than all others together
// A short text in another language shares up to three quarters of its words with English ones.
const KNOWN_ENOUGH = 0.8; // share of known words below which a verdict is a guess
const FEW = 3; // unknown words, such as names, with which a smaller share suffices
const KNOWN_OF_FEW = 0.75; // that share: guesses are 29 of 40 foreign sentences, and 0.4% of short English ones
const LONG = 20; // words from which this share tells languages apart, also for small models
const KNOWN_OF_LONG = 0.7;
const FULL_REVIEW = 8; // words below which a text is much shorter than what the model was trained on
const SHORT = `The model was trained on full ${NOUN}s: a text this short gives it little to go on.`;

/** Return whether the labels of a verdict are positive and negative. */
export function isSentiment({ probability }) {
  return probability !== undefined;
}

/**
 * Return the wording of a verdict, or of what `briefly` keeps of it; every second part of the name is a label.
 *
 * @returns {{kind: "positive" | "mixed" | "negative" | "label" | "unsure" | "guess", name: string[], chance: string}}
 */
export function wordingOf(judged) {
  if (isGuess(judged)) {
    return { kind: "guess", name: ["A guess"], chance: "" };
  }
  return isSentiment(judged) ? sentimentWording(judged) : labelWording(judged);
}

function sentimentWording({ probability }) {
  const side = probability >= 0.5 ? "positive" : "negative";
  const certainty = Math.max(probability, 1 - probability);
  const chance = `${percent(certainty)} ${side}`;
  if (probability > MIXED_FROM && probability < MIXED_TO) {
    return { kind: "mixed", name: ["Mixed"], chance };
  }
  const name = certainty >= CLEAR ? capital(side) : `Mostly ${side}`;
  return { kind: side, name: [name], chance };
}

function labelWording(judged) {
  const [[label, most], ...others] = ranked(judged);
  const close = others.filter(([, share]) => share * CLOSE > most).map(([name]) => name);
  if (close.length > 0) {
    return { kind: "unsure", name: unsureBetween([label, ...close]), chance: "" };
  }
  const how = most >= CLEAR ? "Clearly" : most >= LIKELY ? "Probably" : "Perhaps";
  return { kind: "label", name: [`${how} `, label], chance: percent(most) };
}

function unsureBetween(labels) {
  if (labels.length > MOST_NAMED) {
    return ["Unsure"];
  }
  const joints = ["Unsure between ", ...labels.slice(2).map(() => ", "), " and "];
  return labels.flatMap((label, place) => [joints[place], label]);
}

/** Return what is stored of a verdict, from which it can be worded again. */
export function briefly(judged) {
  const { probability, label, probabilities, words, known_words } = judged;
  const few = isSentiment(judged) || !probabilities ? undefined : ranked(judged).slice(0, STORED);
  return { probability, label, probabilities: few && Object.fromEntries(few), words, known_words };
}

/** Show a verdict and the version of its model. */
export function showVerdict(judged) {
  const { kind, name, chance } = wordingOf(judged);
  element("verdict").dataset.verdict = kind;
  element("sentiment").replaceChildren(...nodes(name));
  element("certainty").textContent = chance;
  element("note").textContent = noteOn(judged, kind);
  element("sides").hidden = !isSentiment(judged);
  element("bars").hidden = isSentiment(judged);
  if (isSentiment(judged)) {
    element("needle").setAttribute("x", `${judged.probability * 100}%`);
  } else {
    showBars(judged);
  }
  element("version").textContent = judged.model.version;
  element("verdict").hidden = false;
}

/** Return a few words in the colour of a verdict. */
export function labelOf(judged) {
  const { kind, name, chance } = wordingOf(judged);
  const sure = isSentiment(judged) ? [chance] : [`${percent(judged.probabilities[judged.label])} `, judged.label];
  const label = create("span", { className: "label" }, ...nodes(kind === "guess" ? [name[0].toLowerCase()] : sure));
  label.dataset.verdict = kind;
  return label;
}

function isGuess({ words, known_words: known }) {
  const least = words >= LONG ? KNOWN_OF_LONG : words - known > FEW ? KNOWN_ENOUGH : KNOWN_OF_FEW;
  return known === 0 || known / words < least;
}

function noteOn({ words, known_words }, kind) {
  if (kind !== "guess") {
    return words < FULL_REVIEW ? SHORT : "";
  }
  const some = known_words > 0 ? `${known_words} of ${words} words` : words > 1 ? `none of the ${words} words` : "no word";
  return `I know ${some} here: this is a guess.`;
}
