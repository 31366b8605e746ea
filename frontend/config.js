/** Configuration of the page, which the deployment writes to config.json. */

import { ApiError, OfflineError, patiently } from "./patience.js";

/**
 * @typedef {object} Config
 * @property {string} api path of the API on this origin
 * @property {number} maxReviewCharacters length of the longest review that the API accepts
 * @property {boolean} feedback whether the API accepts feedback
 * @property {boolean} cited whether the training data is the packaged data, which has a citation
 */

/**
 * @param {import("./patience.js").Options} options
 * @returns {Promise<Config>}
 * @throws {ApiError} when the file is missing or invalid
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
  throw new ApiError("This page is not configured: its configuration cannot be read.");
}
