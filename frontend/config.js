/** The deployment's configuration, written beside the page when it is deployed. */

/**
 * @typedef {object} Config
 * @property {string} api path of the API on this origin
 * @property {number} maxReviewCharacters longest review that the API takes
 * @property {boolean} feedback whether the API takes what people say of a verdict
 */

/**
 * @returns {Promise<Config>}
 * @throws {Error} when the file is missing or not of that form
 */
export async function loadConfig() {
  const answer = await fetch("config.json", { cache: "no-cache" });
  const config = answer.ok ? await answer.json() : {};
  if (typeof config.api !== "string" || !Number.isInteger(config.maxReviewCharacters)) {
    throw new Error("config.json is missing or incomplete");
  }
  return config;
}
