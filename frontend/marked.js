/** The marked review in place of the text area, whose phrases can be struck out. */

import { create, element, nodes } from "./dom.js";
import { markedReview, push } from "./explanation.js";
import { load, messageOf } from "./patience.js";

const HINT = "Click a marked phrase to see the verdict without it. Keyboard: Tab to the text, then → and Enter.";

let shown = null; // the review and its verdict
let asking = new AbortController();

/** Make phrases reachable by arrow keys and strike them out; `judge` classifies a text. */
export function startMarked(judge) {
  const text = element("marked");
  element("edit").addEventListener("click", () => {
    hideMarked();
    element("review").focus();
  });
  text.addEventListener("keydown", (event) => {
    const step = { ArrowRight: 1, ArrowLeft: -1 }[event.key];
    const marks = [...text.querySelectorAll("mark")];
    const next = marks[marks.indexOf(document.activeElement) + (step ?? 0)];
    if (step && next) {
      event.preventDefault();
      next.focus();
    } else if ([" ", "Enter"].includes(event.key) && event.target.matches("mark")) {
      event.preventDefault();
      strike(event.target, judge);
    }
  });
  text.addEventListener("click", ({ target }) => target.matches("mark") && strike(target, judge));
  for (const kind of ["pointerover", "focusin"]) {
    text.addEventListener(kind, ({ target }) => point(target.matches("mark") ? target : null));
  }
  for (const kind of ["pointerleave", "focusout"]) {
    text.addEventListener(kind, () => point(null));
  }
}

/** Show the marked review in place of the text area, in the same space. */
export function showMarked(review, verdict) {
  const field = element("review");
  const hadFocus = document.activeElement === field;
  shown = { review, verdict };
  element("marked").replaceChildren(...markedReview(review, verdict));
  element("without").textContent = "";
  point(null);
  if (!field.hidden) {
    element("reading").style.height = `${field.offsetHeight}px`;
  }
  element("reading").hidden = element("edit").hidden = false;
  field.hidden = true;
  element("hint").style.visibility = "hidden"; // keeps its space
  if (hadFocus) {
    element("edit").focus({ preventScroll: true });
  }
}

/** Show the text area again. */
export function hideMarked() {
  asking.abort();
  shown = null;
  element("reading").hidden = element("edit").hidden = true;
  element("review").hidden = false;
  element("hint").style.visibility = "";
}

/** Describe a phrase below the text, where it covers nothing. */
function point(phrase) {
  if (phrase) {
    const pushes = nodes(push(Number(phrase.dataset.weight), shown.verdict));
    element("pointed").replaceChildren("'", create("bdi", {}, phrase.textContent), "' ", ...pushes, ".");
    return;
  }
  const any = element("marked").querySelector("mark") !== null;
  const struck = element("without").textContent !== "";
  element("pointed").textContent = struck ? "" : any ? HINT : "No phrase had a strong influence.";
}

/** Strike a phrase out, or restore it, and show the verdict on the rest. */
async function strike(phrase, judge) {
  phrase.ariaPressed = String(phrase.ariaPressed !== "true");
  asking.abort();
  asking = new AbortController();
  const { signal } = asking;
  const show = (...message) => {
    if (!signal.aborted) {
      element("without").replaceChildren(...message);
      point(null);
    }
  };
  const struck = [...element("marked").querySelectorAll("mark[aria-pressed=true]")];
  const asked = shown;
  await load("./strike.js")
    .then(({ verdictWithout }) => verdictWithout(struck, asked, judge, { signal, onWait: show }))
    .then((message) => show(...message), (error) => show(messageOf(error)));
}
