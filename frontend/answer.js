/** The answer to a review: verdict, reasons, marked text and what one can do with it. */

import { element } from "./dom.js";
import { showExplanation } from "./explanation.js";
import { hideMarked, showMarked, startMarked } from "./marked.js";
import { VERDICT, store } from "./storage.js";
import { showVerdict } from "./verdict.js";

export { hideMarked, startMarked };

/** Show a verdict; while the user types, the text area stays. A reload shows it again. */
export function showAnswer(text, verdict, { live, feedback }) {
  store(VERDICT, { text, verdict, live, feedback });
  showVerdict(verdict);
  showExplanation(text, verdict);
  if (!live) {
    showMarked(text, verdict);
  }
  element("after").hidden = element("footer").hidden = false;
}

/** Hide the verdict with everything that belongs to it. */
export function hideAnswer() {
  hideMarked();
  for (const part of ["verdict", "explanation", "after", "footer"]) {
    element(part).hidden = true;
  }
  element("copied").textContent = "";
}
