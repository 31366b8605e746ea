/** Status line with progress and errors. */

import { element } from "./dom.js";

/** Show a message, as information or as an error. */
export function showMessage(text, kind = "information") {
  element("message").dataset.kind = kind;
  element("review").setAttribute("aria-invalid", "false");
  // Screen readers repeat a text that is set again.
  if (element("message-text").textContent !== text) {
    element("message-text").textContent = text;
    hideElapsed();
  }
}

/** Show an error in the text that the user entered. */
export function showRefusal(text) {
  showMessage(text, "error");
  element("review").setAttribute("aria-invalid", "true");
}

/** Show the elapsed time, which screen readers do not read out. */
export function showElapsed(seconds) {
  element("message-text").textContent ||= "Reading …";
  element("elapsed").textContent = `${seconds}\u00a0s`;
}

/** Clear the elapsed time. */
export function hideElapsed() {
  element("elapsed").textContent = "";
}

/** Scroll an element into view. */
export function reveal(id) {
  element(id).scrollIntoView({ block: "nearest" });
}
