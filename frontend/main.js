/** Wires the page together. */

import { classify } from "./api.js";
import { download, hideBatch, judgeLines, linesOf } from "./batch.js";
import { startCard } from "./card.js";
import { loadConfig } from "./config.js";
import { loadDraft, saveDraft } from "./draft.js";
import { hideExplanation, showExplanation, startExplanation } from "./explanation.js";
import { askFeedback, hideFeedback, startFeedback } from "./feedback.js";
import { forgetShared, remember, sharedReview, startHistory } from "./history.js";
import { reveal, showElapsed, showMessage, showRefusal } from "./message.js";
import { ApiError, OfflineError } from "./patience.js";
import { startProgress } from "./progress.js";
import { hideVerdict, showVerdict } from "./verdict.js";

const form = document.getElementById("form");
const review = document.getElementById("review");
const lines = document.getElementById("lines");
const PAUSE_MS = 700; // without a key after which what is written is classified
const LONGEST_LIVE = 20_000; // longer texts wait for the button
const EMPTY = "Write a review first.";
const WORDS_ENOUGH = 4; // fewer say little, and change with every key
let pause;
let again = null; // what could not be sent for want of a network
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

review.addEventListener("input", () => {
  saveDraft(review.value);
  forgetShared(review.value);
  offerLines();
  clearTimeout(pause);
  if (!review.value.trim()) {
    startOver();
    showMessage("");
  } else if (review.value.trim().split(/\s+/).length >= WORDS_ENOUGH && !isTooLong()) {
    pause = setTimeout(() => submit({ live: true }), PAUSE_MS);
  }
});

lines.addEventListener("click", submitLines);
document.getElementById("download").addEventListener("click", download);
window.addEventListener("hashchange", openShared);
window.addEventListener("online", () => again?.());
startExplanation();
startCard(async () => (await configuration).api);
startFeedback(async () => (await configuration).api);

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
offerLines();
// A verdict that arrives would move what stands below it.
Promise.resolve(openShared()).finally(startHistory);

/** Classify the review in the page's address, if there is one. */
function openShared() {
  const shared = sharedReview();
  if (shared !== null && shared !== review.value) {
    replaceText(shared);
  }
  return shared === null ? undefined : submit();
}

/** Lines can be reviews of their own. */
function offerLines() {
  const count = linesOf(review.value).length;
  lines.hidden = count < 2;
  lines.textContent = `Classify each of ${count.toLocaleString("en")} lines`;
}

function submit({ live = false } = {}) {
  const text = review.value;
  const request = {
    live,
    refuse: (longest) => refusal(text, longest),
    repeat: () => submit({ live }),
  };
  return send(request, async (config, options) => {
    const verdict = await classify(config.api, text, options);
    options.signal.throwIfAborted();
    showVerdict(verdict);
    showExplanation(text, verdict.explanation);
    if (config.feedback) {
      askFeedback(text, verdict);
    }
    remember(text, verdict.probability);
    return { message: "", shown: "verdict" };
  });
}

function submitLines() {
  const found = linesOf(review.value);
  const request = { refuse: () => (found.length ? "" : EMPTY), repeat: submitLines };
  return send(request, async (config, options) => {
    const message = await judgeLines(config.api, found, options);
    return { message, shown: "batch" };
  });
}

/** Do one thing at a time: what is asked last ends what was asked before. */
async function send({ live = false, refuse, repeat }, ask) {
  // While somebody writes, the last verdict stays until the next one is there.
  const { signal } = startOver({ keepVerdict: live });
  configuration = configuration.catch(loadConfig);
  const config = await configuration.catch(() => null);
  if (signal.aborted) {
    return;
  }
  if (config === null) {
    showNotSetUp();
    return;
  }
  const refused = refuse(config.maxReviewCharacters);
  if (refused) {
    showRefusal(refused);
    review.focus();
    return;
  }

  const show = (text, kind) => {
    showMessage(text, kind);
    if (!live) {
      reveal("message");
    }
  };
  show(live ? "" : "Reading …");
  const stop = startProgress(showElapsed);
  try {
    const { message, shown } = await ask(config, { signal, onWait: (detail) => show(detail) });
    stop();
    showMessage(message);
    if (!live) {
      reveal(shown);
    }
  } catch (error) {
    stop();
    if (!signal.aborted) {
      hideVerdict();
      hideExplanation();
      again = error instanceof OfflineError ? repeat : null;
      show(error instanceof ApiError ? error.message : "Something went wrong on this page.", "error");
    }
  }
}

/** End what is running, take away what it was about, and return the switch of what comes now. */
function startOver({ keepVerdict = false } = {}) {
  clearTimeout(pause);
  again = null;
  running.abort();
  running = new AbortController();
  if (!keepVerdict) {
    hideVerdict();
    hideExplanation();
  }
  hideBatch();
  hideFeedback();
  return running;
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

function isTooLong() {
  return review.value.length > LONGEST_LIVE;
}

function refusal(text, longest) {
  if (!text.trim()) {
    return EMPTY;
  }
  // The API counts characters as Unicode does, not the UTF-16 units that length counts.
  const characters = text.length > longest ? [...text].length : text.length;
  if (characters > longest) {
    const count = characters.toLocaleString("en");
    return `This review has ${count} characters; at most ${longest.toLocaleString("en")} are read.`;
  }
  return "";
}
