/** The operations of the API. */

import { patiently, unreadable } from "./patience.js";

/**
 * Classify one review.
 *
 * @param {string} api path of the API
 * @param {string} review
 * @param {import("./patience.js").Options} options
 * @returns {Promise<object>} the API's answer, whose weights are log-odds of positive, or else of the label
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

/**
 * Classify up to 512 reviews.
 *
 * @returns {Promise<object[]>} one verdict or error per review, in order
 */
export async function classifyMany(api, reviews, options) {
  const answer = await patiently(`${api}/predict/batch`, { reviews }, options);
  if (!Array.isArray(answer?.predictions) || answer.predictions.length !== reviews.length) {
    throw unreadable();
  }
  return answer.predictions;
}

/** @returns {Promise<object>} the model's metrics, data and settings */
export async function describeModel(api, options) {
  const card = await patiently(`${api}/model`, undefined, options);
  if (typeof card?.model_version !== "string") {
    throw unreadable();
  }
  return card;
}

/** Report the correct label of a review. */
export async function sendFeedback(api, feedback, options) {
  await patiently(`${api}/feedback`, feedback, options);
}
