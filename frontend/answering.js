/** Loads the modules that show an answer, with the first one. */

import { load } from "./patience.js";
import { VERDICT, store } from "./storage.js";

let answer = null;
let asking = null; // the question about a verdict, which only some deployments have

/** Return the function that shows a verdict, and asks about it with `feedback`; `judge` classifies a text. */
export async function loadAnswer(judge, api, feedback) {
  const [shown, question] = await Promise.all([load("./answer.js"), feedback ? load("./feedback.js") : null]);
  if (answer === null) {
    answer = shown;
    answer.startMarked(judge);
  }
  asking ??= question;
  return (text, verdict, options) => {
    answer.showAnswer(text, verdict, options);
    question?.askFeedback(text, verdict, api);
  };
}

/** Hide the verdict with everything that belongs to it. */
export function hideAnswer() {
  answer?.hideAnswer();
  asking?.hideFeedback();
  store(VERDICT, null);
}

/** Show the text area instead of the marked review. */
export function hideMarked() {
  answer?.hideMarked();
}
