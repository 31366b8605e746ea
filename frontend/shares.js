/** Probabilities of labels: their order, their wording and their bars. */

import { create, element } from "./dom.js";

const BARS = 5;

/** Return the labels with their probabilities, the verdict's first and then the most probable. */
export function ranked({ label, probabilities }) {
  const first = ([name]) => Number(name === label);
  return Object.entries(probabilities).sort((a, b) => first(b) - first(a) || b[1] - a[1]);
}

/** Return a percentage that is 0% or 100% only where the share is exactly that. */
export function percentOf(share, digits = 0) {
  const [least, most] = [10 ** -digits, 100 - 10 ** -digits];
  const rounded = Number((share * 100).toFixed(digits));
  if (rounded === 100 && share < 1) {
    return `over ${most.toFixed(digits)}%`;
  }
  return rounded === 0 && share > 0 ? `under ${least.toFixed(digits)}%` : `${rounded.toFixed(digits)}%`;
}

/** Return the percentage of a probability, which is never 0% or 100%, because no model is certain. */
export function percent(probability) {
  return percentOf(Math.min(Math.max(probability, 0.001), 0.999));
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
