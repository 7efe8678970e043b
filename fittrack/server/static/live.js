// Shows /asyncapi.json: topics with what is said in them, then messages and types, each with its fields.

const DEPTH_MAX = 3; // types inside types are told in a cell so far, then by their names

const make = (tag, attributes = {}, ...children) => {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) element.setAttribute(name, value);
  element.append(...children);
  return element;
};

// Text with `code` in it.
const prose = (text = "") =>
  text.split("`").map((part, at) => (at % 2 ? make("code", {}, part) : part));

const lastOf = (reference) => reference.split("/").at(-1);

const link = (kind, name) => make("a", { href: `#${kind}-${name}` }, make("code", {}, name));

const between = (items, text) => items.flatMap((item, at) => (at ? [text, item] : [item]));

const table = (headings, rows) =>
  make(
    "table",
    {},
    make("thead", {}, make("tr", {}, ...headings.map((text) => make("th", { scope: "col" }, text)))),
    make("tbody", {}, ...rows.map((cells) => make("tr", {}, ...cells.map((cell) => make("td", {}, ...[cell].flat()))))),
  );

const LIMITS = {
  minimum: "from", maximum: "up to", exclusiveMinimum: "above", exclusiveMaximum: "below",
  minLength: "at least", maxLength: "at most", minItems: "at least", maxItems: "at most",
};

const typeOf = (schema, depth = 0) => {
  if (schema.$ref) return [link("type", lastOf(schema.$ref))];
  if ("const" in schema) return [make("code", {}, JSON.stringify(schema.const))];
  if (schema.enum) return between(schema.enum.map((value) => make("code", {}, JSON.stringify(value))), " or ");
  const options = schema.anyOf ?? schema.oneOf;
  if (options) return between(options.map((option) => typeOf(option, depth + 1)), " or ").flat();
  if (depth > DEPTH_MAX) return ["…"];
  if (schema.type === "array") return ["list of ", ...typeOf(schema.items ?? {}, depth + 1)];
  return [[schema.type ?? "anything"].flat().join(" or "), schema.format ? ` (${schema.format})` : ""];
};

const limitsOf = (schema) =>
  Object.entries(LIMITS).filter(([name]) => name in schema).map(([name, word]) => `${word} ${schema[name]}`).join(", ");

const fields = (schema) =>
  table(
    ["Field", "Type", "Limits", "Meaning"],
    Object.entries(schema.properties ?? {}).map(([name, field]) => [
      make("code", {}, name, schema.required?.includes(name) ? "" : "?"),
      typeOf(field),
      limitsOf(field),
      prose(field.description),
    ]),
  );

const topic = (name, channel, operations) => {
  const said = Object.values(operations).filter((operation) => lastOf(operation.channel.$ref) === name);
  const names = (references) => between(references.map(({ $ref }) => link("message", lastOf($ref))), ", ");
  return [
    make("h3", { id: `topic-${name}` }, name, ...(channel["x-channel"] ? [" ", make("code", {}, channel["x-channel"])] : [])),
    make("p", {}, ...prose(channel.summary)),
    table(
      ["Direction", "Messages", "Answered with"],
      said.map((operation) => [
        operation.action === "receive" ? "client → server" : "server → client",
        names(operation.messages),
        operation.reply ? names(operation.reply.messages) : "",
      ]),
    ),
  ];
};

const message = (name, told) => [
  make("h3", { id: `message-${name}` }, told.title, " ", make("code", {}, `t: ${JSON.stringify(told.name)}`)),
  make("p", {}, ...prose(told.description ?? told.summary)),
  fields(told.payload),
];

const type = (name, schema) => [
  make("h3", { id: `type-${name}` }, name),
  make("p", {}, ...prose(schema.description)),
  schema.properties ? fields(schema) : make("p", {}, ...typeOf(schema)),
];

const each = (things, show) => Object.entries(things).flatMap(([name, thing]) => show(name, thing));

const show = (api) => [
  make("p", {}, make("a", { href: "/" }, "FitTrack"), " · ", make("a", { href: "/asyncapi.json" }, "AsyncAPI document")),
  make("h1", {}, api.info.title),
  make("p", { class: "lead" }, ...prose(api.info.description)),
  make("h2", {}, "Where"),
  table(["Address", "Subprotocols"], each(api.servers, (_, server) => [[
    make("code", {}, `${server.protocol}://${server.host}${Object.values(api.channels)[0].address}`), server.description,
  ]])),
  make("h2", {}, "Topics"),
  ...each(api.channels, (name, channel) => topic(name, channel, api.operations)),
  make("h2", {}, "Messages"),
  ...each(api.components.messages, message),
  make("h2", {}, "Types"),
  ...each(api.components.schemas, type),
  make("h2", {}, "Close codes"),
  table(["Code", "Reason", "Come back"], api["x-close-codes"].map((code) => [`${code.code}`, code.reason, code.reconnect ? "yes" : "no"])),
  make("h2", {}, "Problems"),
  table(["Code", "Status", "Meaning"], api["x-problems"].map((problem) => [
    make("a", { href: `/problems/${problem.code}` }, make("code", {}, problem.code)), `${problem.status}`, problem.title,
  ])),
];

const page = document.getElementById("live");
try {
  const answer = await fetch("/asyncapi.json");
  page.append(...show(await answer.json()));
} catch (error) {
  page.append(make("p", { role: "alert" }, `The document could not be read: ${error.message}`));
}
page.removeAttribute("aria-busy");
