/** Finds the reviews in a text: one on each line, or a column of a CSV or TSV table. */

const REVIEW_NAMES = new Set(["review", "reviews", "text", "texts", "comment", "sentence", "content", "body", "message", "tweet", "document"]);
const LABEL_NAMES = new Set(["label", "labels", "sentiment", "polarity", "class", "category", "target", "rating", "stars", "y"]);
const LONGEST_LABEL = 60;
const SENTIMENTS = new Map([
  ["1", "positive"],
  ["pos", "positive"],
  ["positive", "positive"],
  ["0", "negative"],
  ["-1", "negative"],
  ["neg", "negative"],
  ["negative", "negative"],
]);
const LINES = /\r\n|\r|\n/;

let known = new Set(); // the model's labels, if they are not positive and negative

/** Compare a label in a table with a verdict: return its usual spelling, and whether the verdict is right. */
export function compared(spelled, { probability, label, probabilities }) {
  if (spelled === undefined) {
    return {};
  }
  if (probabilities && probability === undefined) {
    const meant = Object.keys(probabilities).find((name) => folded(name) === folded(spelled));
    return { spelled: meant ?? spelled, right: meant && meant === label };
  }
  const meant = SENTIMENTS.get(folded(spelled));
  const judged = meant !== undefined && probability !== undefined;
  return { spelled: meant ?? spelled, right: judged ? (probability >= 0.5) === (meant === "positive") : undefined };
}

/**
 * Return the reviews in a text, with their labels where a table has them.
 *
 * @param {string} text
 * @param {object} verdict any verdict, whose labels are recognized in a table without a header
 * @returns {{table: boolean, entries: {review: string, spelled?: string}[]}}
 */
export function reviewsIn(text, { probability, probabilities = {} }) {
  known = new Set(probability === undefined ? Object.keys(probabilities).map(folded) : []);
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
  const [first, ...others] = records;
  const width = first.length;
  const names = first.map((name) => name.trim().toLowerCase());
  const named = names.findIndex((name) => REVIEW_NAMES.has(name));
  // A header names the column of the reviews or that of the labels.
  const headed = named >= 0 || LABEL_NAMES.has(names[columnOf(width, (column) => isLabels(others, column))]);
  const rows = headed ? others : records;
  const even = rows.every((row) => row.length === width);
  const found = columnOf(width, (column) => isLabels(rows, column));
  const labels = found < 0 && named >= 0 && even ? columnOf(width, (column) => isNamedLabels(rows, names, column)) : found;
  const recognized = named >= 0 || (width > 1 && (labels >= 0 || separator === "\t"));
  if (!even || !recognized) {
    return null;
  }
  const review = named >= 0 ? named : longest(rows, width, labels);
  return rows
    .map((row) => ({ review: row[review], spelled: labels < 0 ? undefined : row[labels].trim() || undefined }))
    .filter((entry) => entry.review.trim());
}

function columnOf(width, matches) {
  return Array.from({ length: width }, (_, column) => column).findIndex(matches);
}

function isLabels(rows, column) {
  const cells = rows.map((row) => row[column]?.trim() ?? "").filter(Boolean);
  return cells.length > 0 && cells.every((cell) => SENTIMENTS.has(folded(cell)) || known.has(folded(cell)));
}

/** Return whether a column has labels by its name, whatever they are. */
function isNamedLabels(rows, names, column) {
  return LABEL_NAMES.has(names[column]) && rows.every((row) => row[column].trim().length <= LONGEST_LABEL);
}

/** Return a label as its spellings have it in common: 2 and 2.0, Spam and spam. */
function folded(label) {
  return label.trim().toLowerCase().replace(/^([+-]?\d+)\.0+$/, "$1");
}

function longest(rows, width, except) {
  const sizes = Array.from({ length: width }, (_, column) =>
    column === except ? -1 : rows.reduce((sum, row) => sum + row[column].length, 0),
  );
  return sizes.indexOf(Math.max(...sizes));
}
