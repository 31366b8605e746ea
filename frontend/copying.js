/** Copies links. */

import { fragmentOf } from "./link.js";

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
