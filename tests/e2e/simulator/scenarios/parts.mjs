// What the projects of several scenarios are made of.
export const config = (name, rest = {}) => ({ name, main: "index.js", compatibility_date: "2026-01-01", ...rest });

// A module Worker that answers with a text.
export const module = (text) => `export default {\n  fetch() {\n    return new Response("${text}");\n  },\n};\n`;

// A project of one module Worker.
export const project = (name, rest = {}, text = "hello") => ({ "wrangler.json": config(name, rest), "index.js": module(text) });

// The smallest WebAssembly module: magic and version (WebAssembly core specification, 5.5.16).
export const emptyWasm = Buffer.from([0x00, 0x61, 0x73, 0x6d, 0x01, 0x00, 0x00, 0x00]);
