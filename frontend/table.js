/** Finds the reviews in a text: one on each line, or a column of a table in CSV, TSV or JSON lines. */

import { wordingOf } from "./verdict.js";

const REVIEW_NAMES = new Set(["review", "reviews", "text", "texts", "comment", "sentence", "content", "body", "message", "tweet", "document"]);
const LABEL_NAMES = new Set(["label", "labels", "sentiment", "polarity", "class", "category", "target", "rating", "stars", "y"]);
const LONGEST_LABEL = 60;
// Pairs that mean negative and positive, as in training
const PAIRS = ["0 1", "-1 1", "1 2", "0 4", "neg pos", "negative positive", "false true", "no yes"].map((pair) => pair.split(" "));
const SENTIMENTS = new Set(PAIRS.flat());
const LINES = /\r\n|\r|\n/;

let known = new Set(); // the model's labels, if they are not positive and negative

/** Compare an entry's label with a verdict: return its usual spelling, and whether the verdict is right; null for a guess. */
export function compared({ spelled, meant }, verdict) {
  if (spelled === undefined) {
    return {};
  }
  const { probability, label, probabilities } = verdict;
  const labelled = probabilities && probability === undefined;
  const known = labelled ? Object.keys(probabilities).find((name) => folded(name) === folded(spelled)) : meant;
  if (known === undefined || (!labelled && probability === undefined)) {
    return { spelled: known ?? spelled };
  }
  const judged = labelled ? label : probability >= 0.5 ? "positive" : "negative";
  return { spelled: known, right: wordingOf(verdict).kind === "guess" ? null : judged === known };
}

/**
 * Return the reviews in a text, with their labels where a table has them.
 *
 * @param {string} text
 * @param {object} verdict any verdict, whose labels are recognized in a table without a header
 * @returns {{table: boolean, odd?: string, entries: {review: string, spelled?: string, meant?: string}[]}}
 */
export function reviewsIn(text, { probability, probabilities = {} }) {
  known = new Set(probability === undefined ? Object.keys(probabilities).map(folded) : []);
  const [named, chosen] = /^\ufeff?sep=(.)(?:\r\n|\r|\n)/.exec(text) ?? [text.startsWith("\ufeff") ? "\ufeff" : ""];
  const lines = text.slice(named.length).split(LINES).filter((line) => line.trim());
  const read = (separator) => fromTable(parse(text, separator, named.length), separator);
  const tables = [...(chosen ?? "\t,;")].map(read);
  const entries = fromTable(fromObjects(lines), "") ?? tables.find(Array.isArray);
  if (Array.isArray(entries)) {
    return { table: true, entries };
  }
  const odd = tables.find(Boolean)?.odd;
  const line = odd && `Line ${text.slice(0, odd.at).split(LINES).length} does not have the columns of the header, so this is not read as a table. `;
  return { table: false, odd: line, entries: lines.map((review) => ({ review })) };
}

/** Return the records of JSON lines, with their keys as the first; null when the lines are others. */
function fromObjects(lines) {
  if (!lines[0]?.startsWith("{")) {
    return null;
  }
  try {
    const objects = lines.map((line) => JSON.parse(line));
    const names = Object.keys(objects[0]);
    return [names, ...objects.map((one) => names.map((name) => String(one[name] ?? "")))];
  } catch {
    return null;
  }
}

