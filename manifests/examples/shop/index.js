export default {
  async fetch(request, env) {
    const name = new URL(request.url).pathname.slice(1);
    const price = await env.CATALOGUE.get(name);
    if (price === null) return env.HELLO.fetch(request);
    return Response.json({ name, price, currency: env.CURRENCY, shipping: env.SHIPPING });
  },
};
