// What values.schema.json lists, against what the documentation lists and what the values of the tests use.

// Every field that the schema knows: `path.of.field`, with * for the free names of a map.
export function fieldsOf(schema) {
  const fields = new Map();
  const visit = (node, at) => {
    const one = node.$ref ? schema.definitions[node.$ref.split("/").pop()] : node;
    for (const [name, property] of Object.entries(one.properties ?? {})) {
      const below = at ? `${at}.${name}` : name;
      fields.set(below, property);
      visit(property, below);
    }
    if (typeof one.additionalProperties === "object") visit(one.additionalProperties, `${at}.*`);
    if (one.items) visit(one.items, `${at}.*`);
  };
  visit(schema, "");
  return fields;
}

// Objects that would let a misspelt key pass.
export function openObjects(schema, free) {
  const open = [];
  const visit = (node, at) => {
    if (node.type === "object" && node.additionalProperties === undefined && !free.includes(at)) open.push(at);
    for (const [name, property] of Object.entries(node.properties ?? {})) visit(property, at ? `${at}.${name}` : name);
    if (typeof node.additionalProperties === "object") visit(node.additionalProperties, `${at}.*`);
    if (node.items) visit(node.items, `${at}.*`);
  };
  visit(schema, "");
  for (const [name, definition] of Object.entries(schema.definitions)) visit(definition, `#${name}`);
  return open;
}

// The fields that a set of values uses.
export function fieldsUsed(values, fields) {
  const used = new Set();
  const visit = (value, at) => {
    if (at && fields.has(at)) used.add(at);
    if (Array.isArray(value)) value.forEach((item) => visit(item, `${at}.*`));
    else if (typeof value === "object" && value !== null) {
      for (const [name, item] of Object.entries(value)) {
        const below = at ? `${at}.${name}` : name;
        visit(item, fields.has(below) ? below : `${at}.*`);
      }
    }
  };
  visit(values, "");
  return used;
}

// The fields of the first table below each heading of docs/configuration.md: {"accounts": ["account_id", …], …}.
export function documentedFields(markdown) {
  const found = {};
  for (const section of markdown.split(/^##+ /m)) {
    const [, heading, table] = /^(.*)\n[^|]*((?:^\|.*\n)*)/m.exec(section) ?? [];
    const cells = [...(table ?? "").matchAll(/^\| (`[^|]*`) \|/gm)].map(([, cell]) => cell);
    found[heading] = cells.flatMap((cell) => [...cell.matchAll(/`([a-z_.]+)`/g)].map(([, name]) => name));
  }
  return found;
}
