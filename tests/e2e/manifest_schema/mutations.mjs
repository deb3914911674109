// Small changes to a document, each of which the schema and the parser must judge alike.

const values = [null, true, 1, -1, 1.5, 0, "", "text", "two words", "a/b", "/", "${NO_SUCH_VALUE}", [], {}, [1], ["text"], [null], [{}], { a: 1 }, { a: null }];

const isNested = (value) => value !== null && typeof value === "object";

// Every path into a document, each a list of keys and indices.
function paths(value, at = []) {
  const inside = isNested(value) ? Object.entries(value).flatMap(([key, member]) => paths(member, [...at, key])) : [];
  return [at, ...inside];
}

// A copy in which `change(parent, key)` was done to what is at `path`.
function changed(document, path, change) {
  const copy = structuredClone(document);
  const parent = path.slice(0, -1).reduce((node, key) => node[key], copy);
  change(parent, path.at(-1));
  return copy;
}

const remove = (parent, key) => (Array.isArray(parent) ? parent.splice(Number(key), 1) : delete parent[key]);

export function mutations(document) {
  const out = [];
  for (const path of paths(document)) {
    const where = `/${path.join("/")}`;
    const found = path.reduce((node, key) => node[key], document);
    if (path.length > 0) {
      out.push([`${where} removed`, changed(document, path, remove)]);
      for (const value of values) {
        out.push([`${where} = ${JSON.stringify(value)}`, changed(document, path, (parent, key) => (parent[key] = value))]);
      }
    }
    if (isNested(found) && !Array.isArray(found)) {
      for (const key of ["unknown_field", "odd key", "name", "type"]) {
        if (key in found) continue;
        const added = { ...structuredClone(found), [key]: "text" };
        out.push([
          `${where} with ${JSON.stringify(key)}`,
          path.length === 0 ? added : changed(document, path, (parent, last) => (parent[last] = added)),
        ]);
      }
    }
  }
  return out;
}
