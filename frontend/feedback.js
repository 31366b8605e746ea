/** Was the verdict right? Asked where the deployment keeps the answers. */

import { sendFeedback } from "./api.js";
import { verdictOf } from "./verdict.js";

const OTHER = { positive: "negative", negative: "positive" };

const element = (id) => document.getElementById(id);
let asked = null;

/** Let the buttons send what they say of the last verdict; `api` returns the API's path. */
export function startFeedback(api) {
  element("right").addEventListener("click", () => tell(api, asked.right));
  element("wrong").addEventListener("click", () => tell(api, OTHER[asked.right]));
}

/** Ask about a verdict that is shown; where it is unsure there is none to be right. */
export function askFeedback(review, { sentiment, probability, request_id }) {
  const unsure = verdictOf(probability) === "unsure";
  // What the first button says of the review; the other one says the opposite.
  const right = unsure ? "positive" : sentiment;
  asked = { right, said: { review, predicted: sentiment, request_id } };
  element("asked").textContent = unsure ? "Which is it?" : "Was this right?";
  element("right").textContent = unsure ? "Positive" : "Yes";
  element("wrong").textContent = unsure ? "Negative" : "No";
  element("thanks").textContent = "";
  element("question").hidden = false;
  element("feedback").hidden = false;
}

/** Ask no longer. */
export function hideFeedback() {
  asked = null;
  element("feedback").hidden = true;
}

async function tell(api, correct) {
  const about = asked;
  if (about.sending) {
    return;
  }
  about.sending = true;
  element("thanks").textContent = "Sending …";
  const options = {
    signal: new AbortController().signal, // it is sent, whatever the page shows by then
    onWait() {
      if (asked === about) {
        element("thanks").textContent = "Not kept yet; trying again by itself …";
      }
    },
  };
  const kept = await api()
    .then((path) => sendFeedback(path, { ...about.said, correct }, options))
    .then(() => true, () => false);
  about.sending = false;
  if (asked !== about) {
    return; // there is another verdict by now
  }
  element("thanks").textContent = kept
    ? "Thank you, that helps the next training."
    : "That could not be kept; try again later.";
  if (kept) {
    // The buttons go, and the focus must not go with them.
    element("thanks").focus();
    element("question").hidden = true;
  }
}
