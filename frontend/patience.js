/** Asking a server that may be starting, busy or out of reach. */

const PATIENCE_SECONDS = 180; // a model that starts takes one minute, or two
const DEFAULT_WAIT_SECONDS = 3;
const LONGEST_WAIT_SECONDS = 20;
const JITTER = 0.25; // so that many pages do not come back at the same moment
const BAD_GATEWAY = 502;
const WORTH_RETRYING = new Set([429, 503, 504]);
const STARTING = "model_warming_up";
// The API asks programs to try again; this page does, and says so.
const WAITING = {
  [STARTING]: "The model is starting, which can take a minute. The answer comes by itself.",
  too_many_requests: "Too many requests at once. Trying again by itself …",
  model_busy: "Too many requests at once. Trying again by itself …",
  api_busy: "Too many requests at once. Trying again by itself …",
  model_timeout: "The model is slow just now. Trying again by itself …",
};

/** A problem that the API told us, or that kept us from reaching it. */
export class ApiError extends Error {}

/** The API could not be reached at all. */
export class OfflineError extends ApiError {}

/**
 * @typedef {object} Options
 * @property {AbortSignal} signal ends the call
 * @property {(detail: string) => void} onWait told why the answer is not there yet
 */

/**
 * Ask until there is an answer or it makes no sense any more.
 *
 * @param {string} url
 * @param {object | undefined} content what to POST; GET without it
 * @param {Options} options
 * @returns {Promise<unknown>} the answer's JSON, null where it is none
 * @throws {ApiError} with a sentence for people
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
      throw new OfflineError("You are offline. Your text is kept, and sent when you are online again.");
    }
    if (answer === null && last) {
      throw new OfflineError("The server cannot be reached. Your text is kept; try again later.");
    }
    const problem = await problemOf(answer);
    if (last || !passes(answer, problem)) {
      throw new ApiError(problem.detail);
    }
    onWait(WAITING[problem.code] ?? problem.detail);
    await sleep(waitSeconds(answer, problem, attempt), signal);
  }
}

/** Ask once; return the answer, or null where the server cannot be reached. */
async function send(url, content, signal) {
  const posted = content !== undefined;
  try {
    return await fetch(url, {
      method: posted ? "POST" : "GET",
      cache: "no-cache",
      headers: {
        ...(posted ? { "Content-Type": "application/json" } : {}),
        Accept: "application/json",
        // The same id stands in the logs and in what the model keeps of a request.
        "X-Correlation-Id": newId(),
      },
      body: posted ? JSON.stringify(content) : undefined,
      signal,
    });
  } catch {
    signal?.throwIfAborted();
    return null;
  }
}

/** An answer that is none of the API's. */
export function unreadable() {
  return new ApiError("The server's answer cannot be read. Your text is kept; try again.");
}

/** `randomUUID` is there on secure origins alone. */
function newId() {
  return Array.from(crypto.getRandomValues(new Uint8Array(16)), (byte) =>
    byte.toString(16).padStart(2, "0"),
  ).join("");
}

/** Return the detail and the code of a problem; whoever else answers has no code. */
async function problemOf(answer) {
  if (answer === null) {
    return { detail: "The server cannot be reached. Your text is kept; trying again by itself …" };
  }
  const problem = await answer.json().catch(() => null);
  if (typeof problem?.detail === "string") {
    return problem;
  }
  return { detail: `The server answered with an error (${answer.status}). Your text is kept.` };
}

/** Say whether a problem may be gone at the next try. */
function passes(answer, { code }) {
  return (
    answer === null ||
    answer.headers.has("Retry-After") ||
    WORTH_RETRYING.has(answer.status) ||
    (answer.status === BAD_GATEWAY && code === undefined) // with a code, the model has failed
  );
}

/** A starting model says when to come back; others are left alone for longer each time. */
function waitSeconds(answer, { code }, attempt) {
  const asked = Number(answer?.headers.get("Retry-After"));
  const first = asked > 0 ? asked : DEFAULT_WAIT_SECONDS;
  const wait = code === STARTING ? first : first * 2 ** (attempt - 1);
  return Math.min(wait * (1 + JITTER * Math.random()), LONGEST_WAIT_SECONDS);
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
