/** Judges a list of reviews in as few calls as possible, and stores the result for a reload. */

import { NOUN, number } from "./dom.js";
import { patiently, unreadable } from "./patience.js";
import { LIST, VIEW, store } from "./storage.js";
import { folded } from "./table.js";
import { briefly, isSentiment, wordingOf } from "./verdict.js";

const AT_ONCE = 512;
const CHARACTERS_AT_ONCE = 500_000; // limit of API Gateway and Lambda for one call, in any script
const LOST = " The browser cannot store a list this long: download it before you reload the page.";

/**
 * Judge each review.
 *
 * @param {string} api path of the API
 * @param {{review: string, spelled?: string, meant?: string}[]} entries
 * @param {import("./patience.js").Options} options
 * @returns {Promise<{rows: object[], note: string}>} the rows of the table, and a note if they cannot be stored
 * @throws {ApiError} with a message for the user
 */
export async function judgeEach(api, entries, options) {
  const answers = [];
  for (const reviews of parts(entries.map(({ review }) => review))) {
    if (answers.length > 0) {
      const [done, all] = [answers.length, entries.length].map(number);
      options.onWait(`${done} of ${all} ${NOUN}s judged …`);
    }
    const answer = await patiently(`${api}/predict/batch`, { reviews }, options);
    if (!Array.isArray(answer?.predictions) || answer.predictions.length !== reviews.length) {
      throw unreadable();
    }
    answers.push(...answer.predictions);
  }
  options.signal.throwIfAborted();
  const rows = entries.map((entry, index) => {
    const { error, ...verdict } = answers[index];
    return { review: entry.review, ...briefly(verdict), ...compared(entry, verdict), error };
  });
  store(VIEW, null);
  return { rows, note: store(LIST, rows) ? "" : LOST };
}

/** Split the reviews into parts small enough for one call. */
function* parts(reviews) {
  let part = [];
  let characters = 0;
  for (const review of reviews) {
    if (part.length === AT_ONCE || (part.length > 0 && characters + review.length > CHARACTERS_AT_ONCE)) {
      yield part;
      part = [];
      characters = 0;
    }
    part.push(review);
    characters += review.length;
  }
  yield part;
}

/** Compare an entry's label with a verdict: return its usual spelling, and whether the verdict is right; null for a guess. */
function compared({ spelled, meant }, verdict) {
  if (spelled === undefined) {
    return {};
  }
  const { probability, label, probabilities } = verdict;
  const labelled = probabilities && !isSentiment(verdict);
  const known = labelled ? Object.keys(probabilities).find((name) => folded(name) === folded(spelled)) : meant;
  if (known === undefined || (!labelled && probability === undefined)) {
    return { spelled: known ?? spelled };
  }
  const judged = labelled ? label : probability >= 0.5 ? "positive" : "negative";
  return { spelled: known, right: wordingOf(verdict).kind === "guess" ? null : judged === known };
}
