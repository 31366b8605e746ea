/** The table of verdicts as CSV. */

import { NOUN, create } from "./dom.js";
import { isSentiment, wordingOf } from "./verdict.js";

// Beginning of a cell that a spreadsheet would evaluate as a formula
const FORMULA = /^[=+\-@\t\r＝＋－＠]/;

/** Download the verdicts on a list. */
export function download(rows) {
  const href = URL.createObjectURL(new Blob([`\ufeff${csvOf(rows)}`], { type: "text/csv" }));
  create("a", { href, download: "verdicts.csv" }).click();
  URL.revokeObjectURL(href);
}

/** Return CSV (RFC 4180) in which spreadsheets do not evaluate reviews as formulas. */
function csvOf(rows) {
  const spelled = rows.some((row) => row.spelled);
  const labels = rows.some((row) => row.probabilities);
  const lines = rows.map((row) => {
    const end = [...(spelled ? [row.spelled ?? ""] : []), row.error?.code ?? ""];
    return [row.review, ...(labels ? ofLabels(row) : ofSentiment(row)), ...end];
  });
  const verdict = labels ? ["predicted", "verdict", "probability"] : ["verdict", "chance", "probability"];
  const names = [NOUN, ...verdict, ...(spelled ? ["label"] : []), "error"];
  return [names, ...lines].map((cells) => cells.map(quoted).join(",")).join("\r\n");
}

function ofSentiment(row) {
  if (!isSentiment(row)) {
    return ["", "", ""];
  }
  const { name, chance } = wordingOf(row);
  return [name.join(""), chance, row.probability];
}

function ofLabels(row) {
  return row.probabilities ? [row.label, wordingOf(row).name.join(""), row.probabilities[row.label]] : ["", "", ""];
}

function quoted(cell) {
  const text = String(cell);
  const harmless = typeof cell === "string" && FORMULA.test(text) ? `'${text}` : text;
  return `"${harmless.replaceAll('"', '""')}"`;
}
