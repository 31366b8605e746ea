/** Drawer with information about the model. */

import { describeModel } from "./api.js";
import { create, element } from "./dom.js";
import { ApiError } from "./patience.js";

const DATE = { dateStyle: "long", timeStyle: "short", timeZone: "UTC" };

/** Make the button open the drawer; `api` returns the API's path. */
export function startCard(api) {
  const drawer = element("card");
  let asking = new AbortController();
  element("about").addEventListener("click", () => {
    asking = new AbortController();
    drawer.showModal();
    fill(api, asking.signal);
  });
  drawer.addEventListener("close", () => asking.abort());
}

async function fill(api, signal) {
  const show = (text) => {
    element("card-message").textContent = text;
  };
  element("facts").replaceChildren();
  show("Asking the model …");
  try {
    const card = await describeModel(await api(), { signal, onWait: show });
    element("facts").replaceChildren(...facts(card));
    show("");
  } catch (error) {
    if (!signal.aborted) {
      show(error instanceof ApiError ? error.message : "This page is not configured.");
    }
  }
}

function facts(card) {
  const { metrics = {}, sha256 = {}, hyperparameters = {} } = card;
  const interval = [metrics.accuracy_low, metrics.accuracy_high].map(share).join(" to ");
  const known = {
    Version: card.model_version,
    Trained: date(card.trained_at),
    Accuracy: metrics.accuracy && `${share(metrics.accuracy)} (95\u00a0%: ${interval})`,
    "Tested on": metrics.rows && `${metrics.rows.toLocaleString("en")} reviews it was not trained on`,
    "Trained on": metrics.training_rows && `${metrics.training_rows.toLocaleString("en")} reviews`,
    "ROC AUC": metrics.roc_auc?.toFixed(4),
    "Calibration error": metrics.expected_calibration_error?.toFixed(4),
    ...Object.fromEntries(Object.entries(hyperparameters).map(([name, is]) => [`--${name}`, is])),
    "Training data, SHA-256": sha256.training,
    "Test data, SHA-256": sha256.testing,
    "Code, SHA-256": sha256.code,
  };
  return Object.entries(known)
    .filter(([, fact]) => fact !== undefined && fact !== null && fact !== "")
    .map(([name, fact]) =>
      create("div", {}, create("dt", {}, name), create("dd", {}, String(fact))),
    );
}

function date(text) {
  const at = new Date(text ?? "");
  return Number.isNaN(at.getTime()) ? text : `${at.toLocaleString("en-GB", DATE)} UTC`;
}

function share(value) {
  return Number.isFinite(value) ? `${(value * 100).toFixed(1)}\u00a0%` : "?";
}
