/* The card's code is good for a minute: the next is drawn before it is over, by us, or by
   the browser itself where there is no network. Its key lies where no script reads it. */
"use strict";

(() => {
  const place = document.getElementById("code");
  const note = document.getElementById("offline-note");
  const number = document.getElementById("card-number");
  const EVERY = 45000;
  const STEP = 10;
  const { worker } = document.currentScript.dataset;
  const canKeep = Boolean(window.indexedDB && window.crypto && window.crypto.subtle);

  /* What this browser keeps: one row, the key of the device and what it needs besides. */
  const shelf = (mode, act) =>
    new Promise((resolve, reject) => {
      const opening = indexedDB.open("regulars", 1);
      opening.onupgradeneeded = () => opening.result.createObjectStore("card");
      opening.onerror = () => reject(opening.error);
      opening.onsuccess = () => {
        const asked = act(opening.result.transaction("card", mode).objectStore("card"));
        asked.onsuccess = () => resolve(asked.result);
        asked.onerror = () => reject(asked.error);
        asked.transaction.oncomplete = () => opening.result.close();
      };
    });
  const kept = () => shelf("readonly", (store) => store.get("mine"));
  const keep = (row) => shelf("readwrite", (store) => store.put(row, "mine"));
  const forget = () => shelf("readwrite", (store) => store.clear());

  const codeOf = async (row) => {
    const step = Math.floor((Date.now() + row.offset) / 1000 / STEP);
    const text = new TextEncoder().encode(`${row.number}:${step}`);
    const mac = new DataView(await crypto.subtle.sign("HMAC", row.key, text));
    const digits = (mac.getUint32(0) * 65536 + mac.getUint16(4)) % 1e8;
    return `8${String(row.number).padStart(9, "0")}${String(digits).padStart(8, "0")}`;
  };

  const drawAlone = async () => {
    const row = canKeep ? await kept() : undefined;
    if (!row) return false;
    const code = await codeOf(row);
    const { title } = place.dataset;
    const digits = document.createElement("p");
    digits.className = "code-digits num";
    digits.textContent = code.match(/.{1,4}/g).join(" ");
    place.innerHTML =
      `<div class="code-qr">${portalSymbols.qr(code, title)}</div>` +
      `<div class="code-bars">${portalSymbols.code128(code, title)}</div>`;
    place.append(digits);
    if (number) number.textContent = row.card;
    if (note) note.hidden = false;
    return true;
  };

  /* By how much our clock is ahead of this one. */
  const noteClock = async (ours, sent) => {
    if (!canKeep || Number.isNaN(ours)) return;
    const row = await kept();
    if (row) await keep({ ...row, offset: ours - (sent + Date.now()) / 2 });
  };

  const drawOurs = async () => {
    const sent = Date.now();
    const answer = await fetch(place.dataset.code, { credentials: "same-origin", redirect: "manual" });
    if (answer.type === "opaqueredirect") {
      window.location.reload();
    } else if (answer.ok) {
      place.innerHTML = await answer.text();
      if (note) note.hidden = true;
      await noteClock(Number(answer.headers.get("X-Time")) || NaN, sent);
    }
  };

  const draw = async () => {
    try {
      if (place.dataset.code) await drawOurs();
      else await drawAlone();
    } catch {
      // No network. Where the browser has no key, the code that stands may still be good.
      await drawAlone().catch(() => {});
    }
  };

  /* A key for this device, once; a browser that lost its own gets another. */
  const askForKey = async () => {
    const row = await kept();
    if (row && String(row.number) === place.dataset.number) {
      if (row.card !== place.dataset.card) await keep({ ...row, card: place.dataset.card });
      return;
    }
    const sent = Date.now();
    const answer = await fetch(place.dataset.key, {
      method: "POST",
      credentials: "same-origin",
      redirect: "error",
      headers: { "X-CSRFToken": JSON.parse(document.body.getAttribute("hx-headers"))["X-CSRFToken"] },
    });
    if (!answer.ok) return;
    const given = await answer.json();
    const offset = given.now - (sent + Date.now()) / 2;
    const bytes = Uint8Array.from(given.key.match(/../g), (byte) => parseInt(byte, 16));
    const key = await crypto.subtle.importKey("raw", bytes, { name: "HMAC", hash: "SHA-256" }, false, ["sign"]);
    await keep({ key, number: given.number, offset, card: place.dataset.card });
  };

  /* The phone may say that it is online before anything is reached. */
  const comeBack = async () => {
    if (!navigator.onLine) return;
    try {
      await fetch(window.location.href, { method: "HEAD", cache: "no-store" });
      window.location.reload();
    } catch {
      // Not yet.
    }
  };

  const begin = () => {
    let drawn = Date.now();
    const drawDue = () => {
      if (document.hidden || Date.now() - drawn < EVERY) return;
      drawn = Date.now();
      draw();
    };
    window.setInterval(drawDue, 1000);
    document.addEventListener("visibilitychange", drawDue);
    window.addEventListener("offline", draw);
    if (place.dataset.key && canKeep) askForKey().then(() => (place.dataset.kept = "yes"), () => {});
    if (!place.dataset.code) {
      draw();
      window.addEventListener("online", comeBack);
      window.setInterval(comeBack, 5000);
    }
  };

  const signedOut = document.getElementById("signed-out");
  if (place) begin();
  else if (signedOut && canKeep) forget().then(() => (signedOut.dataset.kept = "no"), () => {});
  if ("serviceWorker" in navigator) navigator.serviceWorker.register(worker).catch(() => {});
})();
