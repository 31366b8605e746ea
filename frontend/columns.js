/** Finds the texts and labels of a table. */

import { LINES, folded } from "./table.js";

// Usual names of columns, as training knows them
export const USUAL = {
  text: "text texts review reviews review_text review_body review_content reviewtext reviews.text sentence sentences content comment comments comment_text tweet tweets tweet_text body message phrase document feedback".split(" "),
  label: "label labels sentiment sentiments class category polarity target rating ratings reviews.rating star_rating stars score overall".split(" "),
};
const LONGEST_LABEL = 60;
const LONG = 4; // words, on average, from which a column has texts
const NAME = 3; // words that the name of a column has at most
// Pairs that mean negative and positive, as in training
const PAIRS = ["0 1", "-1 1", "1 2", "0 4", "neg pos", "negative positive", "false true", "no yes"].map((pair) => pair.split(" "));
const SENTIMENTS = new Set(PAIRS.flat());

let known = new Set(); // the model's labels, if they are not positive and negative

/** Return the table below the `start` of a text, as `reviewsIn` does, or only `odd`; `objects` are the records of JSON lines. */
export function tableIn(text, start, objects, { probability, probabilities = {} }) {
  known = new Set(probability === undefined ? Object.keys(probabilities).map(folded) : []);
  const [, chosen = "\t,;|"] = /sep=(.)/.exec(start) ?? [];
  const read = (separator) => fromTable(parse(text, separator, start.length), separator);
  const tables = [fromTable(objects, ""), ...[...chosen].map(read)].filter(Boolean);
  const table = tables.find(({ open, entries }) => open ?? entries) ?? tables[0];
  const line = table && text.slice(0, table.open ?? table.odd).split(LINES).length;
  if (table?.open !== undefined) {
    const odd = `Line ${line}: a quotation mark is not closed. Quote the whole text, and double the quotation marks in it.`;
    return { table: true, odd, entries: [] };
  }
  const odd = table && `Line ${line} does not have the columns of the header, so this is not read as a table. `;
  return table?.entries ? { table: true, ...table } : { odd };
}

/** Return the records of a table (RFC 4180) that begins at `at`; `open` is the place of one whose quotation does not end. */
function parse(text, separator, at) {
  // Spaces before a quotation do not belong to the cell.
  const code = separator.charCodeAt(0).toString(16).padStart(4, "0");
  const cells = new RegExp(`(?: *"([^"]*(?:""[^"]*)*)("?))?([^\\u${code}\\r\\n]*)(\\r\\n?|\\n|.|$)`, "y");
  const records = [];
  let record = Object.assign([], { at });
  cells.lastIndex = at;
  while (cells.lastIndex < text.length) {
    const [, quoted = "", closed, plain, end] = cells.exec(text);
    if (closed === "") {
      records.open = record.at;
      break;
    }
    record.push(quoted.replaceAll('""', '"') + plain);
    if (end !== separator || cells.lastIndex === text.length) {
      records.push(Object.assign(record, { lines: text.slice(record.at, cells.lastIndex).trimEnd().split(LINES) }));
      record = Object.assign([], { at: cells.lastIndex });
    }
  }
  return Object.assign(records.filter((one) => one.some((cell) => cell.trim())), { open: records.open });
}

