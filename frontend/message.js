/** Status line with progress and errors. */

import { element, nodes } from "./dom.js";

/** Show a message, or its parts, every second one a label, as information or as an error. */
export function showMessage(message, kind = "information") {
  const parts = [message].flat();
  element("message").dataset.kind = kind;
  element("review").setAttribute("aria-invalid", "false");
  // Screen readers repeat a text that is set again.
  if (element("message-text").textContent !== parts.join("")) {
    element("message-text").replaceChildren(...nodes(parts));
    hideElapsed();
  }
}

/** Show an error in the text that the user entered. */
export function showRefusal(text) {
  showMessage(text, "error");
  element("review").setAttribute("aria-invalid", "true");
}

/** Show the seconds since now, which screen readers do not read out; return a function that stops. */
export function startClock() {
  const started = performance.now();
  const timer = setInterval(() => {
    element("message-text").textContent ||= "Reading …";
    // A space between the elements would be a separate text, which moves with the message.
    element("elapsed").textContent = ` ${Math.floor((performance.now() - started) / 1000)}\u00a0s`;
  }, 1000);
  return () => clearInterval(timer);
}

/** Clear the elapsed time. */
export function hideElapsed() {
  element("elapsed").textContent = "";
}

/** Scroll an element into view. */
export function reveal(id) {
  element(id).scrollIntoView({ block: "nearest" });
}
