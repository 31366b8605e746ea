/** The sentences of a long review that weigh most. */

const LONG = 1000; // characters from which a review is long
const SHOWN = 3;

/** Return the three strongest sentences of a long review, strongest first; `words` are in order, in code points. */
export function strongestSentences(review, words) {
  if (review.length < LONG || Intl.Segmenter === undefined) {
    return [];
  }
  const sentences = [];
  let end = 0;
  let word = 0;
  for (const segment of segments(review)) {
    end += Array.from(segment).length;
    let weight = 0;
    for (; word < words.length && words[word].start < end; word += 1) {
      weight += words[word].weight;
    }
    sentences.push({ text: segment, weight });
  }
  if (sentences.length <= SHOWN) {
    return [];
  }
  return sentences.sort((a, b) => Math.abs(b.weight) - Math.abs(a.weight)).slice(0, SHOWN);
}

/** Split a review into sentences; a line break, as text or as markup, ends one. */
function* segments(review) {
  const sentences = new Intl.Segmenter("en", { granularity: "sentence" });
  for (const line of review.split(/(?<=<br ?\/?>|\n)/)) {
    for (const { segment } of sentences.segment(line)) {
      yield segment;
    }
  }
}