/** Return the entries of a table, and the places of `odd` and `open` records; null if it is none. */
function fromTable(records, separator) {
  if (!records?.length || records.length + (records.open !== undefined) < 2) {
    return null;
  }
  const [first, ...others] = records;
  const names = first.map(compared);
  const named = names.includes("text") ? names.indexOf("text") : names.findIndex((name) => USUAL.text.includes(name));
  const isLabelName = (column) => USUAL.label.includes(names[column]);
  // The last column that matches, because numbers of rows come first
  const columnOf = (matches) => names.findLastIndex((_, column) => matches(column));
  // A header has a usual name, or is unlike the rows below it.
  const headed =
    named >= 0 || columnOf((column) => isLabelName(column) && isLabels(others, column)) >= 0 || isHeader(first, others);
  const rows = headed ? others : records;
  if (rows.length === 0) {
    return { open: records.open };
  }
  const odd = rows.find((row) => row.length !== first.length);
  if (odd) {
    return headed && first.length > 1 ? { open: records.open, odd: odd.at } : null;
  }
  const candidates = [
    (column) => isLabelName(column) && isLabels(rows, column),
    (column) => headed && isLabelName(column) && rows.every((row) => row[column].trim().length <= LONGEST_LABEL),
    (column) => column !== named && isLabels(rows, column),
  ];
  const labels = candidates.map(columnOf).find((column) => column >= 0) ?? -1;
  if (named < 0 && (first.length === 1 || (labels < 0 && separator !== "\t" && !isClear(rows)))) {
    return null;
  }
  const review = named >= 0 ? named : longest(rows, labels);
  const open = rows.find(holdsRows(rows, labels, separator))?.at ?? records.open;
  const column = headed ? first[review].trim().slice(0, LONGEST_LABEL) : String(review + 1);
  return { open, entries: entriesOf(rows, review, labels), column: named < 0 ? column : undefined };
}

function entriesOf(rows, review, labels) {
  const pair = pairIn(rows, labels);
  return rows
    .map((row) => {
      const spelled = row[labels]?.trim() || undefined;
      return { review: row[review], spelled, meant: ["negative", "positive"][pair.indexOf(folded(spelled ?? ""))] };
    })
    .filter((entry) => entry.review.trim());
}

/** Return the column with most characters. */
function longest(rows, labels = -1) {
  const sizes = rows[0].map((_, column) => (column === labels ? -1 : rows.reduce((sum, row) => sum + row[column].length, 0)));
  return sizes.indexOf(Math.max(...sizes));
}

/** Return whether rows without known names are a table: equally long, with a column of texts. */
function isClear(rows) {
  const width = rows[0].length;
  if (rows.length < 2 || width < 2 || !rows.every((row) => row.length === width && !row.slice(1).some(isSpaced))) {
    return false;
  }
  const text = longest(rows);
  return rows.reduce((sum, row) => sum + wordsOf(row[text]), 0) >= LONG * rows.length;
}

/** Return whether the first record names the columns of the others. */
function isHeader(first, others) {
  const isName = (cell) => cell.trim() && !isNumber(cell) && wordsOf(cell) <= NAME;
  return first.length === others[0]?.length && isClear(others) && first.every(isName);
}

/** Return whether the lines of a record are rows, because a quotation ends lines later. */
function holdsRows(rows, labels, separator) {
  const values = valuesOf(rows, labels);
  const width = rows[0].length;
  const isLike = (cell, column) =>
    labels < 0 ? isNumber(cell) === isNumber(rows[0][column]) : column !== labels || values.includes(folded(cell));
  const isRow = (line) => {
    const cells = line.replaceAll('"', "").split(separator);
    return cells.length === width && cells.every((cell, column) => !isSpaced(cell) && isLike(cell, column));
  };
  return ({ lines }) => width > 1 && lines?.length > 1 && lines.filter(isRow).length > 1;
}

// In prose, a space follows a comma.
const isSpaced = (cell) => cell.startsWith(" ");
const isNumber = (cell) => !Number.isNaN(Number(cell));

function wordsOf(cell) {
  return cell.trim().split(/\s+/).length;
}

/** Return a name as training compares names. */
function compared(name) {
  return name.trim().toLowerCase().replace(/[ -]/g, "_");
}

/** Return the different labels in a column. */
function valuesOf(rows, column) {
  return [...new Set(rows.map((row) => folded(row[column] ?? "")).filter(Boolean))];
}

function isLabels(rows, column) {
  const values = valuesOf(rows, column);
  return values.length > 0 && values.every((value) => SENTIMENTS.has(value) || known.has(value));
}

/** Return the pair of labels that a whole column has; none if it has others. */
function pairIn(rows, column) {
  const values = valuesOf(rows, column);
  const pair = PAIRS.find((both) => values.every((value) => both.includes(value)));
  // A number alone may be part of several pairs, or of a scale.
  return pair && (values.length === 2 || !isNumber(values[0])) ? pair : [];
}
