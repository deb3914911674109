import "../lib/a.js";
export default {
  async fetch() {
    return new Response("hello");
  },
};
