/** Feedback on a verdict, if the deployment accepts it. */

import { create, element, nodes } from "./dom.js";
import { patiently } from "./patience.js";
import { ranked } from "./shares.js";
import { VERDICT, store, stored } from "./storage.js";
import { isSentiment, wordingOf } from "./verdict.js";

const UNSURE = ["mixed", "unsure", "guess"];

let current = null;

element("right").addEventListener("click", () => submit(current.labels[0]));
element("wrong").addEventListener("click", () => {
  if (current.labels.length > 2) {
    choose();
    element("correct").focus();
  } else {
    submit(current.labels[1]);
  }
});
element("send").addEventListener("click", () => submit(element("correct").value));

/** Ask about the verdict; for an unsure one or a guess, ask for the label instead. `api` returns the API's path. */
export function askFeedback(review, verdict, api) {
  const unsure = UNSURE.includes(wordingOf(verdict).kind);
  const predicted = isSentiment(verdict) ? verdict.sentiment : verdict.label;
  // The first button sends the first label, and the second one the second.
  const labels = labelsOf(verdict, unsure);
  current = { api, labels, unsure, feedback: { review, predicted, request_id: verdict.request_id } };
  element("asked").textContent = unsure ? "Which is it?" : "Was this right?";
  const names = isSentiment(verdict) ? [["Positive"], ["Negative"]] : labels.map((label) => ["", label]);
  [element("right"), element("wrong")].forEach((button, place) => {
    button.hidden = false;
    button.replaceChildren(...(unsure ? nodes(names[place]) : [["Yes", "No"][place]]));
  });
  element("correction").hidden = true;
  if (unsure && labels.length > 2) {
    choose();
  }
  element("thanks").textContent = "";
  element("question").hidden = false;
  element("feedback").hidden = false;
}

/** Hide the question. */
export function hideFeedback() {
  current = null;
  element("feedback").hidden = true;
}

function labelsOf(verdict, unsure) {
  if (!isSentiment(verdict)) {
    return ranked(verdict).map(([label]) => label);
  }
  return unsure || verdict.sentiment === "positive" ? ["positive", "negative"] : ["negative", "positive"];
}

/** Offer all labels; those that are not the verdict, unless it was unsure. */
function choose() {
  element("right").hidden = element("wrong").hidden = true;
  element("asked").textContent = "Which is it?";
  const { labels, unsure } = current;
  const offered = unsure ? labels : labels.slice(1);
  element("correct").replaceChildren(...offered.map((label) => create("option", { value: label }, label)));
  element("correction").hidden = false;
}

async function submit(correct) {
  const about = current;
  if (about.sending) {
    return;
  }
  about.sending = true;
  const say = (text) => {
    // The page may show another verdict by now.
    if (current === about) {
      element("thanks").textContent = text;
    }
  };
  say("Sending …");
  const { signal } = new AbortController(); // nothing ends the call
  const onWait = () => say("Not saved yet. Trying again automatically …");
  const kept = await about.api()
    .then((path) => patiently(`${path}/feedback`, { ...about.feedback, correct }, { signal, onWait }))
    .then(() => true, () => false);
  about.sending = false;
  say(kept ? "Thank you. Your feedback is saved." : "Your feedback could not be saved. Try again later.");
  if (kept && current === about) {
    // Move the focus before the buttons disappear.
    element("thanks").focus();
    element("question").hidden = true;
    store(VERDICT, { ...stored(VERDICT, {}), feedback: false });
  }
}
