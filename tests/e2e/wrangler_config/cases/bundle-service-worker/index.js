import text from "./a.txt";
import add from "./add.wasm";
addEventListener("fetch", (event) => event.respondWith(new Response(text + String(add))));
