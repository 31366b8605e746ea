/** The operations of the API. */

import { patiently, unreadable } from "./patience.js";

/**
 * Classify one review.
 *
 * @param {string} api path of the API
 * @param {string} review
 * @param {import("./patience.js").Options} options
 * @returns {Promise<{sentiment: string, probability: number, words: number, known_words: number,
 *   explanation: {start: number, end: number, weight: number}[], phrases: {start: number,
 *   end: number, weight: number}[], bias: number, model: {version: string}}>}
 * @throws {ApiError} with a message for the user
 */
export async function classify(api, review, options) {
  const verdict = await patiently(`${api}/predict`, { review, explain: true }, options);
  if (!Number.isFinite(verdict?.probability) || typeof verdict.model?.version !== "string") {
    throw unreadable();
  }
  return { explanation: [], phrases: [], ...verdict };
}

/**
 * Classify up to 512 reviews.
 *
 * @returns {Promise<{probability?: number, words?: number, known_words?: number, error?: {code:
 *   string, detail: string}}[]>} one per review, in order
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

/** Report the correct sentiment of a review. */
export async function sendFeedback(api, feedback, options) {
  await patiently(`${api}/feedback`, feedback, options);
}
