/** Values stored for this tab, so that a reload keeps them. */

export const DRAFT = "draft"; // key of the text
export const LIST = "list"; // key of the judged list
export const VIEW = "view"; // key of the list's filter and order
export const VERDICT = "verdict"; // key of the shown verdict with its text

/** Return the stored value, or `missing` where there is none that can be read. */
export function stored(key, missing) {
  try {
    return JSON.parse(sessionStorage.getItem(key)) ?? missing;
  } catch {
    return missing; // storage is disabled, or another page has stored something else
  }
}

/** Store a value, and return whether it was stored; if not, no older value remains. */
export function store(key, value) {
  try {
    sessionStorage.removeItem(key);
    sessionStorage.setItem(key, JSON.stringify(value));
    return true;
  } catch {
    return false; // disabled or full: the page still shows the value until the next reload
  }
}
