/** Finds the reviews in a text: one on each line, or a column of a table in CSV, TSV or JSON lines. */

const REVIEW_NAMES = new Set(["review", "reviews", "text", "texts", "comment", "sentence", "content", "body", "message", "tweet", "document"]);
const LABEL_NAMES = new Set(["label", "labels", "sentiment", "polarity", "class", "category", "target", "rating", "stars", "y"]);
const LONGEST_LABEL = 60;
// Pairs that mean negative and positive, as in training
const PAIRS = ["0 1", "-1 1", "1 2", "0 4", "neg pos", "negative positive", "false true", "no yes"].map((pair) => pair.split(" "));
const SENTIMENTS = new Set(PAIRS.flat());
const LINES = /\r\n?|\n/;

let known = new Set(); // the model's labels, if they are not positive and negative

/**
 * Return the reviews in a text, with their labels where a table has them.
 *
 * @param {string} text
 * @param {object} verdict any verdict, whose labels are recognized in a table without a header
 * @returns {{table: boolean, odd?: string, entries: {review: string, spelled?: string, meant?: string}[]}}
 */
export function reviewsIn(text, { probability, probabilities = {} }) {
  known = new Set(probability === undefined ? Object.keys(probabilities).map(folded) : []);
  const [named, chosen] = /^\ufeff?sep=(.)(?:\r\n?|\n)/.exec(text) ?? [text.startsWith("\ufeff") ? "\ufeff" : ""];
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
  // Spaces before a quotation do not belong to the cell.
  const code = separator.charCodeAt(0).toString(16).padStart(4, "0");
  const cells = new RegExp(`(?: *"([^"]*(?:""[^"]*)*)("?))?([^\\u${code}\\r\\n]*)(\\r\\n?|\\n|.|$)`, "y");
  const records = [];
  let record = Object.assign([], { at });
  cells.lastIndex = at;
  while (cells.lastIndex < text.length) {
    const [, quoted = "", closed, plain, end] = cells.exec(text);
    if (closed === "") {
      return null;
    }
    record.push(quoted.replaceAll('""', '"') + plain);
    if (end !== separator || cells.lastIndex === text.length) {
      records.push(record);
      record = Object.assign([], { at: cells.lastIndex });
    }
  }
  return records.filter((one) => one.some((cell) => cell.trim()));
}

/** Return the entries of a table, or the `odd` record below its header; null when the records are not a table. */
function fromTable(records, separator) {
  if (records === null || records.length < 2) {
    return null;
  }
  const [first, ...others] = records;
  const names = first.map((name) => name.trim().toLowerCase());
  const named = names.findIndex((name) => REVIEW_NAMES.has(name));
  const isLabelName = (column) => LABEL_NAMES.has(names[column]);
  // The last column that matches, because numbers of rows come first
  const columnOf = (matches) => names.findLastIndex((_, column) => matches(column));
  // A header names the column of the reviews or that of the labels.
  const headed = named >= 0 || columnOf((column) => isLabelName(column) && isLabels(others, column)) >= 0;
  const rows = headed ? others : records;
  const odd = rows.find((row) => row.length !== first.length);
  if (odd) {
    return headed && first.length > 1 ? { odd } : null;
  }
  const candidates = [
    (column) => isLabelName(column) && isLabels(rows, column),
    (column) => named >= 0 && isLabelName(column) && isShort(rows, column),
    (column) => column !== named && isLabels(rows, column),
  ];
  const labels = candidates.map(columnOf).find((column) => column >= 0) ?? -1;
  if (named < 0 && (first.length === 1 || (labels < 0 && separator !== "\t"))) {
    return null;
  }
  const sizes = first.map((_, column) => (column === labels ? -1 : rows.reduce((sum, row) => sum + row[column].length, 0)));
  const review = named >= 0 ? named : sizes.indexOf(Math.max(...sizes));
  const pair = pairIn(rows, labels);
  return rows
    .map((row) => {
      const spelled = row[labels]?.trim() || undefined;
      return { review: row[review], spelled, meant: ["negative", "positive"][pair.indexOf(folded(spelled ?? ""))] };
    })
    .filter((entry) => entry.review.trim());
}

/** Return the different labels in a column. */
function valuesOf(rows, column) {
  return [...new Set(rows.map((row) => folded(row[column] ?? "")).filter(Boolean))];
}

function isLabels(rows, column) {
  const values = valuesOf(rows, column);
  return values.length > 0 && values.every((value) => SENTIMENTS.has(value) || known.has(value));
}

function isShort(rows, column) {
  return rows.every((row) => row[column].trim().length <= LONGEST_LABEL);
}

/** Return the pair of labels that a whole column has; none if it has others. */
function pairIn(rows, column) {
  const values = valuesOf(rows, column);
  const pair = PAIRS.find((both) => values.every((value) => both.includes(value)));
  // A number alone may be part of several pairs, or of a scale.
  return pair && (values.length === 2 || Number.isNaN(Number(values[0]))) ? pair : [];
}

/** Return a label as its spellings have it in common: 2, +2 and 2.0, Spam and spam. */
export function folded(label) {
  return label.trim().toLowerCase().replace(/^\+?(-?\d+)([.,]0+)?$/, "$1");
}
