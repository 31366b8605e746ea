/** Connects the parts of the page. */

import { classify } from "./api.js";
import { download, judgeLines, linesOf } from "./batch.js";
import { startCard } from "./card.js";
import { loadConfig } from "./config.js";
import { element } from "./dom.js";
import { showExplanation, startExplanation } from "./explanation.js";
import { askFeedback, hideFeedback, startFeedback } from "./feedback.js";
import { forgetShared, remember, sharedReview, startHistory } from "./history.js";
import { hideElapsed, reveal, showMessage, showRefusal, startClock } from "./message.js";
import { ApiError, OfflineError } from "./patience.js";
import { store, stored } from "./storage.js";
import { showVerdict } from "./verdict.js";

const form = element("form");
const review = element("review");
const lines = element("lines");
const DRAFT = "draft"; // key of the stored text
const PAUSE_MS = 350; // delay after the last key before the text is classified
const LONGEST_LIVE = 20_000; // longer texts are only classified by the button
const EMPTY = "Write a review first.";
const WORDS_ENOUGH = 4; // minimum for classification while typing
let pause;
let again = null; // repeats the request that failed offline
let lastLive = null; // text of the last verdict given while typing
let running = new AbortController();
let configuration = loadConfig({ signal: running.signal, onWait: showMessage });

configuration.catch(showConfigurationError);

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
  store(DRAFT, review.value);
  forgetShared(review.value);
  offerLines();
  const worthAsking = isWorthAsking();
  startOver({ keepVerdict: worthAsking });
  showMessage("");
  if (worthAsking) {
    pause = setTimeout(() => submit({ live: true }), PAUSE_MS);
  }
});

lines.addEventListener("click", submitLines);
element("download").addEventListener("click", download);
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

// The user may have started typing before this module loaded.
review.value ||= stored(DRAFT, "");
store(DRAFT, review.value);
offerLines();
// Wait for the verdict, which would otherwise move the history.
Promise.resolve(openShared()).finally(startHistory);

/** Classify the review in the page's address, if there is one. */
function openShared() {
  const shared = sharedReview();
  if (shared !== null && shared !== review.value) {
    replaceText(shared);
  }
  return shared === null ? undefined : submit();
}

/** Offer to classify each line when there are several. */
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
    remember(text, verdict.probability, lastLive);
    lastLive = live ? text : null;
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

/** Send a request, cancelling the previous one. */
async function send({ live = false, refuse, repeat }, ask) {
  // While the user types, the last verdict stays until the next one arrives.
  const { signal } = startOver({ keepVerdict: live });
  const show = (text, kind) => {
    showMessage(text, kind);
    if (!live) {
      reveal("message");
    }
  };
  const options = { signal, onWait: (detail) => show(detail) };
  hideElapsed();
  show(live ? "" : "Reading …");
  const stop = startClock();
  try {
    configuration = configuration.catch(() => loadConfig(options));
    const config = await configuration;
    signal.throwIfAborted();
    const refused = refuse(config.maxReviewCharacters);
    if (refused) {
      stop();
      showRefusal(refused);
      review.focus();
      return;
    }
    const { message, shown } = await ask(config, options);
    stop();
    showMessage(message);
    if (!live) {
      reveal(shown);
    }
  } catch (error) {
    stop();
    if (!signal.aborted) {
      hideAnswer();
      again = error instanceof OfflineError ? repeat : null;
      show(error instanceof ApiError ? error.message : "Something went wrong on this page.", "error");
    }
  }
}

/** Cancel the running request, clear its output and return a new AbortController. */
function startOver({ keepVerdict = false } = {}) {
  clearTimeout(pause);
  again = null;
  running.abort();
  running = new AbortController();
  if (!keepVerdict) {
    lastLive = null;
    hideAnswer();
  }
  element("batch").hidden = true;
  return running;
}

function hideAnswer() {
  element("verdict").hidden = true;
  element("explanation").hidden = true;
  hideFeedback();
}

/** Replace the text as if typed, so that undo restores the previous text. */
function replaceText(text) {
  review.focus();
  review.select();
  if (!document.execCommand("insertText", false, text)) {
    review.value = text;
    store(DRAFT, text);
  }
}

/** Show the error unless the page is only offline. */
function showConfigurationError(error) {
  if (error instanceof ApiError && !(error instanceof OfflineError)) {
    showMessage(error.message, "error");
  }
}

function isWorthAsking() {
  const text = review.value.trim();
  return text.length <= LONGEST_LIVE && text.split(/\s+/).length >= WORDS_ENOUGH;
}

function refusal(text, longest) {
  if (!text.trim()) {
    return EMPTY;
  }
  // The API counts code points; `length` counts UTF-16 units.
  const characters = text.length > longest ? [...text].length : text.length;
  if (characters > longest) {
    const count = characters.toLocaleString("en");
    return `This review has ${count} characters; at most ${longest.toLocaleString("en")} are allowed.`;
  }
  return "";
}
