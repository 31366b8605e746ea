/** Feedback on a verdict, if the deployment accepts it. */

import { sendFeedback } from "./api.js";
import { element } from "./dom.js";
import { wordingOf } from "./verdict.js";

const OTHER = { positive: "negative", negative: "positive" };

let current = null;

/** Make the buttons send feedback on the last verdict; `api` returns the API's path. */
export function startFeedback(api) {
  element("right").addEventListener("click", () => submit(api, current.right));
  element("wrong").addEventListener("click", () => submit(api, OTHER[current.right]));
}

/** Ask about the verdict; for a mixed one or a guess, ask for the sentiment instead. */
export function askFeedback(review, verdict) {
  const { sentiment, request_id } = verdict;
  const unsure = ["mixed", "guess"].includes(wordingOf(verdict).kind);
  // Sentiment of the first button; the second has the opposite.
  const right = unsure ? "positive" : sentiment;
  current = { right, feedback: { review, predicted: sentiment, request_id } };
  element("asked").textContent = unsure ? "Which is it?" : "Was this right?";
  element("right").textContent = unsure ? "Positive" : "Yes";
  element("wrong").textContent = unsure ? "Negative" : "No";
  element("thanks").textContent = "";
  element("question").hidden = false;
  element("feedback").hidden = false;
}

/** Hide the question. */
export function hideFeedback() {
  current = null;
  element("feedback").hidden = true;
}

async function submit(api, correct) {
  const about = current;
  if (about.sending) {
    return;
  }
  about.sending = true;
  element("thanks").textContent = "Sending …";
  const options = {
    signal: new AbortController().signal, // it is sent even if the page shows another verdict by then
    onWait() {
      if (current === about) {
        element("thanks").textContent = "Not saved yet. Trying again automatically …";
      }
    },
  };
  const kept = await api()
    .then((path) => sendFeedback(path, { ...about.feedback, correct }, options))
    .then(() => true, () => false);
  about.sending = false;
  if (current !== about) {
    return; // the page shows another verdict by now
  }
  element("thanks").textContent = kept
    ? "Thank you. This helps the next training."
    : "Your feedback could not be saved. Try again later.";
  if (kept) {
    // Move the focus before the buttons disappear.
    element("thanks").focus();
    element("question").hidden = true;
  }
}
