/** The explanation under a row of the table of judged reviews. */

import { reasons } from "./because.js";
import { create } from "./dom.js";
import { markedReview } from "./explanation.js";
import { messageOf } from "./patience.js";

/** Open the explanation of a review under the row of a button, or close it; `judge` classifies the review again. */
export async function explain(button, review, judge) {
  const above = button.closest("tr");
  if (button.ariaExpanded === "true") {
    button.ariaExpanded = "false";
    above.nextElementSibling.remove();
    return;
  }
  button.ariaExpanded = "true";
  const shown = create("td", { colSpan: above.cells.length, role: "status" }, "Reading …");
  above.after(create("tr", { className: "why" }, shown));
  const options = { signal: new AbortController().signal, onWait: (detail) => shown.replaceChildren(detail) };
  try {
    const verdict = await judge(review, options);
    const text = create("p", { className: "marked", dir: "auto" }, ...markedReview(review, verdict));
    for (const mark of text.querySelectorAll("mark")) {
      mark.removeAttribute("tabindex");
      mark.removeAttribute("aria-pressed");
      mark.role = "img"; // has a name, and is not a button here
      mark.title = mark.ariaLabel;
    }
    const sentence = reasons(verdict, Array.from(review));
    shown.replaceChildren(...(sentence.length > 0 ? sentence : ["No phrase had a strong influence."]), text);
  } catch (error) {
    shown.replaceChildren(messageOf(error));
  }
}
