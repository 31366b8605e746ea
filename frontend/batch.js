/** Many reviews, one a line: a table of verdicts that can be taken away as CSV. */

import { ApiError, classifyMany } from "./api.js";

const AT_ONCE = 512;
const LINES = /\r?\n/;
// What a spreadsheet would take for a formula
const FORMULA = /^[=+\-@\t\r]/;

const element = (id) => document.getElementById(id);
let rows = [];

/** Return the lines of a text that say something. */
export function linesOf(text) {
  return text.split(LINES).filter((line) => line.trim());
}

/**
 * Judge each line and show the table.
 *
 * @param {string} api path of the API
 * @param {string[]} lines
 * @param {{signal: AbortSignal, onWait: (detail: string) => void}} options
 * @throws {ApiError} with a sentence for people
 */
export async function judgeLines(api, lines, options) {
  const answers = [];
  for (let start = 0; start < lines.length; start += AT_ONCE) {
    answers.push(...(await classifyMany(api, lines.slice(start, start + AT_ONCE), options)));
  }
  if (answers.length !== lines.length) {
    throw new ApiError("The server's answer cannot be read. Your text is kept; try again.");
  }
  rows = lines.map((review, index) => ({ review, ...answers[index] }));
  element("rows").replaceChildren(...rows.map(row));
  element("count").textContent = String(rows.length);
  element("batch").hidden = false;
}

/** Take an outdated table away. */
export function hideBatch() {
  element("batch").hidden = true;
}

/** Let the browser save the table. */
export function download() {
  const link = document.createElement("a");
  link.href = URL.createObjectURL(new Blob([`\ufeff${csv(rows)}`], { type: "text/csv" }));
  link.download = "verdicts.csv";
  link.click();
  URL.revokeObjectURL(link.href);
}

function row({ review, sentiment, probability, error }) {
  const node = document.createElement("tr");
  for (const text of [review, sentiment ?? error?.detail ?? "", percent(probability)]) {
    const cell = document.createElement("td");
    const isolated = document.createElement("bdi");
    isolated.textContent = text;
    cell.append(isolated);
    node.append(cell);
  }
  return node;
}

function percent(probability) {
  return probability === undefined ? "" : `${(probability * 100).toFixed(1)} %`;
}

/** RFC 4180; a review that looks like a formula is quoted for spreadsheets, too. */
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
