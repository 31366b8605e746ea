/** The text being written, kept for this tab so that a reload loses nothing. */

const KEY = "draft";

export function loadDraft() {
  try {
    return sessionStorage.getItem(KEY) ?? "";
  } catch {
    return ""; // storage is switched off
  }
}

export function saveDraft(text) {
  try {
    sessionStorage.setItem(KEY, text);
  } catch {
    // Switched off or full: the text is still in the text area.
  }
}
