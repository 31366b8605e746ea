/** Renders the OpenAPI document of this deployment. Its content is only ever inserted as text. */

import { loadConfig } from "./config.js";
import { create, element } from "./dom.js";
import { patiently } from "./patience.js";

const options = { signal: new AbortController().signal, onWait: showMessage };

try {
  const { api } = await loadConfig(options);
  const described = await patiently(`${api}/openapi.json`, undefined, options);
  showMessage(described.info.description);
  element("operations").replaceChildren(...operations(described, api));
  element("schemas").replaceChildren(
    ...Object.entries(described.components.schemas).map(([name, schema]) => schemaSection(name, schema)),
  );
  // The links into the schemas exist only now.
  document.getElementById(location.hash.slice(1))?.scrollIntoView();
} catch (error) {
  showMessage(`The description of the API cannot be read. ${error.message}`);
}

function showMessage(text) {
  element("about").replaceChildren(...rich(text.replace(/([^\n])\n(?!\n)/g, "$1 ")));
}

function operations({ paths }, api) {
  return Object.entries(paths).flatMap(([path, methods]) =>
    Object.entries(methods)
      .filter(([method]) => method !== "head")
      .map(([method, operation]) => operationSection(`${method.toUpperCase()} ${api}${path}`, operation)),
  );
}

function operationSection(title, { summary, description, parameters = [], requestBody, responses }) {
  const asked = Object.entries(requestBody?.content ?? {}).map(([type, { schema }]) => [type, ...typeOf(schema)]);
  const queries = parameters.filter(({ name }) => name).map((one) => [one.name, one.description]);
  const answers = Object.entries(responses).map(([status, answer]) => {
    const kinds = Object.entries(answer.content ?? {}).flatMap(([type, { schema }]) => [`${type}: `, ...typeOf(schema), " "]);
    return [status, create("span", {}, ...rich(answer.description)), create("span", {}, ...kinds)];
  });
  return create(
    "section",
    {},
    create("h2", {}, create("code", {}, title)),
    create("p", {}, ...rich(`${summary}. ${description ?? ""}`)),
    ...table(title, ["Parameter", "Meaning"], queries),
    ...table(title, ["Body", "Schema"], asked),
    ...table(title, ["Status", "Meaning", "Body"], answers),
  );
}

function schemaSection(name, schema) {
  const fields = Object.entries(schema.properties ?? {}).map(([field, type]) => [
    create("code", {}, field),
    create("span", {}, ...typeOf(type)),
    (schema.required ?? []).includes(field) ? "always" : "optional",
    create("span", {}, ...rich(type.description ?? "")),
  ]);
  return create(
    "section",
    { id: name },
    create("h3", {}, name),
    create("p", {}, ...rich(schema.description ?? "")),
    ...table(name, ["Field", "Type", "Present", "Meaning"], fields),
  );
}

/** Return a text as nodes, with code where it has backticks. */
function rich(text) {
  return text.split("`").map((part, index) => (index % 2 === 1 ? create("code", {}, part) : part));
}

/** Return a type as nodes, with links to named schemas. */
function typeOf(schema) {
  if (schema.$ref) {
    const name = schema.$ref.split("/").at(-1);
    return [create("a", { href: `#${name}` }, name)];
  }
  if (schema.oneOf) {
    return schema.oneOf.flatMap((one, index) => [...(index > 0 ? [" or "] : []), ...typeOf(one)]);
  }
  if (schema.type === "array") {
    return ["list of ", ...typeOf(schema.items)];
  }
  return [schema.enum?.map((value) => `"${value}"`).join(", ") ?? schema.type ?? "any value"];
}

/** Return a table in a list, or nothing without rows. */
function table(title, names, rows) {
  if (rows.length === 0) {
    return [];
  }
  const head = create("tr", {}, ...names.map((name) => create("th", { scope: "col" }, name)));
  const body = rows.map(([first, ...rest]) =>
    create("tr", {}, create("td", {}, first), ...rest.map((cell) => create("td", {}, cell))),
  );
  const scroll = create("div", { tabIndex: 0, role: "region" }, create("table", {}, create("thead", {}, head), create("tbody", {}, ...body)));
  scroll.setAttribute("aria-label", `${title}: ${names[0].toLowerCase()}`);
  return [scroll];
}
