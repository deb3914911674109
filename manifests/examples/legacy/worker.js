addEventListener("fetch", (event) => {
  event.respondWith(new Response("Still here.\n"));
});
