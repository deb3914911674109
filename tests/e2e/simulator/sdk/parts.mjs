// What the scenarios of the SDK have in common.
import assert from "node:assert/strict";

// All items of a list, over all of its pages.
export async function all(pages) {
  const items = [];
  for await (const item of pages) items.push(item);
  return items;
}

// That the service refuses a call with this status and code.
export function refused(promise, status, code) {
  return assert.rejects(promise, (error) => {
    assert.equal(error.status, status);
    assert.equal(error.errors?.[0]?.code, code);
    return true;
  });
}

export const moduleFile = (name, text) => new File([text], name, { type: "application/javascript+module" });
export const code = (text) => `export default { fetch() { return new Response("${text}"); } };\n`;
