/** What is known of the model, in a drawer. */

import { describeModel } from "./api.js";

const element = (id) => document.getElementById(id);

/** Let the button open the drawer; `api` returns the API's path. */
export function startCard(api) {
  const drawer = element("card");
  element("about").addEventListener("click", async () => {
    drawer.showModal();
    element("facts").replaceChildren();
    element("card-message").textContent = "Asking the model …";
    try {
      element("facts").replaceChildren(...facts(await describeModel(await api())));
      element("card-message").textContent = "";
    } catch {
      element("card-message").textContent = "The model does not answer just now; try again later.";
    }
  });
  // A click beside the drawer closes it, like Escape.
  drawer.addEventListener("click", (event) => {
    if (event.target === drawer) {
      drawer.close();
    }
  });
}

function facts(card) {
  const { metrics = {}, sha256 = {}, hyperparameters = {} } = card;
  const interval = [metrics.accuracy_low, metrics.accuracy_high].map(share).join(" to ");
  const known = {
    Version: card.model_version,
    Trained: card.trained_at,
    Accuracy: metrics.accuracy && `${share(metrics.accuracy)} (95 %: ${interval})`,
    "Measured on": metrics.rows && `${metrics.rows.toLocaleString("en")} reviews it had not seen`,
    "Trained on": metrics.training_rows && `${metrics.training_rows.toLocaleString("en")} reviews`,
    "ROC AUC": metrics.roc_auc?.toFixed(4),
    "Calibration error": metrics.expected_calibration_error?.toFixed(4),
    "Training data, SHA-256": sha256.training,
    "Test data, SHA-256": sha256.testing,
    "Code, SHA-256": sha256.code,
    ...Object.fromEntries(Object.entries(hyperparameters).map(([name, is]) => [`--${name}`, is])),
  };
  return Object.entries(known)
    .filter(([, fact]) => fact !== undefined && fact !== null && fact !== "")
    .flatMap(([name, fact]) => [entry("dt", name), entry("dd", String(fact))]);
}

function entry(kind, text) {
  const node = document.createElement(kind);
  node.textContent = text;
  return node;
}

function share(value) {
  return Number.isFinite(value) ? `${(value * 100).toFixed(1)} %` : "?";
}