/** Return the records of a table (RFC 4180) that begins at `at`; null when a quotation does not end. */
function parse(text, separator, at) {
  const records = [];
  let record = Object.assign([], { at });
  while (at < text.length) {
    let cell = "";
    // Blanks before a quotation do not belong to the cell.
    const quoted = record.length > 0 && / *"/y;
    if (quoted) {
      quoted.lastIndex = at;
      at = quoted.test(text) ? quoted.lastIndex - 1 : at;
    }
    if (text[at] === '"') {
      let end = at + 1;
      for (; ; end += 2) {
        end = text.indexOf('"', end);
        if (end < 0) {
          return null;
        }
        if (text[end + 1] !== '"') {
          break;
        }
      }
      cell = text.slice(at + 1, end).replaceAll('""', '"');
      at = end + 1;
    }
    const start = at;
    while (at < text.length && text[at] !== separator && text[at] !== "\n" && text[at] !== "\r") {
      at += 1;
    }
    record.push(cell + text.slice(start, at));
    if (text[at] !== separator || at + 1 === text.length) {
      records.push(record);
      at += text[at] === "\r" && text[at + 1] === "\n" ? 1 : 0;
      record = Object.assign([], { at: at + 1 });
    }
    at += 1;
  }
  return records.filter((cells) => cells.some((cell) => cell.trim()));
}

/** Return the entries of a table, or the `odd` record below its header; null when the records are not a table. */
function fromTable(records, separator) {
  if (records === null || records.length < 2) {
    return null;
  }
  const [first, ...others] = records;
  const width = first.length;
  const names = first.map((name) => name.trim().toLowerCase());
  const named = names.findIndex((name) => REVIEW_NAMES.has(name));
  const isLabelName = (column) => LABEL_NAMES.has(names[column]);
  // A header names the column of the reviews or that of the labels.
  const headed = named >= 0 || columnOf(width, (column) => isLabelName(column) && isLabels(others, column)) >= 0;
  const rows = headed ? others : records;
  const odd = rows.find((row) => row.length !== width);
  if (odd) {
    return headed && width > 1 ? { odd } : null;
  }
  const candidates = [
    (column) => isLabelName(column) && isLabels(rows, column),
    (column) => named >= 0 && isLabelName(column) && isShort(rows, column),
    (column) => column !== named && isLabels(rows, column),
  ];
  const labels = candidates.map((matches) => columnOf(width, matches)).find((column) => column >= 0) ?? -1;
  if (named < 0 && (width === 1 || (labels < 0 && separator !== "\t"))) {
    return null;
  }
  const review = named >= 0 ? named : longest(rows, width, labels);
  const meant = meanings(rows, labels);
  return rows
    .map((row) => ({ review: row[review], spelled: row[labels]?.trim() || undefined, meant: meant.get(folded(row[labels] ?? "")) }))
    .filter((entry) => entry.review.trim());
}

/** Return the last column that matches, because numbers of rows come first. */
function columnOf(width, matches) {
  return Array.from({ length: width }, (_, column) => column).findLastIndex(matches);
}

/** Return the different labels in a column. */
function valuesOf(rows, column) {
  return new Set(rows.map((row) => folded(row[column] ?? "")).filter(Boolean));
}

function isLabels(rows, column) {
  const values = [...valuesOf(rows, column)];
  return values.length > 0 && values.every((value) => SENTIMENTS.has(value) || known.has(value));
}

function isShort(rows, column) {
  return rows.every((row) => row[column].trim().length <= LONGEST_LABEL);
}

/** Return the labels of a column that mean negative and positive; none if the whole column is not one of the pairs. */
function meanings(rows, column) {
  const values = [...valuesOf(rows, column)];
  const pair = PAIRS.find((both) => values.every((value) => both.includes(value)));
  // A number alone may be part of several pairs, or of a scale.
  const clear = pair && (values.length === 2 || Number.isNaN(Number(values[0])));
  return new Map(clear ? [[pair[0], "negative"], [pair[1], "positive"]] : []);
}

/** Return a label as its spellings have it in common: 2, +2 and 2.0, Spam and spam. */
function folded(label) {
  return label.trim().toLowerCase().replace(/^\+?(-?\d+)([.,]0+)?$/, "$1");
}

function longest(rows, width, except) {
  const sizes = Array.from({ length: width }, (_, column) =>
    column === except ? -1 : rows.reduce((sum, row) => sum + row[column].length, 0),
  );
  return sizes.indexOf(Math.max(...sizes));
}
