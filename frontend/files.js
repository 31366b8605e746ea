/** Text files that are chosen or dropped. */

import { element } from "./dom.js";

const LARGEST_BYTES = 5_000_000;

/**
 * Read files that the user chooses or drops on the page.
 *
 * @param {(text: string) => void} take receives the text of a file
 * @param {(message: string) => void} refuse receives the reason why a file is not read
 */
export function startFiles(take, refuse) {
  const read = async (file) => {
    if (file.size > LARGEST_BYTES) {
      refuse(`${file.name} has ${file.size.toLocaleString("en")} bytes; at most ${LARGEST_BYTES.toLocaleString("en")} are read.`);
      return;
    }
    const text = decoded(await file.arrayBuffer());
    if (text.includes("\0")) {
      refuse(`${file.name} is not a text file. Choose a CSV, TSV or text file.`);
    } else {
      take(text);
    }
  };
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
      read(event.dataTransfer.files[0]);
    }
  });
}

/** Return the text in UTF-8, in UTF-16 with a byte order mark, or as old spreadsheets write it. */
function decoded(buffer) {
  const [first, second] = new Uint8Array(buffer);
  if ((first === 0xff && second === 0xfe) || (first === 0xfe && second === 0xff)) {
    return new TextDecoder(first === 0xff ? "utf-16le" : "utf-16be").decode(buffer);
  }
  try {
    return new TextDecoder("utf-8", { fatal: true }).decode(buffer);
  } catch {
    return new TextDecoder("windows-1252").decode(buffer);
  }
}
