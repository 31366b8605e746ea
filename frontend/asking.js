/** One request at a time: a new one cancels the last one and its output. */

import { hideAnswer } from "./answering.js";
import { loadConfig } from "./config.js";
import { element, hideSample } from "./dom.js";
import { hideElapsed, reveal, showMessage, showRefusal, startClock } from "./message.js";
import { ApiError, OfflineError, messageOf } from "./patience.js";
import { LIST, store } from "./storage.js";

const LATER = "Your text is kept and will be sent when you are online again.";
let again = null; // repeats the request that failed offline
let running = new AbortController();
let configuration = loadConfig({ signal: running.signal, onWait: showMessage });

configuration.catch(showConfigurationError);
window.addEventListener("online", () => again?.());

/** Return the configuration. */
export async function currentConfig() {
  return configuration;
}

/**
 * Send a request, cancelling the previous one.
 *
 * `refuse` returns why the text is not sent, `repeat` sends it again, and `ask` returns a message and what to reveal.
 */
export async function send({ live = false, refuse, repeat }, ask) {
  // While the user types, the last verdict stays until the next one arrives.
  const { signal } = startOver({ keepVerdict: live });
  const show = (text, kind) => {
    showMessage(text, kind);
    if (!live) {
      reveal("message");
    }
  };
  const options = { signal, onWait: (detail) => show(detail) };
  hideElapsed();
  show(live ? "" : "Reading …");
  const stop = startClock();
  try {
    configuration = configuration.catch(() => loadConfig(options));
    const config = await configuration;
    signal.throwIfAborted();
    const refused = refuse(config.maxReviewCharacters);
    if (refused) {
      stop();
      showRefusal(refused);
      element("review").focus();
      return;
    }
    const { message, shown } = await ask(config, options);
    stop();
    showMessage(message);
    if (!live) {
      reveal(shown);
    }
  } catch (error) {
    stop();
    if (!signal.aborted) {
      hideAnswer();
      again = error instanceof OfflineError ? repeat : null;
      show(again && !navigator.onLine ? `${messageOf(error)} ${LATER}` : messageOf(error), "error");
    }
  }
}

/** Cancel the running request, clear its output and return a new AbortController. */
export function startOver({ keepVerdict = false } = {}) {
  again = null;
  running.abort();
  running = new AbortController();
  hideSample();
  // The elements below a verdict appear together with it, so that they need not move.
  element("footer").hidden = element("verdict").hidden;
  element("code").open = false; // it shows the last review
  if (!keepVerdict) {
    hideAnswer();
  }
  if (!element("batch").hidden) {
    element("batch").hidden = true;
    store(LIST, []);
  }
  return running;
}

/** Show the error unless the page is only offline. */
function showConfigurationError(error) {
  if (error instanceof ApiError && !(error instanceof OfflineError)) {
    showMessage(error.message, "error");
  }
}
