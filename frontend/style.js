/** Style sheets that only some visits need. */

import { create } from "./dom.js";

/** Add a style sheet to the page, if it has not been added, and wait until it applies. */
export async function addStyle(href) {
  if (document.querySelector(`link[href="${href}"]`) === null) {
    const link = create("link", { rel: "stylesheet", href });
    await new Promise((resolve) => {
      link.onload = link.onerror = resolve;
      document.head.append(link);
    });
  }
}
