/** Reads JSON lines. */

/** Return the objects as records, with their keys as the first; null when a line has none. */
export function recordsOf(lines) {
  try {
    const objects = lines.map((line) => JSON.parse(line));
    const names = Object.keys(objects[0]);
    return [names, ...objects.map((one) => names.map((name) => String(one[name] ?? "")))];
  } catch {
    return null;
  }
}
