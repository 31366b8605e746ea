/** The one line that tells what goes on; also what is wrong with the text. */

const element = (id) => document.getElementById(id);

/** Show one sentence, as information or as an error. */
export function showMessage(text, kind = "information") {
  element("message").dataset.kind = kind;
  element("review").setAttribute("aria-invalid", "false");
  // What is set again is read out again.
  if (element("told").textContent !== text) {
    element("told").textContent = text;
    hideElapsed();
  }
}

/** Say what is wrong with the text. */
export function showRefusal(text) {
  showMessage(text, "error");
  element("review").setAttribute("aria-invalid", "true");
}

/** Show how long an answer takes; seen, but not read out every second. */
export function showElapsed(seconds) {
  element("told").textContent ||= "Reading …";
  element("elapsed").textContent = `${seconds}\u00a0s`;
}

/** A new wait begins at no seconds. */
export function hideElapsed() {
  element("elapsed").textContent = "";
}

/** Bring something new into view for whoever asked for it. */
export function reveal(id) {
  element(id).scrollIntoView({ block: "nearest" });
}
