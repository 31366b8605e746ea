/** Wires the page together. */

import { ApiError, classify } from "./api.js";
import { loadConfig } from "./config.js";
import { loadDraft, saveDraft } from "./draft.js";
import { startProgress } from "./progress.js";
import { hideVerdict, showMessage, showVerdict } from "./view.js";

const form = document.getElementById("form");
const review = document.getElementById("review");
const configuration = loadConfig();
let running = new AbortController();

configuration.catch(() =>
  showMessage("This page is not set up: its configuration cannot be read.", "error"),
);

form.addEventListener("submit", (event) => {
  event.preventDefault();
  submit();
});

review.addEventListener("keydown", (event) => {
  if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) {
    event.preventDefault();
    submit();
  }
});

review.addEventListener("input", () => saveDraft(review.value));

for (const example of document.querySelectorAll(".example")) {
  example.addEventListener("click", () => {
    review.value = example.dataset.review;
    saveDraft(review.value);
    submit();
  });
}

review.value = loadDraft();

async function submit() {
  running.abort();
  running = new AbortController();
  const { signal } = running;
  hideVerdict();

  const config = await configuration.catch(() => null);
  if (config === null || signal.aborted) {
    return;
  }
  const refusal = refuse(review.value, config.maxReviewCharacters);
  if (refusal) {
    showMessage(refusal, "error");
    review.focus();
    return;
  }

  let waiting = "";
  showMessage("Reading …");
  const stop = startProgress((seconds) => showMessage(`${waiting || "Reading …"} ${seconds} s`));
  try {
    const onWait = (detail) => (waiting = detail);
    const verdict = await classify(config.api, review.value, { signal, onWait });
    stop();
    if (!signal.aborted) {
      showVerdict(verdict);
    }
  } catch (error) {
    stop();
    if (!signal.aborted) {
      const told = error instanceof ApiError ? error.message : "Something went wrong on this page.";
      showMessage(told, "error");
    }
  }
}

function refuse(text, longest) {
  if (!text.trim()) {
    return "Write a review first.";
  }
  // The API counts characters as Unicode does, not the UTF-16 units that length counts.
  const characters = text.length > longest ? [...text].length : text.length;
  if (characters > longest) {
    const count = characters.toLocaleString("en");
    return `This review has ${count} characters; at most ${longest.toLocaleString("en")} are read.`;
  }
  return "";
}
