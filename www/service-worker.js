// Keeps the site for visits without a network. The build writes the three constants: a name that changes with any file of the site,
// what the page needs, relative to this file, and what it needs only for some answers: that is kept once it was used. So are lessons, file by file.
//
// A version is fetched whole before it is used, and stays until the page is told to change (`offline.js`): files of two versions
// never meet in one page.

const VERSION = "{{version}}";
const FILES = ["{{files}}"];
const LATER = ["{{later}}"];

const PREFIX = `netpolis ${registration.scope} `;
const NAME = PREFIX + VERSION;
const address = (file) => new URL(file, registration.scope).href;
const LESSONS = address("lessons/");
/** Files with a hash in their name never change. */
const HASHED = /-[0-9a-zA-Z_-]{8,}(_bg)?\.\w+$/;

/** Fills the cache of this version: what an older one holds under the same hashed name is taken from there, the rest from the server itself. */
async function fill() {
  const cache = await caches.open(NAME);
  const files = (await hasLater()) ? [...FILES, ...LATER] : FILES;
  await Promise.all(
    files.map(async (file) => {
      const url = address(file);
      const held = HASHED.test(file) ? await caches.match(url) : undefined;
      const response = held ?? (await fetch(url, { cache: HASHED.test(file) ? "default" : "reload" }));
      if (!response.ok) throw new Error(`${url}: ${response.status}`);
      await cache.put(url, response);
    }),
  );
  await Promise.all((await openedLessons()).map((url) => renew(cache, url).catch(() => undefined)));
}

/** Files of lessons that an older version holds. */
async function openedLessons() {
  const urls = new Set();
  for (const name of await caches.keys()) {
    if (!name.startsWith(PREFIX) || name === NAME) continue;
    for (const { url } of await (await caches.open(name)).keys()) if (url.startsWith(LESSONS)) urls.add(url);
  }
  return [...urls];
}

/** Takes a file from the server; a lesson may be gone. */
async function renew(cache, url) {
  const response = await fetch(url, { cache: "reload" });
  if (response.ok) await cache.put(url, response);
}

/** Whether an older version holds what this one has for later: then its page was asked for it. */
async function hasLater() {
  const stem = (name) => name.replace(HASHED, "").split("/").at(-1);
  const stems = LATER.map(stem);
  for (const name of await caches.keys()) {
    if (!name.startsWith(PREFIX) || name === NAME) continue;
    const kept = await (await caches.open(name)).keys();
    if (kept.some(({ url }) => stems.includes(stem(url)))) return true;
  }
  return false;
}

/** Keeps files that the page has loaded, as far as they are some for later. */
async function keep(urls) {
  const cache = await caches.open(NAME);
  const wanted = LATER.map(address).filter((url) => urls.includes(url));
  await Promise.all(wanted.map(async (url) => (await cache.match(url)) ?? cache.add(url)));
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
  const held = await cache.match(url.href);
  if (held) return held;
  const response = await fetch(request);
  if (response.ok && url.href.startsWith(LESSONS)) await cache.put(url.href, response.clone());
  return response;
}

addEventListener("install", (event) => event.waitUntil(fill()));
addEventListener("activate", (event) => event.waitUntil(forgetOthers()));
addEventListener("message", (event) => {
  if (event.data === "use this version") skipWaiting();
  else if (event.data?.keep) event.waitUntil(keep(event.data.keep).catch(() => undefined));
});
addEventListener("fetch", (event) => {
  const { request } = event;
  if (request.method === "GET" && request.url.startsWith(registration.scope)) event.respondWith(answer(request));
});
