import add from "./add.wasm";
import usage from "./usage.txt";
import { numbers } from "./lib/numbers.js";

export default {
  async fetch(request) {
    const values = numbers(new URL(request.url).searchParams);
    if (values === null) return new Response(usage, { status: 400 });
    const { exports } = await WebAssembly.instantiate(add);
    return new Response(`${exports.add(...values)}\n`);
  },
};
