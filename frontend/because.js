/** The reasons for a verdict as a sentence. */

import { create } from "./dom.js";
import { isSentiment, wordingOf } from "./verdict.js";

export const MARKED = 12; // phrases that are marked at most
const FAINT = 0.1; // log-odds below which a phrase is not marked
const WORTH = 0.15; // log-odds from which a phrase is worth a mention in the sentence
const FOR = 3;
const AGAINST = 2;
const CORE = 0.6; // share of the strongest word's weight that its neighbours in a quotation have
const LONGEST = 40;
const SCOPE = 4; // words that a negation reaches, as for the model
/** The negations of the model; a sign or an entity inside a word is an apostrophe. */
export const NEGATION =
  /^(anything|barely|cannot|hardly|lack(s|ing)?|neither|never|nobody|none|nor|nothing|not?|without|(ai|ca|could|did|does|do|is|was|wo|would)nt|.*n(&#?\w+;|\W)t)$/i;

/** Return a sentence for the code points of a review, as nodes: Because of 'wonderful', 'most moving', despite 'script'. */
export function reasons(verdict, letters) {
  const { kind } = wordingOf(verdict);
  if (kind === "guess") {
    return [];
  }
  const side = isSentiment(verdict) && verdict.probability < 0.5 ? -1 : 1;
  const pros = quotations(verdict, letters, side, FOR, true);
  const cons = quotations(verdict, letters, -side, AGAINST);
  if (kind === "mixed" || kind === "unsure") {
    const [good, bad] = side > 0 ? [pros, cons] : [cons, pros];
    const what = kind === "mixed" ? ["it"] : [create("bdi", {}, verdict.label)];
    return [...part(["Speaking for ", ...what, ": "], good, ". "), ...part(["Against it: "], bad, ".")];
  }
  const because = part(["Because of "], pros, cons.length > 0 ? ", " : ".");
  return [...because, ...part([pros.length > 0 ? "despite " : "Despite "], cons, ".")];
}

/** Return the phrases that are marked, which are the only ones to quote. */
export function markedPhrases(phrases) {
  return phrases.slice(0, MARKED).filter(({ weight }, rank) => rank === 0 || Math.abs(weight) >= FAINT);
}

/** Return the cores of the phrases on one side that are worth a mention; if one is needed, the strongest. */
function quotations({ phrases, explanation }, letters, side, most, needed = false) {
  const found = new Map();
  const those = markedPhrases(phrases).filter(({ weight }) => weight * side > 0);
  for (const phrase of those.filter(({ weight }, rank) => (rank === 0 && needed) || weight * side >= WORTH)) {
    const { start, end } = core(phrase, explanation, letters);
    const text = shortened(letters.slice(start, end));
    found.set(text.toLowerCase(), found.get(text.toLowerCase()) ?? text);
  }
  return [...found.values()].slice(0, most);
}

/** Return the strongest word of a phrase with its strong neighbours and the negation before it. */
function core(phrase, words, letters) {
  const inside = words.filter(({ start, end }) => start >= phrase.start && end <= phrase.end);
  if (inside.length === 0) {
    return phrase;
  }
  const weights = inside.map(({ weight }) => Math.abs(weight));
  const most = Math.max(...weights);
  let first = weights.indexOf(most);
  let last = first;
  while (weights[first - 1] >= CORE * most) {
    first -= 1;
  }
  while (weights[last + 1] >= CORE * most) {
    last += 1;
  }
  const negates = ({ start, end }) => NEGATION.test(letters.slice(start, end).join(""));
  const before = inside.slice(Math.max(0, first - SCOPE), first).findIndex(negates);
  first = before < 0 ? first : Math.max(0, first - SCOPE) + before;
  return { start: inside[first].start, end: inside[last].end };
}

function shortened(letters) {
  const text = letters.slice(0, LONGEST).join("").replace(/\s+/g, " ");
  return letters.length > LONGEST ? `${text} …` : text;
}

/** Return quotations, as text only, between an introduction in nodes and an end; nothing without any. */
function part(introduction, texts, end) {
  const quoted = texts.flatMap((text, index) => [
    index > 0 ? ", '" : "'",
    create("bdi", {}, text),
    "'",
  ]);
  return texts.length > 0 ? [...introduction, ...quoted, end] : [];
}
