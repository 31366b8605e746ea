/** The classification of one review. */

import { patiently, unreadable } from "./patience.js";

/**
 * Classify one review; the weights in the answer are log-odds of positive, or else of the label.
 *
 * @param {import("./patience.js").Options} options
 * @throws {ApiError} with a message for the user
 */
export async function classify(api, review, options) {
  const verdict = await patiently(`${api}/predict`, { review, explain: true }, options);
  const judged = Number.isFinite(verdict?.probability ?? verdict?.probabilities?.[verdict.label]);
  if (!judged || typeof verdict.model?.version !== "string") {
    throw unreadable();
  }
  return weighedForLabel({ explanation: [], phrases: [], ...verdict });
}

/** Turn the weights of two labels, which the API gives for the second one, if the verdict is the first. */
function weighedForLabel(verdict) {
  const { probability, probabilities, explanation, phrases, bias = 0, rest = 0 } = verdict;
  const logOdds = explanation.reduce((sum, { weight }) => sum + weight, bias + rest);
  if (probability !== undefined || Object.keys(probabilities).length > 2 || logOdds >= 0) {
    return verdict;
  }
  const turned = (spans) => spans.map((span) => ({ ...span, weight: -span.weight }));
  return { ...verdict, explanation: turned(explanation), phrases: turned(phrases), bias: -bias, rest: -rest };
}
