/** The current review as a request in curl, Python and JavaScript. */

import { NOUN, create, element, number } from "./dom.js";
import { addStyle } from "./style.js";

await addStyle("folded.css");

const LONGEST = 2000;
const ANY = "A superb film, I loved it.";

/** Show the snippets for a review; `api` is the API's path. */
export function showSnippets(api, text) {
  const address = `${site()}${api}/predict`;
  const isLong = text.length > LONGEST;
  const review = text.trim() && !isLong ? text : ANY;
  const example = isLong ? `an example, as the ${NOUN} above has more than ${number(LONGEST)} characters` : "an example";
  element("sent").textContent = review === text ? `the ${NOUN} above` : example;
  element("snippets").replaceChildren(
    ...Object.entries(snippets(address, review)).map(([language, code]) => snippet(language, code)),
  );
}

/** Return the origin of the page; that of the embedded AWS, which only browsers and curl resolve, has a second address. */
function site() {
  const [, local, port] = /^http:\/\/(\w+)\.cloudfront\.localhost(:\d+)$/.exec(location.origin) ?? [];
  return local ? `http://127.0.0.1${port}/_aws/cloudfront/${local}` : location.origin;
}

function snippets(address, review) {
  const body = JSON.stringify({ review });
  return {
    curl: `curl -H 'Content-Type: application/json' -d '${body.replaceAll("'", "'\\''")}' ${address}`,
    Python: [
      "import json, urllib.request",
      "",
      `body = json.dumps({"review": ${JSON.stringify(review)}}).encode()`,
      `request = urllib.request.Request("${address}", body, {"Content-Type": "application/json"})`,
      "print(json.load(urllib.request.urlopen(request)))",
    ].join("\n"),
    JavaScript: [
      `const answer = await fetch("${address}", {`,
      '  method: "POST",',
      '  headers: { "Content-Type": "application/json" },',
      `  body: JSON.stringify({ review: ${JSON.stringify(review)} }),`,
      "});",
      "console.log(await answer.json());",
    ].join("\n"),
  };
}

function snippet(language, code) {
  const copy = create("button", { className: "small", type: "button" }, "Copy");
  copy.setAttribute("aria-label", `Copy ${language}`);
  copy.addEventListener("click", async () => {
    await navigator.clipboard?.writeText(code);
    copy.textContent = "Copied";
  });
  const heading = create("div", { className: "heading" }, create("h3", {}, language), copy);
  const text = create("pre", { tabIndex: 0 }, create("code", {}, code));
  return create("div", {}, heading, text);
}
