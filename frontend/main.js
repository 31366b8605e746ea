/** Connects the parts of the page. */

import { classify } from "./api.js";
import { hideMarked, loadAnswer } from "./answering.js";
import { currentConfig, send, startOver } from "./asking.js";
import { NOUN, element, hideSample } from "./dom.js";
import { startFiles } from "./files.js";
import { startFolded } from "./folded.js";
import { forgetShared, remember, sharedReview, startHistory } from "./history.js";
import { copyLink } from "./link.js";
import { showMessage, showRefusal } from "./message.js";
import { DRAFT, LIST, VERDICT, store, stored } from "./storage.js";
import { learnLabels, reviewsIn } from "./table.js";

const form = element("form");
const review = element("review");
const PAUSE_MS = 350; // delay after the last key before the text is classified
const LONGEST_LIVE = 20_000; // longer texts are only classified by the button
const RESTS = "A text of more than 20,000 characters is classified by the button only, not while you type.";
const EMPTY = `Write a ${NOUN} first.`;
const WORDS_ENOUGH = 4; // minimum for classification while typing
const MANY = 10; // lines from which a text is not classified while typing
let found = { table: false, entries: [] }; // reviews in the text
let pause;
let lastLive = null; // text of the last verdict given while typing

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
  clearTimeout(pause);
  startOver({ keepVerdict: worthAsking });
  lastLive = worthAsking ? lastLive : null;
  showMessage(long ? RESTS : "");
  if (worthAsking) {
    pause = setTimeout(() => submit({ live: true }), PAUSE_MS);
  }
});

element("each").addEventListener("click", submitEach);
element("one").addEventListener("click", () => submit());
element("link").addEventListener("click", async () => {
  element("copied").textContent = await copyLink(review.value);
});
window.addEventListener("hashchange", openShared);
startFiles(replaceText, showRefusal);
startFolded(currentConfig);

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
hideSample(review.value !== "" || stored("history", []).length > 0);
showList(stored(LIST, []));
// Wait for the verdict, which would otherwise move the history.
openLast().finally(() => {
  startHistory();
  element("footer").hidden = false;
});

/** Show the verdict from before a reload, or classify the review in the page's address. */
async function openLast() {
  const shared = await sharedReview();
  const last = stored(VERDICT, null);
  const isLast = () => review.value === last?.text && (shared ?? last.text) === last.text;
  if (!isLast()) {
    return openShared();
  }
  learnLabels(last.verdict);
  const { showAnswer } = await loadAnswer(judge, currentApi);
  return isLast() && showAnswer(last.text, last.verdict, last);
}

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
  element("looks").textContent = `Looks like ${count.toLocaleString("en")} ${NOUN}s:`;
}

function submit({ live = false } = {}) {
  clearTimeout(pause);
  const text = review.value;
  lastLive = live ? lastLive : null;
  const request = {
    live,
    refuse: (longest) => refusal(text, longest),
    repeat: () => submit({ live }),
  };
  return send(request, async (config, options) => {
    const asked = classify(config.api, text, options);
    const [verdict, { showAnswer }] = await Promise.all([asked, loadAnswer(judge, currentApi)]);
    options.signal.throwIfAborted();
    learnLabels(verdict);
    showAnswer(text, verdict, { live, feedback: config.feedback });
    remember(text, verdict, lastLive);
    lastLive = live ? text : null;
    return { message: "", shown: "verdict" };
  });
}

function submitEach() {
  clearTimeout(pause);
  const { entries } = found;
  const request = { refuse: () => (entries.length ? "" : EMPTY), repeat: submitEach };
  return send(request, async (config, options) => {
    const { judgeEach } = await import("./batch.js");
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

async function currentApi() {
  return (await currentConfig()).api;
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
    return `This ${NOUN} has ${count} characters; at most ${longest.toLocaleString("en")} are allowed.`;
  }
  return "";
}
