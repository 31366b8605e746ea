/** The parts that few visitors use; their modules are loaded when they do. */

import { element } from "./dom.js";
import { load, messageOf } from "./patience.js";

/**
 * Connect the drawer about the model, the snippets, and files that are chosen or dropped.
 *
 * `take` receives the text of a file, and `refuse` the reason why it is not read.
 */
export function startFolded(config, take, refuse) {
  const drawer = element("card");
  let asking = new AbortController();
  element("about").addEventListener("click", async () => {
    asking = new AbortController();
    const { signal } = asking;
    const show = (text) => {
      if (!signal.aborted) {
        element("card-message").textContent = text;
      }
    };
    drawer.showModal();
    show("Asking the model …");
    await load("./card.js")
      .then(({ fillCard }) => fillCard(config, { signal, onWait: show }))
      .then(() => show(""), (error) => show(messageOf(error)));
  });
  drawer.addEventListener("close", () => asking.abort());

  element("code").addEventListener("toggle", async ({ target }) => {
    if (target.open) {
      await Promise.all([load("./code.js"), config()]).then(
        ([{ showSnippets }, { api }]) => showSnippets(api, element("review").value),
        (error) => element("snippets").replaceChildren(messageOf(error)),
      );
    }
  });

  const read = (file) =>
    load("./files.js")
      .then(({ textOf }) => textOf(file))
      .then(take, (error) => refuse(messageOf(error)));
  const input = element("file");
  input.addEventListener("change", () => {
    if (input.files.length > 0) {
      read(input.files[0]);
      input.value = ""; // the same file can be chosen again
    }
  });
  const carriesFile = ({ dataTransfer }) => dataTransfer?.types.includes("Files");
  document.addEventListener("dragover", (event) => carriesFile(event) && event.preventDefault());
  document.addEventListener("drop", (event) => {
    if (carriesFile(event)) {
      event.preventDefault();
      const { files } = event.dataTransfer;
      if (files.length > 1) {
        refuse(`${files.length} files were dropped. Drop one file at a time.`);
      } else {
        read(files[0]);
      }
    }
  });
}
