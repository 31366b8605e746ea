/** The table of verdicts as CSV. */

import { wordingOf } from "./verdict.js";

// Beginning of a cell that a spreadsheet would evaluate as a formula
const FORMULA = /^[=+\-@\t\r＝＋－＠]/;

/** Return CSV (RFC 4180) in which spreadsheets do not evaluate reviews as formulas. */
export function csvOf(rows) {
  const labels = rows.some(({ label }) => label);
  const lines = rows.map((row) => {
    const { name, chance } = row.probability === undefined ? { name: "", chance: "" } : wordingOf(row);
    const label = labels ? [row.label ?? ""] : [];
    return [row.review, name, chance, row.probability ?? "", ...label, row.error?.code ?? ""];
  });
  const names = ["review", "verdict", "chance", "probability", ...(labels ? ["label"] : []), "error"];
  return [names, ...lines].map((cells) => cells.map(quoted).join(",")).join("\r\n");
}

function quoted(cell) {
  const text = String(cell);
  const harmless = typeof cell === "string" && FORMULA.test(text) ? `'${text}` : text;
  return `"${harmless.replaceAll('"', '""')}"`;
}
