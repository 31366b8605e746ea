/** The numbers behind a verdict. */

import { MARKED } from "./because.js";
import { create, element, nodes } from "./dom.js";
import { isSentiment } from "./verdict.js";

/** Show the weights of phrases and what they add up to; `letters` are the code points of the review. */
export function showNumbers(verdict, letters) {
  element("axis").replaceChildren(...nodes(axis(verdict)));
  element("movers").replaceChildren(...numbers(verdict, letters));
}

/** Return list items whose numbers add up to the log-odds of the verdict, or of its label against all others. */
function numbers(verdict, letters) {
  const { phrases, bias, rest = 0 } = verdict;
  const listed = phrases.slice(0, MARKED);
  const items = listed.map(({ start, end, weight }) =>
    item(["“", create("bdi", {}, letters.slice(start, end).join("")), "”"], weight),
  );
  if (bias === undefined) {
    return items;
  }
  // The probabilities are scaled to a sum of 100% after this.
  const total = isSentiment(verdict)
    ? Math.log(verdict.probability / (1 - verdict.probability))
    : verdict.explanation.reduce((sum, { weight }) => sum + weight, bias + rest);
  const others = total - bias - listed.reduce((sum, { weight }) => sum + weight, 0);
  return [...items, item(["all other words"], others), item(["before the first word"], bias), item(["sum"], total)];
}

function item(name, weight) {
  return create("li", {}, ...name, " ", create("span", {}, signed(weight)));
}

function axis(verdict) {
  return isSentiment(verdict)
    ? ["Log-odds of each phrase: above 0 towards positive, below 0 towards negative."]
    : ["Log-odds of each phrase: above 0 towards ", verdict.label, ", below 0 away from it."];
}

/** Return the weight with its sign; the minus sign is as wide as the plus sign. */
function signed(weight) {
  return `${weight < 0 ? "−" : "+"}${Math.abs(weight).toFixed(2)}`;
}
