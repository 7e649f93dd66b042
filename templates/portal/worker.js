/* Without network a page of the portal is the offline page, which shows number and code.
   Nothing of any member is kept here: the page is the same for everybody. */
"use strict";

const CACHE = "portal-{{ version }}";
const OFFLINE = "{{ offline }}";
const FILES = [OFFLINE,{% for file in files %}"{{ file }}",{% endfor %}];

self.addEventListener("install", (event) => {
  const load = async () => {
    const cache = await caches.open(CACHE);
    await cache.addAll(FILES.map((file) => new Request(file, { cache: "reload" })));
    await self.skipWaiting();
  };
  event.waitUntil(load());
});

self.addEventListener("activate", (event) => {
  const tidy = async () => {
    const names = (await caches.keys()).filter((name) => name.startsWith("portal-") && name !== CACHE);
    await Promise.all(names.map((name) => caches.delete(name)));
    await self.clients.claim();
  };
  event.waitUntil(tidy());
});

self.addEventListener("fetch", (event) => {
  const { request } = event;
  const path = new URL(request.url).pathname;
  const isPage = request.method === "GET" && request.mode === "navigate";
  if (!isPage && !FILES.includes(path)) return;
  const answer = async () => {
    try {
      return await fetch(request);
    } catch (failure) {
      const stored = await caches.match(isPage ? OFFLINE : path);
      if (stored) return stored;
      throw failure;
    }
  };
  event.respondWith(answer());
});
