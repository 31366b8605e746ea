/** Probabilities of labels: their order, their wording and their bars. */

import { create, element } from "./dom.js";

const BARS = 5;

/** Return the labels with their probabilities, the verdict's first and then the most probable. */
export function ranked({ label, probabilities }) {
  const first = ([name]) => Number(name === label);
  return Object.entries(probabilities).sort((a, b) => first(b) - first(a) || b[1] - a[1]);
}

/** Return a percentage that is never 0% or 100%, because no model is certain. */
export function percent(share) {
  const rounded = Math.round(share * 100);
  if (rounded === 100) {
    return "over 99%";
  }
  return rounded === 0 ? "under 1%" : `${rounded}%`;
}

/** Show the most probable labels; the number of bars depends on the model alone, so that nothing moves. */
export function showBars(judged) {
  const shares = ranked(judged);
  const bars = shares.slice(0, BARS).map(([label, share]) => bar(create("bdi", { title: label }, label), share));
  const others = shares.slice(BARS);
  if (others.length > 0) {
    const name = others.length === 1 ? "1 other label" : `${others.length} other labels`;
    bars.push(bar(create("i", {}, name), others.reduce((sum, [, share]) => sum + share, 0)));
  }
  element("bars").replaceChildren(...bars);
}

function bar(name, share) {
  const item = create("li", {}, name, " ", create("span", {}, percent(share)));
  item.style.setProperty("--share", share);
  return item;
}
