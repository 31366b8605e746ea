/** Groups of the judged rows of a list, by verdict. */

import { capital } from "./dom.js";
import { isSentiment, wordingOf } from "./verdict.js";

const MOST_LABELS = 8; // with a group of their own
const NAMES = { guess: "Guess", failed: "Not judged" };

/** Return whether a row has a verdict. */
export function isJudged(row) {
  return isSentiment(row) || row.probabilities !== undefined;
}

/**
 * Return the groups of rows: each label, the most frequent one first, or each sentiment; then the rest.
 *
 * @returns {{key: string, name: string[], kind: string, place?: number, rows: object[]}[]} the name
 *   is a text and a label
 */
export function groupsOf(rows, most = MOST_LABELS) {
  const labelled = rows.some((row) => row.probabilities);
  const own = labelled ? ["unsure"] : ["positive", "mixed", "negative"];
  const kinds = new Map([...own, "guess", "failed"].map((kind) => [kind, []]));
  const labels = new Map();
  for (const row of rows) {
    const kind = isJudged(row) ? wordingOf(row).kind : "failed";
    if (kind === "label") {
      labels.set(row.label, labels.get(row.label) ?? []).get(row.label).push(row);
    } else {
      kinds.get(kind).push(row);
    }
  }
  const sorted = [...labels].sort((a, b) => b[1].length - a[1].length);
  const others = sorted.slice(most).flatMap(([, found]) => found);
  return [
    ...sorted.slice(0, most).map(([label, found], place) => ({ key: `label ${place}`, name: ["", label], kind: "label", place, rows: found })),
    ...(others.length > 0 ? [{ key: "others", name: ["Other labels", ""], kind: "failed", rows: others }] : []),
    ...[...kinds].map(([kind, found]) => ({ key: kind, name: [`${NAMES[kind] ?? capital(kind)}${kind === "guess" && found.length > 1 ? "es" : ""}`, ""], kind, rows: found })),
  ];
}
