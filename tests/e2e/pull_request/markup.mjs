// What GitHub's Markdown makes of a comment: its HTML, and what of it is not code.
import path from "node:path";
import { pathToFileURL } from "node:url";

const load = (name) => import(pathToFileURL(path.join(process.env.PLUMBLINE_NODE_MODULES, name, "index.js")));
const { micromark } = await load("micromark");
const { gfm, gfmHtml } = await load("micromark-extension-gfm");

export const render = (text) =>
  micromark(text, { allowDangerousHtml: true, extensions: [gfm()], htmlExtensions: [gfmHtml()] });

// GitHub looks for mentions, issues and emoji in all text but that of code.
export const withoutCode = (html) =>
  html.replace(/<pre><code[^>]*>[\s\S]*?<\/code><\/pre>/g, "").replace(/<code>[\s\S]*?<\/code>/g, "");

export const tags = (html) => [...html.matchAll(/<\/?([a-zA-Z][a-zA-Z0-9]*)/g)].map((found) => found[1].toLowerCase());

// Whether every element that is opened is closed, in order.
export function isBalanced(html) {
  const open = [];
  for (const [, slash, name] of html.replace(/<!--[\s\S]*?-->/g, "").matchAll(/<(\/?)([a-zA-Z][a-zA-Z0-9]*)[^>]*>/g)) {
    if (["br", "hr", "img", "input"].includes(name)) continue;
    if (!slash) open.push(name);
    else if (open.pop() !== name) return false;
  }
  return open.length === 0;
}
