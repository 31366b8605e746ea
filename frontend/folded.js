/** The parts that few visitors open; their modules are loaded when they do. */

import { element } from "./dom.js";

const FAILED = "This part of the page cannot be loaded. Reload the page.";

/** Connect the drawer about the model and the snippets; `config` returns the configuration. */
export function startFolded(config) {
  const drawer = element("card");
  let asking = new AbortController();
  element("about").addEventListener("click", async () => {
    asking = new AbortController();
    const { signal } = asking;
    drawer.showModal();
    element("card-message").textContent = "Asking the model …";
    const card = await import("./card.js").catch(() => null);
    if (card === null) {
      element("card-message").textContent = FAILED;
    } else {
      await card.fillCard(config, signal);
    }
  });
  drawer.addEventListener("close", () => asking.abort());
  element("code").addEventListener("toggle", async ({ target }) => {
    if (!target.open) {
      return;
    }
    try {
      const { showSnippets } = await import("./code.js");
      showSnippets((await config()).api, element("review").value);
    } catch {
      element("snippets").textContent = FAILED;
    }
  });
}
