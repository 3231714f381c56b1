// Keeps the site for visits without a network. The build writes the two constants: a name that changes with any file of the site,
// and what the page needs, relative to this file.
//
// A version is fetched whole before it is used, and stays until the page is told to change (`offline.js`): files of two versions
// never meet in one page.

const VERSION = "{{version}}";
const FILES = ["{{files}}"];

const PREFIX = `netpolis ${registration.scope} `;
const NAME = PREFIX + VERSION;
const address = (file) => new URL(file, registration.scope).href;
/** Files with a hash in their name never change. */
const HASHED = /-[0-9a-zA-Z_-]{8,}(_bg)?\.\w+$/;

/** Fills the cache of this version: what an older one holds under the same hashed name is taken from there, the rest from the server itself. */
async function fill() {
  const cache = await caches.open(NAME);
  await Promise.all(
    FILES.map(async (file) => {
      const url = address(file);
      const held = HASHED.test(file) ? await caches.match(url) : undefined;
      const response = held ?? (await fetch(url, { cache: HASHED.test(file) ? "default" : "reload" }));
      if (!response.ok) throw new Error(`${url}: ${response.status}`);
      await cache.put(url, response);
    }),
  );
}

async function forgetOthers() {
  const names = await caches.keys();
  await Promise.all(names.filter((name) => name.startsWith(PREFIX) && name !== NAME).map((name) => caches.delete(name)));
  await clients.claim();
}

/** From the cache, whatever stands behind `?`; what it does not hold comes from the network. */
async function answer(request) {
  const url = new URL(request.url);
  url.search = "";
  url.hash = "";
  if (url.href === registration.scope) url.pathname += "index.html";
  const cache = await caches.open(NAME);
  return (await cache.match(url.href)) ?? fetch(request);
}

addEventListener("install", (event) => event.waitUntil(fill()));
addEventListener("activate", (event) => event.waitUntil(forgetOthers()));
addEventListener("message", ({ data }) => data === "use this version" && skipWaiting());
addEventListener("fetch", (event) => {
  const { request } = event;
  if (request.method === "GET" && request.url.startsWith(registration.scope)) event.respondWith(answer(request));
});
