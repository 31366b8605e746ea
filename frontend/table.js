/** Finds the reviews in a text: one on each line, or a column of a CSV or TSV table. */

const REVIEW_NAMES = new Set(["review", "reviews", "text", "comment", "sentence", "content", "body"]);
const LABEL_NAMES = new Set(["label", "sentiment", "polarity", "class", "target", "y"]);
const LABELS = new Map([
  ["1", "positive"],
  ["pos", "positive"],
  ["positive", "positive"],
  ["0", "negative"],
  ["-1", "negative"],
  ["neg", "negative"],
  ["negative", "negative"],
]);
const LINES = /\r\n|\r|\n/;

/**
 * Return the reviews in a text, with their labels where a table has them.
 *
 * @param {string} text
 * @returns {{table: boolean, entries: {review: string, label?: "positive" | "negative"}[]}}
 */
export function reviewsIn(text) {
  for (const separator of ["\t", ",", ";"]) {
    const entries = fromTable(parse(text.replace(/^\ufeff/, ""), separator), separator);
    if (entries !== null) {
      return { table: true, entries };
    }
  }
  const lines = text.split(LINES).filter((line) => line.trim());
  return { table: false, entries: lines.map((review) => ({ review })) };
}

/** Return the records of a table (RFC 4180); null when a quotation does not end. */
function parse(text, separator) {
  const records = [];
  let record = [];
  let at = 0;
  while (at < text.length) {
    let cell = "";
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
      record = [];
      at += text[at] === "\r" && text[at + 1] === "\n" ? 1 : 0;
    }
    at += 1;
  }
  return records.filter((cells) => cells.some((cell) => cell.trim()));
}

/** Return the entries of a table; null when the records are not one. */
function fromTable(records, separator) {
  if (records === null || records.length < 2) {
    return null;
  }
  const names = records[0].map((name) => name.trim().toLowerCase());
  const headed = names.some((name) => REVIEW_NAMES.has(name)) || labelled(records[0].length, records.slice(1), names);
  const rows = headed ? records.slice(1) : records;
  const width = records[0].length;
  const even = rows.every((row) => row.length === width);
  const labels = columnOf(width, (column) => isLabels(rows, column));
  const named = headed ? names.findIndex((name) => REVIEW_NAMES.has(name)) : -1;
  const known = named >= 0 || (width > 1 && (labels >= 0 || separator === "\t"));
  if (!even || !known) {
    return null;
  }
  const review = named >= 0 ? named : longest(rows, width, labels);
  return rows
    .map((row) => ({ review: row[review], label: labels < 0 ? undefined : labelIn(row[labels]) }))
    .filter((entry) => entry.review.trim());
}

/** Return whether the first record names a column of labels. */
function labelled(width, rows, names) {
  const column = columnOf(width, (one) => isLabels(rows, one));
  return column >= 0 && LABEL_NAMES.has(names[column]);
}

function columnOf(width, matches) {
  return Array.from({ length: width }, (_, column) => column).findIndex(matches);
}

function isLabels(rows, column) {
  const cells = rows.map((row) => row[column]?.trim() ?? "").filter(Boolean);
  return cells.length > 0 && cells.every((cell) => labelIn(cell) !== undefined);
}

function labelIn(cell) {
  return LABELS.get(cell.trim().toLowerCase());
}

function longest(rows, width, except) {
  const sizes = Array.from({ length: width }, (_, column) =>
    column === except ? -1 : rows.reduce((sum, row) => sum + row[column].length, 0),
  );
  return sizes.indexOf(Math.max(...sizes));
}
