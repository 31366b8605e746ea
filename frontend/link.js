/** Links that carry a review in their fragment, which no server sees. */

const PLAIN = "#review=";
const PACKED = "#packed=";
const LONGEST_PLAIN = 2000; // characters from which a link is compressed
const LONGEST_REVIEW = 1_000_000; // a short link must not expand without limit

/** Return the fragment for a review; that of a long review is compressed. */
export async function fragmentOf(review) {
  const plain = PLAIN + encodeURIComponent(review.toWellFormed?.() ?? review);
  if (plain.length <= LONGEST_PLAIN || typeof CompressionStream === "undefined") {
    return plain;
  }
  const packed = new Blob([review]).stream().pipeThrough(new CompressionStream("deflate-raw"));
  const bytes = new Uint8Array(await new Response(packed).arrayBuffer());
  let binary = "";
  for (const byte of bytes) {
    binary += String.fromCharCode(byte);
  }
  return PACKED + btoa(binary).replaceAll("+", "-").replaceAll("/", "_").replaceAll("=", "");
}

/** Copy the link of a review and return a sentence that says so. */
export async function copyLink(review) {
  const fragment = await fragmentOf(review);
  try {
    await navigator.clipboard.writeText(`${location.origin}${location.pathname}${fragment}`);
    return "Copied. No server sees the review in it.";
  } catch {
    history.replaceState(null, "", fragment); // the browser refuses the clipboard
    return "The link is in the address bar.";
  }
}

/** Return the review in a fragment; null when there is none, or it is damaged. */
export async function reviewIn(fragment) {
  try {
    if (fragment.startsWith(PLAIN)) {
      return decodeURIComponent(fragment.slice(PLAIN.length));
    }
    return fragment.startsWith(PACKED) ? await unpacked(fragment.slice(PACKED.length)) : null;
  } catch {
    return null; // truncated
  }
}

async function unpacked(text) {
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
      return null;
    }
  }
}
