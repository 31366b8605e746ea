/** Links that carry a review in their fragment, which no server sees. */

import { ApiError, load } from "./patience.js";

const PLAIN = "#review=";
const PACKED = "#packed=";
const LONGEST_PLAIN = 2000; // characters from which a link is compressed

/** Return the fragment for a review; that of a long review is compressed. */
export async function fragmentOf(review) {
  const plain = PLAIN + encodeURIComponent(review.toWellFormed?.() ?? review);
  if (plain.length <= LONGEST_PLAIN || typeof CompressionStream === "undefined") {
    return plain;
  }
  const packing = await load("./packing.js").catch(() => null);
  return packing ? PACKED + (await packing.packed(review)) : plain;
}

/** Return the review in a fragment, or null; throw an ApiError when the fragment is truncated. */
export async function reviewIn(fragment) {
  if (fragment.startsWith(PLAIN)) {
    return undamaged(() => decodeURIComponent(fragment.slice(PLAIN.length)));
  }
  if (fragment.startsWith(PACKED)) {
    const { unpacked } = await load("./unpacking.js");
    return undamaged(() => unpacked(fragment.slice(PACKED.length)));
  }
  return null;
}

async function undamaged(read) {
  try {
    return await read();
  } catch {
    throw new ApiError("The link is incomplete; ask for it again.");
  }
}
