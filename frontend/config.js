/** Configuration of the page, which the deployment writes to config.json. */

import { ApiError, OfflineError, patiently } from "./patience.js";

/**
 * Return the configuration: `api`, the API's path on this origin; `maxReviewCharacters`; `feedback`, whether the
 * API accepts it; and `cited`, whether the training data is the packaged data, which has a citation.
 *
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
