import add from "./add.wasm";
import text from "./a.txt";
import md from "./b.md";
import dat from "./c.dat";
export default { fetch: () => new Response(text + md + dat.byteLength + String(add)) };
