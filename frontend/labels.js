/** The labels of a model on its card: which it recognizes well, which badly, and which it confuses. */

import { NOUN, capital, create, number } from "./dom.js";
import { percentOf } from "./shares.js";

const NAMED = 3;

/** Return facts by name: parts of a text; every second part is a label. */
export function strengths({ labels, metrics = {} }) {
  const found = metrics.labels ?? {};
  const sorted = labels
    .filter((label) => found[label]?.rows > 0)
    .sort((a, b) => (found[b].f1 ?? 0) - (found[a].f1 ?? 0));
  const half = Math.min(NAMED, Math.floor(sorted.length / 2));
  const recalled = (label) => [label, ` (finds ${outOf100(found[label].recall)})`];
  return {
    "Best at": listed(sorted.slice(0, half).map(recalled)),
    "Weakest at": listed(sorted.slice(sorted.length - half).reverse().map(recalled)),
    "Most often confuses": listed(confusions(labels, metrics.confusion ?? [])),
  };
}

/** Return a folded table of all labels, if the card has their metrics. */
export function tableOfLabels({ labels, metrics = {} }) {
  if (metrics.labels === undefined) {
    return [];
  }
  const heads = ["Label", `${capital(NOUN)}s`, "Found", "Right"];
  const rows = labels.map((label) => {
    const { rows: count = 0, recall, precision } = metrics.labels[label] ?? {};
    const cells = [number(count), ...[recall, precision].map(percentOrDash)];
    const name = create("th", { scope: "row" }, create("bdi", {}, label));
    return create("tr", {}, name, ...cells.map((cell) => create("td", {}, cell)));
  });
  const head = create("tr", {}, ...heads.map((name) => create("th", { scope: "col" }, name)));
  const table = create("table", {}, create("thead", {}, head), create("tbody", {}, ...rows));
  const hint = `Found: share of a label's ${NOUN}s that are recognized. Right: share of a label's verdicts that are correct.`;
  return [create("details", {}, create("summary", {}, "Each label"), create("p", { className: "hint" }, hint), table)];
}

/** Return the most frequent mistakes, by their share of the texts with a label. */
function confusions(labels, matrix) {
  const mistakes = matrix.flatMap((row, truth) => {
    const all = row.reduce((sum, count) => sum + count, 0);
    return row.map((count, given) => ({ truth, given, share: truth === given || all === 0 ? 0 : count / all }));
  });
  return mistakes
    .filter(({ share }) => share > 0)
    .sort((a, b) => b.share - a.share)
    .slice(0, NAMED)
    .map(({ truth, given, share }) => [labels[truth], " with ", labels[given], ` (${outOf100(share)})`]);
}

/** Join entries, each a label first and a text last. */
function listed(entries) {
  const parts = entries.flatMap((entry, place) => [...entry.slice(0, -1), entry.at(-1) + (place < entries.length - 1 ? "; " : "")]);
  return entries.length > 0 ? ["", ...parts] : undefined;
}

/** Return a percentage; a dash where the share is unknown. */
function percentOrDash(share) {
  return Number.isFinite(share) ? percentOf(share) : "–";
}

/** Return a share of 100, which is 0 or 100 only where the share is exactly that. */
export function outOf100(share) {
  return `${percentOf(share).replace("%", "")} of 100`;
}
