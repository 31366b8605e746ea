/** Wires the page together. */

import { ApiError, classify } from "./api.js";
import { loadConfig } from "./config.js";
import { loadDraft, saveDraft } from "./draft.js";
import { startProgress } from "./progress.js";
import { hideVerdict, showElapsed, showMessage, showRefusal, showVerdict } from "./view.js";

const form = document.getElementById("form");
const review = document.getElementById("review");
let configuration = loadConfig();
let running = new AbortController();

configuration.catch(showNotSetUp);

form.addEventListener("submit", (event) => {
  event.preventDefault();
  submit();
});

review.addEventListener("keydown", (event) => {
  if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) {
    event.preventDefault();
    if (!event.repeat) {
      submit();
    }
  }
});

review.addEventListener("input", () => saveDraft(review.value));

for (const example of document.querySelectorAll(".example")) {
  example.addEventListener("click", () => {
    replaceText(example.dataset.review);
    example.focus();
    submit();
  });
}

// Whoever was quicker than this module has begun to write already.
review.value ||= loadDraft();
saveDraft(review.value);

async function submit() {
  running.abort();
  running = new AbortController();
  const { signal } = running;
  hideVerdict();

  configuration = configuration.catch(loadConfig);
  const config = await configuration.catch(() => null);
  if (signal.aborted) {
    return;
  }
  if (config === null) {
    showNotSetUp();
    return;
  }
  const refusal = refuse(review.value, config.maxReviewCharacters);
  if (refusal) {
    showRefusal(refusal);
    review.focus();
    return;
  }

  showMessage("Reading …");
  const stop = startProgress(showElapsed);
  try {
    const onWait = (detail) => showMessage(detail);
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

/** Replace the text as typing would, so that undo brings back what was there. */
function replaceText(text) {
  review.focus();
  review.select();
  if (!document.execCommand("insertText", false, text)) {
    review.value = text;
    saveDraft(text);
  }
}

function showNotSetUp() {
  showMessage("This page is not set up: its configuration cannot be read.", "error");
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
