/** Drawer with information about the model. */

import { NOUN, create, element, nodes, number } from "./dom.js";
import { outOf100, strengths, tableOfLabels } from "./labels.js";
import { patiently, unreadable } from "./patience.js";
import { percentOf } from "./shares.js";
import { addStyle } from "./style.js";

await addStyle("lists.css");
await addStyle("folded.css");

const DATE = { dateStyle: "long", timeStyle: "short", timeZone: "UTC" };
const GOOD = "Reviews in English of a few sentences or more that say what they think.";
const WEAK = "Irony, praise that turns (“I expected a masterpiece …”), very short texts, and other languages.";
const CITATION =
  "Large Movie Review Dataset: Maas et al. (2011), “Learning word vectors for sentiment analysis”, ACL. Its reviews come from IMDb.";

/** Fill the drawer; `config` returns the configuration. */
export async function fillCard(config, options) {
  element("facts").replaceChildren();
  const { api, cited } = await config();
  const card = await patiently(`${api}/model`, undefined, options);
  if (typeof card?.model_version !== "string") {
    throw unreadable();
  }
  element("facts").replaceChildren(...content(card, cited));
}

function content(card, cited) {
  const { metrics = {}, reliability = [], sha256 = {}, hyperparameters = {}, comparison } = card;
  const range = [metrics.accuracy_low, metrics.accuracy_high].map(share).join(" to ");
  const trained = metrics.training_rows && `${number(metrics.training_rows)} ${NOUN}s`;
  return [
    ...(Number.isFinite(metrics.accuracy)
      ? [create("p", { className: "headline" }, `Right on ${outOf100(metrics.accuracy)} ${NOUN}s it had not seen`)]
      : []),
    ...strip(reliability),
    list({
      ...(isSentiment(card) ? { "Good at": GOOD, "Weak at": WEAK } : strengths(card)),
      Trained: date(card.trained_at),
      "Trained on": trained && (cited ? `${trained} of the ${CITATION}` : trained),
      "Tested on": metrics.rows && `${number(metrics.rows)} other ${NOUN}s: ${share(metrics.accuracy)} right (95% interval: ${range})`,
      "Compared with the model before it": comparison?.result,
    }),
    ...(isSentiment(card) ? [] : tableOfLabels(card)),
    folded("Settings of the training", hyperparameters),
    folded("Version and hashes", {
      Version: card.model_version,
      "ROC AUC": metrics.roc_auc?.toFixed(4),
      "Calibration error": metrics.expected_calibration_error?.toFixed(4),
      "Training data, SHA-256": sha256.training,
      "Test data, SHA-256": sha256.testing,
      "Code, SHA-256": sha256.code,
    }),
    copyButton(card),
  ];
}

/** Return bars of how often the model is right at each certainty. */
function strip(reliability) {
  const bins = reliability.filter(({ rows }) => rows > 0);
  if (bins.length === 0) {
    return [];
  }
  const bars = bins.map(({ confidence, accuracy, rows }) => {
    const text = `${percentOf(confidence)} sure: right in ${percentOf(accuracy)} of ${number(rows)} ${NOUN}s`;
    const bar = create("span", { className: "bar" });
    bar.style.setProperty("--height", accuracy);
    return create("li", { title: text }, bar, create("span", { className: "spoken" }, text));
  });
  return [
    create("p", { className: "hint" }, "How often it is right, from its least certain verdicts (left) to its most certain ones:"),
    create("ol", { className: "strip", role: "list" }, ...bars),
  ];
}

/** Return whether the model's labels are positive and negative, as those of older cards are. */
function isSentiment({ labels = ["negative", "positive"] }) {
  return labels.length === 2 && labels.includes("negative") && labels.includes("positive");
}

function folded(name, facts) {
  return create("details", {}, create("summary", {}, name), list(facts));
}

function list(facts) {
  const known = Object.entries(facts).filter(([, fact]) => fact !== undefined && fact !== null && fact !== "");
  return create(
    "dl",
    {},
    ...known.map(([name, fact]) => create("div", {}, create("dt", {}, name), create("dd", {}, ...nodes([fact].flat().map(String))))),
  );
}

function copyButton(card) {
  const button = create("button", { className: "small", type: "button" }, "Copy all of it");
  button.addEventListener("click", async () => {
    await navigator.clipboard?.writeText(JSON.stringify(card, null, 2));
    button.textContent = "Copied";
  });
  return button;
}

function date(text) {
  const at = new Date(text ?? "");
  return Number.isNaN(at.getTime()) ? text : `${at.toLocaleString("en-GB", DATE)} UTC`;
}

function share(value) {
  return Number.isFinite(value) ? percentOf(value, 1) : "?";
}
