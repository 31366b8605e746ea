/** Draft of the review, stored for this tab so that a reload keeps it. */

const KEY = "draft";

export function loadDraft() {
  try {
    return sessionStorage.getItem(KEY) ?? "";
  } catch {
    return ""; // storage is disabled
  }
}

export function saveDraft(text) {
  try {
    sessionStorage.setItem(KEY, text);
  } catch {
    // Disabled or full: the text is still in the text area.
  }
}
