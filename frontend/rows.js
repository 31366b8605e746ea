/** Table of judged reviews: shares, filters, order, and an explanation of each row. */

import { NOUN, capital, create, element, nodes, number } from "./dom.js";
import { groupsOf, isJudged } from "./groups.js";
import { showMessage } from "./message.js";
import { load, messageOf } from "./patience.js";
import { percentOf } from "./shares.js";
import { VIEW, store, stored } from "./storage.js";
import { addStyle } from "./style.js";
import { isSentiment, wordingOf } from "./verdict.js";

await addStyle("lists.css");

const ORDERS = { certain: -1, uncertain: 1 };
const SUMMARIZED = 3; // labels that the summary names
const SHOWN = 1000; // rows; the download has all

let rows = [];
let groups = [];
let filter = "all";
let judge;

element("download").addEventListener("click", () => withModule("./csv.js", ({ download }) => download(rows)));
element("order").addEventListener("change", changeView);
element("filters").addEventListener("click", ({ target }) => {
  const button = target.closest("button");
  if (button) {
    filter = button.dataset.filter;
    showFilters();
    changeView();
  }
});
element("rows").addEventListener("click", ({ target }) =>
  target.dataset.row && withModule("./why.js", ({ explain }) => explain(target, rows[target.dataset.row].review, judge)));

/** Show judged reviews in the stored view; `explained` classifies one of them again. */
export function showRows(judged, explained) {
  rows = judged;
  judge = explained;
  const view = stored(VIEW, { filter: "all", order: "listed" });
  filter = view.filter;
  element("order").value = view.order;
  element("count").textContent = `${number(rows.length)} ${NOUN}${rows.length === 1 ? "" : "s"}`;
  element("accuracy").textContent = accuracy();
  groups = groupsOf(rows);
  element("shares").replaceChildren(
    ...groups.map((group) => {
      const part = coloured(create("span"), group);
      part.style.flexGrow = group.rows.length;
      return part;
    }),
  );
  showFilters();
  showTable();
  element("batch").hidden = false;
}

/** Return the number of verdicts of each kind, as parts; every second part is a label. */
export function summary(judged) {
  const found = groupsOf(judged, SUMMARIZED).filter((group) => group.rows.length > 0);
  const parts = found.flatMap(({ name: [name, label], rows: those }, place) => [
    `${place > 0 ? ", " : ""}${number(those.length)} ${name.toLowerCase()}`,
    label,
  ]);
  return [...parts, "."];
}

/** Show the rows in another order or with another filter, which a reload keeps. */
function changeView() {
  store(VIEW, { filter, order: element("order").value });
  showTable();
}

function showFilters() {
  const all = { key: "all", name: ["All", ""], rows };
  const wrong = { key: "wrong", name: ["Wrong", ""], rows: rows.filter(isWrong) };
  const focused = document.activeElement?.dataset.filter;
  element("filters").replaceChildren(
    ...[all, ...groups, wrong].filter((group) => group.rows.length > 0).map((group) => {
      const ariaPressed = String(group.key === filter);
      const text = [...nodes(group.name), ` ${number(group.rows.length)}`];
      const button = create("button", { className: "small", type: "button", ariaPressed }, ...text);
      button.dataset.filter = group.key;
      return coloured(button, group);
    }),
  );
  element("filters").querySelector(`[data-filter="${focused}"]`)?.focus();
}

/** Give a node the colour of its group. */
function coloured(node, { kind, place }) {
  if (place !== undefined) {
    node.dataset.place = place;
    node.style.setProperty("--place", place);
  } else if (kind !== undefined) {
    node.dataset.verdict = kind;
  }
  return node;
}

function showTable() {
  const direction = ORDERS[element("order").value];
  const found = filter === "wrong" ? rows.filter(isWrong) : [...(groups.find(({ key }) => key === filter)?.rows ?? rows)];
  if (direction) {
    found.sort((a, b) => direction * (certainty(a) - certainty(b)));
  }
  const names = [capital(NOUN), "Verdict", "Why"];
  const heads = names.map((name) => create("th", { scope: "col" }, name));
  element("columns").replaceChildren(create("tr", {}, ...heads));
  element("rows").replaceChildren(...found.slice(0, SHOWN).map(tableRow));
  if (found.length > SHOWN) {
    const text = `The download has all ${number(found.length)} ${NOUN}s.`;
    element("rows").append(create("tr", {}, create("td", { colSpan: names.length }, text)));
  }
}

function tableRow(row) {
  const { review, spelled, error } = row;
  const shown = [];
  const why = create("td");
  if (isJudged(row)) {
    const { kind, name, chance } = wordingOf(row);
    const verdict = create("span", { className: "label" }, ...nodes(name));
    verdict.dataset.verdict = kind;
    shown.push(verdict, create("div", { className: "hint" }, chance));
    const button = create("button", { className: "small", type: "button", ariaExpanded: "false" }, "Why?");
    button.setAttribute("aria-label", `Why? ${review.slice(0, 60)}`);
    button.dataset.row = rows.indexOf(row);
    why.append(button);
  } else {
    shown.push(error?.detail ?? "");
  }
  if (spelled !== undefined) {
    shown.push(create("div", { className: "hint" }, ...nodes(["labelled ", spelled, isWrong(row) ? " ✗" : ""])));
  }
  const text = create("bdi", { className: "clamped" }, review);
  return create("tr", {}, create("td", {}, text), create("td", {}, ...shown), why);
}

function withModule(name, act) {
  load(name).then(act).catch((error) => showMessage(messageOf(error), "error"));
}

/** Return how often the verdict agrees with the label in the table. */
function accuracy() {
  const compared = rows.filter((row) => typeof row.right === "boolean");
  const right = compared.filter((row) => row.right).length;
  const guesses = rows.filter((row) => row.right === null).length;
  const share = percentOf(right / compared.length);
  return [
    compared.length > 0 && `Right on ${number(right)} of ${number(compared.length)} ${NOUN}s with a label (${share}).`,
    guesses > 0 && `Not counted: ${number(guesses)} guess${guesses === 1 ? "" : "es"}.`,
    compared.length + guesses === 0 && rows.some((row) => row.spelled) && "The labels are not recognized, so the accuracy is unknown.",
  ].filter(Boolean).join(" ");
}

function isWrong({ right }) {
  return right === false;
}

/** Return the probability of the verdict. */
function certainty(row) {
  if (isSentiment(row)) {
    return Math.max(row.probability, 1 - row.probability);
  }
  return isJudged(row) ? row.probabilities[row.label] : -1;
}
