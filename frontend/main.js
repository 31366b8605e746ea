/** Connects the parts of the page. */

import { classify } from "./api.js";
import { judgeEach } from "./batch.js";
import { loadConfig } from "./config.js";
import { element } from "./dom.js";
import { showExplanation } from "./explanation.js";
import { askFeedback, hideFeedback, startFeedback } from "./feedback.js";
import { startFiles } from "./files.js";
import { startFolded } from "./folded.js";
import { forgetShared, remember, sharedReview, startHistory } from "./history.js";
import { fragmentOf } from "./link.js";
import { hideMarked, showMarked, startMarked } from "./marked.js";
import { hideElapsed, reveal, showMessage, showRefusal, startClock } from "./message.js";
import { ApiError, OfflineError } from "./patience.js";
import { DRAFT, LIST, store, stored } from "./storage.js";
import { reviewsIn } from "./table.js";
import { showVerdict } from "./verdict.js";

const form = element("form");
const review = element("review");
const PAUSE_MS = 350; // delay after the last key before the text is classified
const LONGEST_LIVE = 20_000; // longer texts are only classified by the button
const RESTS = "A text of more than 20,000 characters is classified by the button only, not while you type.";
const EMPTY = "Write a review first.";
const WORDS_ENOUGH = 4; // minimum for classification while typing
const MANY = 10; // lines from which a text is not classified while typing
let found = { table: false, entries: [] }; // reviews in the text
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
  offerEach();
  const long = review.value.length > LONGEST_LIVE;
  const worthAsking = !long && isWorthAsking();
  startOver({ keepVerdict: worthAsking });
  showMessage(long ? RESTS : "");
  if (worthAsking) {
    pause = setTimeout(() => submit({ live: true }), PAUSE_MS);
  }
});

element("each").addEventListener("click", submitEach);
element("one").addEventListener("click", () => submit());
element("link").addEventListener("click", copyLink);
window.addEventListener("hashchange", openShared);
window.addEventListener("online", () => again?.());
startMarked(judge);
startFiles(replaceText, showRefusal);
startFolded(currentConfig);
startFeedback(currentApi);

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
offerEach();
element("sample").hidden = review.value !== "" || stored("history", []).length > 0;
showList(stored(LIST, []));
// Wait for the verdict, which would otherwise move the history.
openShared().finally(() => {
  startHistory();
  element("footer").hidden = false;
});

/** Classify the review in the page's address, if there is one. */
async function openShared() {
  const shared = await sharedReview();
  if (shared !== null && shared !== review.value) {
    replaceText(shared);
  }
  return shared === null ? undefined : submit();
}

/** Ask whether a text of several lines, or a table, is a list of reviews. */
function offerEach() {
  found = reviewsIn(review.value);
  const count = found.entries.length;
  element("several").hidden = count < 2;
  element("looks").textContent = `Looks like ${count.toLocaleString("en")} reviews:`;
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
    showExplanation(text, verdict);
    if (!live) {
      showMarked(text, verdict);
    }
    if (config.feedback) {
      askFeedback(text, verdict);
    }
    element("after").hidden = element("footer").hidden = false;
    remember(text, verdict, lastLive);
    lastLive = live ? text : null;
    return { message: "", shown: "verdict" };
  });
}

function submitEach() {
  const { entries } = found;
  const request = { refuse: () => (entries.length ? "" : EMPTY), repeat: submitEach };
  return send(request, async (config, options) => {
    const message = await showList(await judgeEach(config.api, entries, options));
    element("footer").hidden = false;
    return { message, shown: "batch" };
  });
}

/** Show a judged list, if there is one, and return a summary. */
async function showList(rows) {
  if (rows.length === 0) {
    return "";
  }
  const { showRows, summary } = await import("./rows.js");
  showRows(rows, judge);
  return summary(rows);
}

/** Classify a text next to the shown review: the rest of it, or a row of a list. */
async function judge(text, options) {
  return classify(await currentApi(), text, options);
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
  element("sample").hidden = true;
  // What is below a verdict appears with it, so that it need not move.
  element("footer").hidden = element("verdict").hidden;
  if (!keepVerdict) {
    lastLive = null;
    hideAnswer();
  }
  if (!element("batch").hidden) {
    element("batch").hidden = true;
    store(LIST, []);
  }
  return running;
}

function hideAnswer() {
  hideMarked();
  for (const part of ["verdict", "explanation", "after", "footer"]) {
    element(part).hidden = true;
  }
  element("copied").textContent = "";
  hideFeedback();
}

/** Replace the text as if typed, so that undo restores the previous text. */
function replaceText(text) {
  hideMarked();
  review.focus();
  review.select();
  if (!document.execCommand("insertText", false, text)) {
    review.value = text;
    review.dispatchEvent(new Event("input"));
  }
}

async function copyLink() {
  const link = `${location.origin}${location.pathname}${await fragmentOf(review.value)}`;
  try {
    await navigator.clipboard.writeText(link);
    element("copied").textContent = "Copied. No server sees the review in it.";
  } catch {
    location.hash = new URL(link).hash; // the clipboard is refused: the address becomes the link
    element("copied").textContent = "The link is in the address bar.";
  }
}

async function currentConfig() {
  return configuration;
}

async function currentApi() {
  return (await configuration).api;
}

/** Show the error unless the page is only offline. */
function showConfigurationError(error) {
  if (error instanceof ApiError && !(error instanceof OfflineError)) {
    showMessage(error.message, "error");
  }
}

function isWorthAsking() {
  const text = review.value.trim();
  const list = found.table || found.entries.length >= MANY;
  return !list && text.split(/\s+/).length >= WORDS_ENOUGH;
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
