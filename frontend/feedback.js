/** Was the verdict right? Asked where the deployment keeps the answers. */

import { sendFeedback } from "./api.js";

const OTHER = { positive: "negative", negative: "positive" };

const element = (id) => document.getElementById(id);
let asked = null;

/** Let the buttons send what they say of the last verdict; `api` returns the API's path. */
export function startFeedback(api) {
  for (const [id, correct] of [
    ["right", (sentiment) => sentiment],
    ["wrong", (sentiment) => OTHER[sentiment]],
  ]) {
    element(id).addEventListener("click", () => tell(api, correct));
  }
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
  const said = { ...asked, correct: correct(asked.predicted) };
  element("question").hidden = true;
  element("thanks").textContent = "Sending …";
  try {
    await sendFeedback(await api(), said);
    element("thanks").textContent = "Thank you, that helps the next training.";
  } catch {
    element("question").hidden = false;
    element("thanks").textContent = "That could not be kept; try again later.";
  }
}
