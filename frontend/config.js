/** The deployment's configuration, written beside the page when it is deployed. */

import { ApiError, OfflineError, patiently } from "./patience.js";

/**
 * @typedef {object} Config
 * @property {string} api path of the API on this origin
 * @property {number} maxReviewCharacters longest review that the API takes
 * @property {boolean} feedback whether the API takes what people say of a verdict
 */

/**
 * @param {import("./patience.js").Options} options
 * @returns {Promise<Config>}
 * @throws {ApiError} when the file cannot be had or is not of that form
 */
export async function loadConfig(options) {
  const config = await patiently("config.json", undefined, options).catch(notSetUp);
  if (typeof config?.api !== "string" || !Number.isInteger(config.maxReviewCharacters)) {
    notSetUp();
  }
  return config;
}

function notSetUp(error) {
  if (error instanceof OfflineError || error?.name === "AbortError") {
    throw error;
  }
  throw new ApiError("This page is not set up: its configuration cannot be read.");
}
