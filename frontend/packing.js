/** Compressed reviews in links. */

const LONGEST_REVIEW = 1_000_000; // a short link must not expand without limit

/** Return a review, compressed, in the characters of an address. */
export async function packed(review) {
  const stream = new Blob([review]).stream().pipeThrough(new CompressionStream("deflate-raw"));
  const bytes = new Uint8Array(await new Response(stream).arrayBuffer());
  let binary = "";
  for (const byte of bytes) {
    binary += String.fromCharCode(byte);
  }
  return btoa(binary).replaceAll("+", "-").replaceAll("/", "_").replaceAll("=", "");
}

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
