/** Text files that are chosen or dropped. */

import { number } from "./dom.js";
import { ApiError } from "./patience.js";

const LARGEST_BYTES = 5_000_000;

/**
 * Return the text of a file.
 *
 * @param {File} file
 * @throws {ApiError} with the reason why the file is not read
 */
export async function textOf(file) {
  if (file.size > LARGEST_BYTES) {
    const limit = `${number(LARGEST_BYTES)} bytes`;
    throw new ApiError(`${file.name} is larger than ${limit}. The command "make score" judges files of any size.`);
  }
  const bytes = await file.arrayBuffer().catch(() => {
    throw new ApiError(`${file.name} cannot be read. Choose a CSV, TSV or text file.`); // such as a folder
  });
  const text = decoded(file.name, bytes);
  if (text.includes("\0")) {
    throw new ApiError(`${file.name} is not a text file. Choose a CSV, TSV or text file.`);
  }
  if (!text.trim()) {
    throw new ApiError(`${file.name} is empty. Choose a file with text.`);
  }
  return text;
}

/**
 * Return the text in UTF-8, in UTF-16 with a byte order mark, or as old spreadsheets write it.
 *
 * @throws {ApiError} with the line of the first damaged character
 */
function decoded(name, buffer) {
  const [first, second] = new Uint8Array(buffer);
  if ((first === 0xff && second === 0xfe) || (first === 0xfe && second === 0xff)) {
    return new TextDecoder(first === 0xff ? "utf-16le" : "utf-16be").decode(buffer);
  }
  try {
    return new TextDecoder("utf-8", { fatal: true }).decode(buffer);
  } catch {
    const parts = new TextDecoder("utf-8", { ignoreBOM: true }).decode(buffer).split("\ufffd");
    const [before] = parts;
    const sound = parts.join("").match(/[^\0-\x7f]/gu) ?? [];
    // In an old encoding, hardly any letters happen to be valid UTF-8.
    if (sound.length >= parts.length - 1) {
      const line = number(before.split(/\r\n|\r|\n/).length);
      throw new ApiError(`${name}, line ${line}: a character is not valid UTF-8. Save the file as UTF-8 again.`);
    }
    return new TextDecoder("windows-1252").decode(buffer);
  }
}
