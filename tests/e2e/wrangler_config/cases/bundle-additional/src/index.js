export default { fetch: async (r) => new Response((await import(`./lang/${new URL(r.url).pathname.slice(1)}.mjs`)).default) };
