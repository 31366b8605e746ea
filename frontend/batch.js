/** Classifies one review per line, in a table that can be downloaded as CSV. */

import { classifyMany } from "./api.js";
import { create, element } from "./dom.js";
import { labelOf, percent, verdictOf } from "./verdict.js";

const AT_ONCE = 512;
const CHARACTERS_AT_ONCE = 500_000; // limit of API Gateway and Lambda for one call, in any script
const LINES = /\r?\n/;
// Beginning of a cell that a spreadsheet would evaluate as a formula
const FORMULA = /^[=+\-@\t\r＝＋－＠]/;

let rows = [];

/** Return the nonblank lines of a text. */
export function linesOf(text) {
  return text.split(LINES).filter((line) => line.trim());
}

/**
 * Classify each line and show the table.
 *
 * @param {string} api path of the API
 * @param {string[]} lines
 * @param {import("./patience.js").Options} options
 * @returns {Promise<string>} a summary of the verdicts
 * @throws {ApiError} with a message for the user
 */
export async function judgeLines(api, lines, options) {
  const answers = [];
  for (const part of parts(lines)) {
    if (answers.length > 0) {
      options.onWait(`${number(answers.length)} of ${number(lines.length)} lines classified …`);
    }
    answers.push(...(await classifyMany(api, part, options)));
  }
  options.signal.throwIfAborted();
  rows = lines.map((review, index) => ({ review, ...answers[index] }));
  element("rows").replaceChildren(...rows.map(row));
  element("count").textContent = `${number(rows.length)} reviews`;
  element("batch").hidden = false;
  return summary();
}

/** Download the table as CSV. */
export function download() {
  const href = URL.createObjectURL(new Blob([`\ufeff${csv(rows)}`], { type: "text/csv" }));
  const link = create("a", { href, download: "verdicts.csv" });
  link.click();
  URL.revokeObjectURL(link.href);
}

/** Split the lines into parts small enough for one call. */
function* parts(lines) {
  let part = [];
  let characters = 0;
  for (const line of lines) {
    if (part.length === AT_ONCE || (part.length > 0 && characters + line.length > CHARACTERS_AT_ONCE)) {
      yield part;
      part = [];
      characters = 0;
    }
    part.push(line);
    characters += line.length;
  }
  yield part;
}

function summary() {
  const counts = { positive: 0, unsure: 0, negative: 0, "not classified": 0 };
  for (const { probability } of rows) {
    counts[probability === undefined ? "not classified" : verdictOf(probability)] += 1;
  }
  const nonzero = Object.entries(counts).filter(([, count]) => count > 0);
  return `${nonzero.map(([what, count]) => `${number(count)} ${what}`).join(", ")}.`;
}

function row({ review, probability, error }) {
  if (probability === undefined) {
    return create("tr", {}, cell(review), cell(error?.detail ?? "", { colSpan: 2 }));
  }
  const label = labelOf(probability, verdictOf(probability));
  return create("tr", {}, cell(review), create("td", {}, label), cell(percent(probability, 1)));
}

function cell(text, properties = {}) {
  return create("td", properties, create("bdi", {}, text));
}

function number(count) {
  return count.toLocaleString("en");
}

/** Return CSV (RFC 4180) in which spreadsheets do not evaluate reviews as formulas. */
function csv(verdicts) {
  const lines = verdicts.map(({ review, sentiment = "", probability = "", error }) => [
    review,
    sentiment,
    probability,
    error?.code ?? "",
  ]);
  return [["review", "sentiment", "probability", "error"], ...lines]
    .map((cells) => cells.map(quoted).join(","))
    .join("\r\n");
}

function quoted(cell) {
  const text = String(cell);
  const harmless = typeof cell === "string" && FORMULA.test(text) ? `'${text}` : text;
  return `"${harmless.replaceAll('"', '""')}"`;
}
