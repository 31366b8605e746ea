/** Finds the reviews in a text: one on each line, or a column of a table. */

import { load } from "./patience.js";

export const LINES = /\r\n?|\n/;
const START = /^\ufeff?(?:sep=.(?:\r\n?|\n))?/; // of a spreadsheet's file

/**
 * Return the reviews in a text, with their labels where a table has them.
 *
 * @param {object} verdict any verdict, whose labels are recognized in a table without a header
 * @returns {Promise<{table: boolean, odd?: string, column?: string, entries: object[]}>}
 *   `column` has the reviews, if its name is not a usual one; `odd` says why a table is not read
 */
export async function reviewsIn(text, verdict) {
  const [start] = START.exec(text);
  const lines = text.slice(start.length).split(LINES).filter((line) => line.trim());
  const none = { table: false, entries: lines.map((review) => ({ review })) };
  if (!start && isProse(lines[0])) {
    return none;
  }
  const objects = lines[0]?.startsWith("{") ? (await load("./objects.js")).recordsOf(lines) : null;
  const { tableIn } = await load("./columns.js");
  return { ...none, ...tableIn(text, start, objects, verdict) };
}

/** Return whether a line is not the first one of a table: its parts have three words, and a space between them. */
function isProse(line) {
  const hasName = line.split(/[\t,;|]/).some((cell) => cell.trim().split(/\s+/, 3).length < 3);
  return !hasName && !/^\s*["{]|[\t,;|](?! )/.test(line);
}

/** Return a label as its spellings have it in common: 2, +2 and 2.0, Spam and spam. */
export function folded(label) {
  return label.trim().toLowerCase().replace(/^\+?(-?\d+)([.,]0+)?$/, "$1");
}
