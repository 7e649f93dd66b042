/* The card's code is good for a minute: draw the next before it is over. */
"use strict";

(() => {
  const place = document.getElementById("code");
  const EVERY = 45000;
  let drawn = Date.now();

  const draw = async () => {
    try {
      const answer = await fetch(place.dataset.code, { credentials: "same-origin", redirect: "manual" });
      if (answer.type === "opaqueredirect") {
        window.location.reload();
      } else if (answer.ok) {
        place.innerHTML = await answer.text();
        drawn = Date.now();
      }
    } catch {
      // No network: the code that stands there may still be good.
    }
  };

  window.setInterval(() => {
    if (!document.hidden && Date.now() - drawn >= EVERY) draw();
  }, 1000);
  document.addEventListener("visibilitychange", () => {
    if (!document.hidden && Date.now() - drawn >= EVERY) draw();
  });
})();
