/** Connects the parts of the page. */

import { classify } from "./api.js";
import { hideMarked, loadAnswer } from "./answering.js";
import { currentConfig, send, startOver } from "./asking.js";
import { NOUN, element, hideSample, number } from "./dom.js";
import { startFolded } from "./folded.js";
import { forgetShared, remember, sharedReview, startHistory } from "./history.js";
import { showMessage, showRefusal } from "./message.js";
import { load, messageOf } from "./patience.js";
import { DRAFT, LIST, VERDICT, store, stored } from "./storage.js";

const review = element("review");
const PAUSE_MS = 350; // delay after the last key before the text is classified
const LONGEST_LIVE = 20_000; // longer texts are only classified by the button
const RESTS = "A text of more than 20,000 characters is classified only when you press the button.";
const WORDS_ENOUGH = 4; // minimum for classification while typing
const LONGEST_TYPED = 5_000; // longer texts are set at once: typing takes time with the square of their lines
const MANY = 10; // lines from which a text is not classified while typing
let tables = null; // module that finds the reviews in a text of several lines
let found = null; // those reviews, if there are several lines and the module is loaded
let judged = {}; // the last verdict
let pause = null; // timer until the text is classified
let lastLive = null; // text of the last verdict given while typing

element("form").addEventListener("submit", (event) => {
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
  const looked = offerEach();
  const worthAsking = isWorthAsking();
  startOver({ keepVerdict: worthAsking });
  lastLive = worthAsking ? lastLive : null;
  showMessage(review.value.length > LONGEST_LIVE ? RESTS : "");
  clearTimeout(pause);
  const own = worthAsking ? setTimeout(() => looked.then(() => pause === own && askLive()), PAUSE_MS) : null;
  pause = own;
});

element("each").addEventListener("click", submitEach);
element("one").addEventListener("click", () => submit());
element("link").addEventListener("click", async () => {
  const copying = load("./copying.js").then(({ copyLink }) => copyLink(review.value));
  element("copied").textContent = await copying.catch(messageOf);
});
// Back leads from a link of the history to the text that it replaced.
element("entries").addEventListener("click", ({ target }) => {
  if (target.closest("a")) {
    history.replaceState(review.value, "");
  }
});
window.addEventListener("hashchange", () => openShared(history.state));
startFolded(currentConfig, replaceText, showRefusal);

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
  const shared = await linkedReview();
  const last = stored(VERDICT, null);
  const isLast = () => review.value === last?.text && (shared ?? last.text) === last.text;
  if (!isLast()) {
    return openShared();
  }
  judged = last.verdict;
  const showAnswer = await loadAnswer(judge, currentApi, last.feedback);
  return isLast() && showAnswer(last.text, last.verdict, last);
}

/** Return the review in the page's address, or null; say so if the address is incomplete. */
async function linkedReview() {
  return sharedReview().catch((error) => {
    showMessage(messageOf(error), "error");
    return null;
  });
}

/** Classify the review in the page's address, or else the one `before` it, if there is one. */
async function openShared(before = null) {
  const shared = (await linkedReview()) ?? before;
  if (shared !== null && shared !== review.value) {
    replaceText(shared);
  }
  return shared ? submit() : undefined;
}

/** Ask whether a text of several lines, or a table, is a list of reviews. */
async function offerEach() {
  found = null;
  element("several").hidden = true;
  const text = review.value;
  if (/[\r\n]/.test(text.trim())) {
    try {
      tables ??= await load("./table.js");
      const looked = await tables.reviewsIn(text, judged);
      if (text === review.value) {
        showFound(looked);
      }
    } catch (error) {
      showMessage(messageOf(error), "error");
    }
  }
}

function showFound({ odd = "", column, entries, table }) {
  found = { table, entries };
  const looks = `Looks like ${number(entries.length)} ${NOUN}s${column ? ` in column ${column}` : ""}:`;
  element("several").hidden = entries.length < 2 && !odd;
  element("each").hidden = entries.length === 0;
  element("looks").textContent = odd + (entries.length > 0 ? looks : "");
}

function askLive() {
  return isWorthAsking() ? submit({ live: true }) : startOver();
}

function stopWaiting() {
  clearTimeout(pause);
  pause = null;
}

function submit({ live = false } = {}) {
  stopWaiting();
  const text = review.value;
  lastLive = live ? lastLive : null;
  const request = { live, refuse: (longest) => refusal(text, longest), repeat: () => submit({ live }) };
  return send(request, async (config, options) => {
    const asked = classify(config.api, text, options);
    const [verdict, showAnswer] = await Promise.all([asked, loadAnswer(judge, currentApi, config.feedback)]);
    options.signal.throwIfAborted();
    judged = verdict;
    showAnswer(text, verdict, { live, feedback: config.feedback });
    remember(text, verdict, lastLive);
    lastLive = live ? text : null;
    return { message: "", shown: "verdict" };
  });
}

function submitEach() {
  stopWaiting();
  const { entries } = found;
  const request = { refuse: () => "", repeat: submitEach };
  return send(request, async (config, options) => {
    const { judgeEach } = await load("./batch.js");
    const { rows, note } = await judgeEach(config.api, entries, options);
    const summary = await showList(rows);
    element("footer").hidden = false;
    return { message: [...summary, "", note], shown: "batch" };
  });
}

/** Show a judged list, if there is one, and return a summary. */
async function showList(rows) {
  if (rows.length === 0) {
    return "";
  }
  const { showRows, summary } = await load("./rows.js");
  showRows(rows, judge);
  return summary(rows);
}

/** Classify a text next to the shown review: the rest of it, or a row of a list. */
async function judge(text, options) {
  return classify(await currentApi(), text, options);
}

/** Replace the text; undo restores the previous text, unless the new one is long. */
function replaceText(text) {
  hideMarked();
  review.focus();
  review.select();
  if (text.length > LONGEST_TYPED || !document.execCommand("insertText", false, text)) {
    review.value = text;
    review.dispatchEvent(new Event("input"));
  }
}

async function currentApi() {
  return (await currentConfig()).api;
}

function isWorthAsking() {
  const list = found?.table || found?.entries.length >= MANY;
  const words = review.value.trim().split(/\s+/);
  return !list && review.value.length <= LONGEST_LIVE && words.length >= WORDS_ENOUGH;
}

function refusal(text, longest) {
  if (!text.trim()) {
    return `Write a ${NOUN} first.`;
  }
  // The API counts code points; `length` counts UTF-16 units.
  const characters = text.length > longest ? [...text].length : text.length;
  if (characters > longest) {
    return `This ${NOUN} has ${number(characters)} characters; at most ${number(longest)} are allowed.`;
  }
  return "";
}
