/** Calls of the API, with patience for a model that is starting. */

const MAX_TRIES = 8;
const DEFAULT_WAIT_SECONDS = 3;
const LONGEST_WAIT_SECONDS = 20;
const WORTH_RETRYING = new Set([429, 503, 504]);

/** A problem that the API told us, or that kept us from reaching it. */
export class ApiError extends Error {}

/** The API could not be reached at all. */
export class OfflineError extends ApiError {}

/**
 * Classify one review. While the model is starting or busy, wait as long as it asks and try again.
 *
 * @param {string} api path of the API
 * @param {string} review
 * @param {{signal: AbortSignal, onWait: (detail: string) => void}} options
 * @returns {Promise<{sentiment: string, probability: number, model: {version: string},
 *   explanation: {start: number, end: number, weight: number}[]}>}
 * @throws {ApiError} with a sentence for people
 */
export async function classify(api, review, options) {
  const verdict = await patiently(`${api}/predict`, { review, explain: true }, options);
  if (!Number.isFinite(verdict?.probability) || typeof verdict.model?.version !== "string") {
    throw unreadable();
  }
  return { ...verdict, explanation: verdict.explanation ?? [] };
}

/**
 * Classify up to 512 reviews, with the same patience.
 *
 * @returns {Promise<{sentiment?: string, probability?: number, error?: {code: string,
 *   detail: string}}[]>} in the order of the reviews
 */
export async function classifyMany(api, reviews, options) {
  const answer = await patiently(`${api}/predict/batch`, { reviews }, options);
  if (!Array.isArray(answer?.predictions)) {
    throw unreadable();
  }
  return answer.predictions;
}

/** Say whether a verdict was right. */
export async function sendFeedback(api, feedback) {
  const answer = await send(`${api}/feedback`, feedback);
  if (!answer.ok) {
    throw new ApiError(await problemDetail(answer));
  }
}

/** @returns {Promise<object>} what the model knows of itself */
export async function describeModel(api) {
  const answer = await fetch(`${api}/model`);
  if (!answer.ok) {
    throw new ApiError(await problemDetail(answer));
  }
  return answer.json();
}

async function patiently(url, content, { signal, onWait }) {
  for (let attempt = 1; ; attempt += 1) {
    const answer = await send(url, content, signal);
    if (answer.ok) {
      return answer.json().catch(() => null);
    }
    const detail = await problemDetail(answer);
    if (!WORTH_RETRYING.has(answer.status) || attempt === MAX_TRIES) {
      throw new ApiError(detail);
    }
    onWait(detail);
    await sleep(waitSeconds(answer), signal);
  }
}

async function send(url, content, signal) {
  try {
    return await fetch(url, {
      method: "POST",
      headers: {
        "Content-Type": "application/json",
        Accept: "application/json",
        // The same id stands in the logs and in what the model keeps of a request.
        "X-Correlation-Id": newId(),
      },
      body: JSON.stringify(content),
      signal,
    });
  } catch (error) {
    if (error.name === "AbortError") {
      throw error;
    }
    throw new OfflineError(
      "The server cannot be reached. Your text is kept, and sent again when you are back online.",
    );
  }
}

function unreadable() {
  return new ApiError("The server's answer cannot be read. Your text is kept; try again.");
}

/** `randomUUID` is there on secure origins alone. */
function newId() {
  return Array.from(crypto.getRandomValues(new Uint8Array(16)), (byte) =>
    byte.toString(16).padStart(2, "0"),
  ).join("");
}

function waitSeconds(answer) {
  const asked = Number(answer.headers.get("Retry-After"));
  return asked > 0 ? Math.min(asked, LONGEST_WAIT_SECONDS) : DEFAULT_WAIT_SECONDS;
}

async function problemDetail(answer) {
  try {
    const problem = await answer.json();
    if (typeof problem.detail === "string") {
      return problem.detail;
    }
  } catch {
    // Whoever answered, it was not the API.
  }
  return `The server answered with an error (${answer.status}). Your text is kept; try again.`;
}

function sleep(seconds, signal) {
  signal.throwIfAborted();
  return new Promise((resolve, reject) => {
    const abort = () => {
      clearTimeout(timer);
      reject(signal.reason);
    };
    const timer = setTimeout(() => {
      signal.removeEventListener("abort", abort);
      resolve();
    }, seconds * 1000);
    signal.addEventListener("abort", abort, { once: true });
  });
}
