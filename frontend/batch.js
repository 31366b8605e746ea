/** Judges a list of reviews in as few calls as possible. */

import { classifyMany } from "./api.js";
import { NOUN, number } from "./dom.js";
import { compared } from "./table.js";
import { briefly } from "./verdict.js";

const AT_ONCE = 512;
const CHARACTERS_AT_ONCE = 500_000; // limit of API Gateway and Lambda for one call, in any script

/**
 * Judge each review.
 *
 * @param {string} api path of the API
 * @param {{review: string, spelled?: string, meant?: string}[]} entries
 * @param {import("./patience.js").Options} options
 * @returns {Promise<object[]>} the rows of the table
 * @throws {ApiError} with a message for the user
 */
export async function judgeEach(api, entries, options) {
  const answers = [];
  for (const part of parts(entries.map(({ review }) => review))) {
    if (answers.length > 0) {
      const [done, all] = [answers.length, entries.length].map(number);
      options.onWait(`${done} of ${all} ${NOUN}s judged …`);
    }
    answers.push(...(await classifyMany(api, part, options)));
  }
  options.signal.throwIfAborted();
  return entries.map((entry, index) => {
    const { error, ...verdict } = answers[index];
    return { review: entry.review, ...briefly(verdict), ...compared(entry, verdict), error };
  });
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
