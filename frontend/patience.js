/** Requests with retries, for a server that may be starting, busy or unreachable. */

const PATIENCE_SECONDS = 180; // a model takes one or two minutes to start
const DEFAULT_WAIT_SECONDS = 3;
const LONGEST_WAIT_SECONDS = 20;
const JITTER = 0.25; // so that many pages do not retry at the same moment
const WORTH_RETRYING = new Set([429, 503, 504]);
const OFFLINE = "You are offline.";
const NOT_LOADED = "A part of the page cannot be loaded. Your text is kept. Try again, or reload the page.";
const BUSY = "Too many requests at once. Trying again automatically …";
const STARTING = "model_warming_up";
// The API's messages ask the client to retry; these say that the page does so.
const WAITING = {
  [STARTING]: "The model is starting, which can take a minute. The answer will appear automatically.",
  too_many_requests: BUSY,
  model_busy: BUSY,
  api_busy: BUSY,
  model_timeout: "The model is slow right now. Trying again automatically …",
};

const addresses = new Map(); // of modules that failed, which Firefox loads only from another address

/** A problem that the API reports, or a failure to reach it; the message is for the user. */
export class ApiError extends Error {}

/** The API cannot be reached. */
export class OfflineError extends ApiError {}

/** Return the message for the user about an error. */
export function messageOf(error) {
  return error instanceof ApiError ? error.message : "Something went wrong on this page.";
}

/** Load a module that only some visits need. */
export function load(name) {
  const address = addresses.get(name) ?? name;
  return import(address).catch(() => {
    addresses.set(name, `${address}?`);
    throw navigator.onLine ? new ApiError(NOT_LOADED) : new OfflineError(OFFLINE);
  });
}

/**
 * @typedef {object} Options
 * @property {AbortSignal} signal ends the call
 * @property {(detail: string) => void} onWait receives the reason for the delay
 */

/**
 * POST JSON, or GET without `content`, retrying while a retry may succeed; return the answer's JSON or null.
 *
 * @param {Options} options
 * @throws {ApiError} with a message for the user
 */
export async function patiently(url, content, { signal, onWait }) {
  const end = performance.now() + PATIENCE_SECONDS * 1000;
  for (let attempt = 1; ; attempt += 1) {
    const answer = await send(url, content, signal);
    if (answer?.ok) {
      return answer.json().catch(() => null);
    }
    const last = performance.now() >= end;
    if (answer === null && !navigator.onLine) {
      throw new OfflineError(OFFLINE);
    }
    if (answer === null && last) {
      throw new OfflineError("The server cannot be reached. Your text is kept. Try again later.");
    }
    const problem = await problemOf(answer);
    if (last || !passes(answer, problem)) {
      throw new ApiError(problem.detail);
    }
    onWait(WAITING[problem.code] ?? problem.detail);
    await sleep(waitSeconds(answer, problem, attempt), signal);
  }
}

/** Send one request; return the answer, or null when the server cannot be reached. */
async function send(url, content, signal) {
  const posted = content !== undefined;
  try {
    return await fetch(url, {
      method: posted ? "POST" : "GET",
      cache: "no-cache",
      headers: {
        ...(posted ? { "Content-Type": "application/json" } : {}),
        Accept: "application/json",
        // The id also appears in the logs and in captured data.
        // `randomUUID` exists only on secure origins.
        "X-Correlation-Id": crypto.getRandomValues(new Uint32Array(4)).join("-"),
      },
      body: posted ? JSON.stringify(content) : undefined,
      signal,
    });
  } catch {
    signal?.throwIfAborted();
    return null;
  }
}

/** Return the error for an answer that does not come from the API. */
export function unreadable() {
  return new ApiError("The server's answer cannot be read. Your text is kept. Try again.");
}

/** Return the problem in an answer; it has no code unless the API sent it. */
async function problemOf(answer) {
  if (answer === null) {
    return { detail: "The server cannot be reached. Your text is kept. Trying again automatically …" };
  }
  const problem = await answer.json().catch(() => null);
  if (typeof problem?.detail === "string") {
    return problem;
  }
  return { detail: `The server answered with an error (${answer.status}). Your text is kept.` };
}

/** Return whether a retry may succeed. */
function passes(answer, { code }) {
  return (
    answer === null ||
    answer.headers.has("Retry-After") ||
    WORTH_RETRYING.has(answer.status) ||
    (answer.status === 502 && code === undefined) // with a code, the model failed
  );
}

/** Return the delay before a retry: as requested while the model starts, else increasing. */
function waitSeconds(answer, { code }, attempt) {
  const asked = Number(answer?.headers.get("Retry-After"));
  const first = asked > 0 ? asked : DEFAULT_WAIT_SECONDS;
  const wait = code === STARTING ? first : first * 2 ** (attempt - 1);
  return Math.min(wait * (1 + JITTER * Math.random()), LONGEST_WAIT_SECONDS);
}

function sleep(seconds, signal) {
  signal.throwIfAborted();
  return new Promise((resolve, reject) => {
    setTimeout(resolve, seconds * 1000);
    signal.addEventListener("abort", () => reject(signal.reason), { once: true });
  });
}
