/** The review in a compressed link. */

const LONGEST_REVIEW = 1_000_000; // a short link must not expand without limit

/** Return the review; throw when the text is truncated, or the review is longer than any. */
export async function unpacked(text) {
  const binary = atob(text.replaceAll("-", "+").replaceAll("_", "/"));
  const bytes = Uint8Array.from(binary, (letter) => letter.charCodeAt(0));
  const stream = new Blob([bytes]).stream().pipeThrough(new DecompressionStream("deflate-raw"));
  const reader = stream.pipeThrough(new TextDecoderStream("utf-8", { fatal: true })).getReader();
  let review = "";
  for (;;) {
    const { done, value } = await reader.read();
    if (done) {
      return review;
    }
    review += value;
    if (review.length > LONGEST_REVIEW) {
      await reader.cancel();
      throw new RangeError("longer than any review");
    }
  }
}
