/** Was the verdict right? Asked where the deployment keeps the answers. */

import { sendFeedback } from "./api.js";

const OTHER = { positive: "negative", negative: "positive" };

const element = (id) => document.getElementById(id);
let asked = null;

/** Let the buttons send what they say of the last verdict; `api` returns the API's path. */
export function startFeedback(api) {
  element("right").addEventListener("click", () => tell(api, (sentiment) => sentiment));
  element("wrong").addEventListener("click", () => tell(api, (sentiment) => OTHER[sentiment]));
}

/** Ask about a verdict that is shown. */
export function askFeedback(review, verdict) {
  asked = { review, predicted: verdict.sentiment, request_id: verdict.request_id };
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
  const { review, predicted, request_id } = about;
  const said = { review, predicted, correct: correct(predicted), request_id };
  const kept = await api()
    .then((path) => sendFeedback(path, said))
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
