/** Display of a verdict. */

import { create, element } from "./dom.js";

const UNSURE_FROM = 0.4;
const UNSURE_TO = 0.6;
const SYMBOLS = { positive: "▲", negative: "▼", unsure: "◆" };

/** Show a verdict and the version of its model. */
export function showVerdict({ probability, model }) {
  const verdict = verdictOf(probability);
  const certainty = percent(Math.max(probability, 1 - probability));
  const leaning = probability >= 0.5 ? "positive" : "negative";
  element("verdict").dataset.verdict = verdict;
  element("symbol").textContent = SYMBOLS[verdict];
  element("sentiment").textContent = verdict[0].toUpperCase() + verdict.slice(1);
  element("certainty").textContent =
    verdict === "unsure" ? `leaning ${leaning}, ${certainty}` : `${certainty} sure`;
  element("needle").setAttribute("x", `${probability * 100}%`);
  element("version").textContent = model.version;
  element("verdict").hidden = false;
}

/** Return `positive`, `negative` or, near 50 %, `unsure`. */
export function verdictOf(probability) {
  if (probability > UNSURE_FROM && probability < UNSURE_TO) {
    return "unsure";
  }
  return probability >= 0.5 ? "positive" : "negative";
}

/** Return a text in the colour of a verdict. */
export function labelOf(probability, text) {
  const label = create("span", { className: "label" }, text);
  label.dataset.verdict = verdictOf(probability);
  return label;
}

/** Return a percentage that never rounds to 0 % or 100 %, because no model is certain. */
export function percent(share, digits = 0) {
  const rounded = (share * 100).toFixed(digits);
  const least = 10 ** -digits;
  if (Number(rounded) === 100) {
    return `over ${(100 - least).toFixed(digits)}\u00a0%`;
  }
  return Number(rounded) === 0 ? `under ${least.toFixed(digits)}\u00a0%` : `${rounded}\u00a0%`;
}
