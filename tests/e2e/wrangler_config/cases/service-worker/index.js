// export default is only said here
addEventListener("fetch", (event) => event.respondWith(new Response(`export default ${1}`)));
