/** What the page shows. Reviews and answers only ever become text, never markup. */

const UNSURE_FROM = 0.4;
const UNSURE_TO = 0.6;
const NEEDLE_WIDTH = 1.6;
const SYMBOLS = { positive: "▲", negative: "▼", unsure: "◆" };

const element = (id) => document.getElementById(id);

/** Show a verdict with its probability of positive. */
export function showVerdict({ probability, model }) {
  const verdict = verdictOf(probability);
  const certainty = percent(Math.max(probability, 1 - probability));
  const leaning = probability >= 0.5 ? "positive" : "negative";
  element("verdict").dataset.verdict = verdict;
  element("symbol").textContent = SYMBOLS[verdict];
  element("sentiment").textContent = verdict[0].toUpperCase() + verdict.slice(1);
  element("certainty").textContent =
    verdict === "unsure" ? `leaning ${leaning}, ${certainty}` : `${certainty} sure`;
  element("needle").setAttribute("x", String(probability * (100 - NEEDLE_WIDTH)));
  element("version").textContent = model.version;
  element("verdict").hidden = false;
  showMessage("");
}

/** Take an outdated verdict away. */
export function hideVerdict() {
  element("verdict").hidden = true;
}

/** Show one sentence, as information or as an error. */
export function showMessage(text, kind = "information") {
  const message = element("message");
  message.dataset.kind = kind;
  element("told").textContent = text;
  element("elapsed").textContent = "";
  element("review").setAttribute("aria-invalid", "false");
}

/** Say what is wrong with the text. */
export function showRefusal(text) {
  showMessage(text, "error");
  element("review").setAttribute("aria-invalid", "true");
}

/** Show how long an answer takes; seen, but not read out every second. */
export function showElapsed(seconds) {
  element("elapsed").textContent = `${seconds} s`;
}

/** No model is certain: what would be rounded to 100 % is told as more than 99 %. */
function percent(share) {
  const rounded = Math.round(share * 100);
  return rounded === 100 ? "over 99 %" : `${rounded} %`;
}

function verdictOf(probability) {
  if (probability > UNSURE_FROM && probability < UNSURE_TO) {
    return "unsure";
  }
  return probability >= 0.5 ? "positive" : "negative";
}
