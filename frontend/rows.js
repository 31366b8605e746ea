/** Table of judged reviews: shares, filters, order, and an explanation of each row. */

import { reasons } from "./because.js";
import { csvOf } from "./csv.js";
import { create, element } from "./dom.js";
import { markedReview } from "./explanation.js";
import { ApiError } from "./patience.js";
import { wordingOf } from "./verdict.js";

const KINDS = ["positive", "mixed", "negative", "guess", "failed"];
const NAMES = { all: "All", guess: "A guess", failed: "Not judged", wrong: "Wrong" };
const ORDERS = { certain: -1, uncertain: 1 };
const SHOWN = 1000; // rows; the download has all

let rows = [];
let filter = "all";
let judge;

element("download").addEventListener("click", download);
element("order").addEventListener("change", showTable);
element("filters").addEventListener("click", ({ target }) => {
  if (target.dataset.filter) {
    filter = target.dataset.filter;
    showFilters();
    showTable();
  }
});
element("rows").addEventListener("click", ({ target }) => target.dataset.row && explain(target));

/** Show judged reviews; `explained` classifies one of them again. */
export function showRows(judged, explained) {
  rows = judged;
  judge = explained;
  filter = "all";
  element("order").value = "listed";
  element("count").textContent = counted(rows.length, "review");
  element("accuracy").textContent = accuracy();
  element("shares").replaceChildren(
    ...KINDS.map((kind) => {
      const part = create("span");
      part.dataset.verdict = kind;
      part.style.flexGrow = rows.filter((row) => kindOf(row) === kind).length;
      return part;
    }),
  );
  showFilters();
  showTable();
  element("batch").hidden = false;
}

/** Return the number of verdicts of each kind. */
export function summary(judged) {
  const counts = KINDS.map((kind) => [kind, judged.filter((row) => kindOf(row) === kind).length]);
  const found = counts.filter(([, count]) => count > 0);
  return `${found.map(([kind, count]) => `${number(count)} ${(NAMES[kind] ?? kind).toLowerCase()}`).join(", ")}.`;
}

function showFilters() {
  const matching = ["all", ...KINDS, "wrong"].map((name) => [name, rows.filter((row) => matches(row, name))]);
  const focused = document.activeElement?.dataset.filter;
  element("filters").replaceChildren(
    ...matching.filter(([, found]) => found.length > 0).map(([name, found]) => {
      const text = `${NAMES[name] ?? name[0].toUpperCase() + name.slice(1)} ${number(found.length)}`;
      const button = create("button", { className: "small", type: "button", ariaPressed: String(name === filter) }, text);
      Object.assign(button.dataset, { filter: name, verdict: name });
      return button;
    }),
  );
  element("filters").querySelector(`[data-filter="${focused}"]`)?.focus();
}

function showTable() {
  const direction = ORDERS[element("order").value];
  const found = rows.filter((row) => matches(row, filter));
  if (direction) {
    found.sort((a, b) => direction * (certainty(a) - certainty(b)));
  }
  const names = ["Review", "Verdict", "Why"];
  const heads = names.map((name) => create("th", { scope: "col" }, name));
  element("columns").replaceChildren(create("tr", {}, ...heads));
  element("rows").replaceChildren(...found.slice(0, SHOWN).map(tableRow));
  if (found.length > SHOWN) {
    const text = `The download has all ${number(found.length)} reviews.`;
    element("rows").append(create("tr", {}, create("td", { colSpan: names.length }, text)));
  }
}

function tableRow(row) {
  const { review, label, error } = row;
  const shown = [];
  const why = create("td");
  if (row.probability === undefined) {
    shown.push(error?.detail ?? "");
  } else {
    const { kind, name, chance } = wordingOf(row);
    const verdict = create("span", { className: "label" }, name);
    verdict.dataset.verdict = kind;
    shown.push(verdict, create("div", { className: "hint" }, chance));
    const button = create("button", { className: "small", type: "button", ariaExpanded: "false" }, "Why?");
    button.setAttribute("aria-label", `Why? ${review.slice(0, 60)}`);
    button.dataset.row = rows.indexOf(row);
    why.append(button);
  }
  if (label !== undefined) {
    shown.push(create("div", { className: "hint" }, `labelled ${label}${isWrong(row) ? " ✗" : ""}`));
  }
  const text = create("bdi", { className: "clamped" }, review);
  return create("tr", {}, create("td", {}, text), create("td", {}, ...shown), why);
}

/** Open an explanation under a row, or close it. */
async function explain(button) {
  const above = button.closest("tr");
  if (button.ariaExpanded === "true") {
    button.ariaExpanded = "false";
    above.nextElementSibling.remove();
    return;
  }
  button.ariaExpanded = "true";
  const shown = create("td", { colSpan: above.cells.length, role: "status" }, "Reading …");
  above.after(create("tr", { className: "why" }, shown));
  const { review } = rows[button.dataset.row];
  const options = { signal: new AbortController().signal, onWait: (detail) => shown.replaceChildren(detail) };
  try {
    const verdict = await judge(review, options);
    const text = create("p", { className: "marked", dir: "auto" }, ...markedReview(review, verdict));
    for (const mark of text.querySelectorAll("mark")) {
      mark.removeAttribute("role");
      mark.removeAttribute("tabindex");
      mark.removeAttribute("aria-pressed");
      mark.removeAttribute("aria-label");
    }
    const sentence = reasons(verdict, Array.from(review));
    shown.replaceChildren(...(sentence.length > 0 ? sentence : ["No phrase weighs much here."]), text);
  } catch (error) {
    shown.replaceChildren(error instanceof ApiError ? error.message : "Something went wrong on this page.");
  }
}

function download() {
  const href = URL.createObjectURL(new Blob([`\ufeff${csvOf(rows)}`], { type: "text/csv" }));
  create("a", { href, download: "verdicts.csv" }).click();
  URL.revokeObjectURL(href);
}

/** Return how often the verdict agrees with the label in the table. */
function accuracy() {
  const judged = rows.filter(({ label, probability }) => label && probability !== undefined);
  const right = judged.filter((row) => !isWrong(row)).length;
  const share = Math.round((100 * right) / judged.length);
  return judged.length === 0
    ? ""
    : `Right on ${number(right)} of ${number(judged.length)} reviews with a label (${share}%).`;
}

function matches(row, name) {
  return name === "all" || (name === "wrong" ? isWrong(row) : kindOf(row) === name);
}

function kindOf(row) {
  return row.probability === undefined ? "failed" : wordingOf(row).kind;
}

function isWrong({ label, probability }) {
  return label !== undefined && probability !== undefined && (probability >= 0.5) !== (label === "positive");
}

function certainty({ probability }) {
  return probability === undefined ? -1 : Math.abs(probability - 0.5);
}

function counted(count, name) {
  return `${number(count)} ${name}${count === 1 ? "" : "s"}`;
}

function number(count) {
  return count.toLocaleString("en");
}
