/* The counter's own few lines: keys, focus, a bill that outlives a reload, and an
   answer that is asked for again, under the same key, until it comes. */
(() => {
  "use strict";

  const words = document.currentScript.dataset;
  const at = (id) => document.getElementById(id);
  const DRAFT = "counter-bill";
  const NEVER_KEPT = ["guest", "due", "gift_code", "pin", "coupon_code", "payment_code", "checker", "secret"];
  const OFFERED = ["coupon", "use_points", "rest"]; // drawn with each quote
  const LAID = ["gift", "laid_coupon"]; // sealed by the house, which draws them again
  const RETURNS = 20000; // to the next guest, from a receipt that nobody touches
  let wantsCharge = false;
  let wantsSubmit = false;
  let asking = 0;
  let returning = 0;

  /* What is said above the page. */
  function say(sentence, kind = "") {
    const line = at("line");
    line.textContent = sentence;
    line.dataset.kind = kind;
    line.hidden = !sentence;
  }

  /* The bill as it is typed, with what was chosen and laid on the counter: kept in this
     tab until it is settled, with its key. No code, no PIN: only seals. */
  function keep() {
    const bill = at("bill");
    if (!bill) return;
    const fields = [...new FormData(bill)].filter(([name]) => !NEVER_KEPT.includes(name));
    sessionStorage.setItem(DRAFT, JSON.stringify({ path: location.pathname, fields }));
  }
  function hasBegun(bill) {
    return Boolean(bill?.elements.amount.value || bill?.querySelector("#laid input"));
  }
  function draftOf(path) {
    try {
      const draft = JSON.parse(sessionStorage.getItem(DRAFT));
      return draft?.path === path ? draft.fields : [];
    } catch {
      return [];
    }
  }
  function restore() {
    const bill = at("bill");
    if (!bill || hasBegun(bill)) return;
    const kept = new Map();
    draftOf(location.pathname).forEach(([name, value]) => kept.set(name, [...(kept.get(name) ?? []), value]));
    const laid = Object.fromEntries(LAID.filter((name) => kept.has(name)).map((name) => [name, kept.get(name)]));
    const isLaid = Object.keys(laid).length > 0;
    if (!kept.get("amount")?.[0] && !isLaid) return;
    for (const field of bill.elements) {
      const values = kept.get(field.name) ?? [];
      if (field.type === "radio" || field.type === "checkbox") field.checked = values.includes(field.value);
      else if (values.length) field.value = values[0];
      if (values[0]) field.closest("details")?.setAttribute("open", "");
    }
    OFFERED.forEach((name) => (kept.get(name) ?? []).forEach((value) => {
      const field = Object.assign(document.createElement("input"), { type: "hidden", name, value });
      at("offers").append(field);
    }));
    if (isLaid) htmx.ajax("POST", at("laid").dataset.again, { target: "#laid", swap: "innerHTML", values: { ...laid, key: bill.elements.key.value } });
    else quoteNow();
  }
  function forget() {
    sessionStorage.removeItem(DRAFT);
  }

  /* The way of a sale: amount, Enter, Enter. */
  function toCharge() {
    const needsCode = at("needs-code")?.value === "yes";
    const code = at("payment-code");
    if (needsCode && code && !code.value) code.focus();
    else if (!at("charge")?.disabled) at("charge")?.focus();
    else return false;
    return true;
  }
  function showCode() {
    const box = at("code-box");
    if (box) box.hidden = at("needs-code")?.value !== "yes";
  }
  function showReady() {
    const button = at("charge");
    if (button) button.disabled = at("sum").dataset.ready !== "yes";
  }
  /* Another way of paying was pressed, and the quote on the screen is not of it. */
  function isStale() {
    const { tender, rest } = at("sum").dataset;
    const chosen = (name) => document.querySelector(`#bill [name=${name}]:checked`)?.value;
    return Boolean(tender) && (chosen("tender") !== tender || (chosen("rest") ?? rest) !== rest);
  }
  function quoteNow() {
    htmx.trigger(document.body, "quote");
  }
  const isDigit = (key) => /^[1-9]$/.test(key);
  /* Several were found: the digit beside one chooses them, and nothing else does. */
  function choose(digit) {
    const one = document.querySelectorAll(".found .candidate")[digit - 1];
    one?.click();
    return Boolean(one);
  }
  function nextGuest() {
    forget();
    location.assign(at("next")?.href || "/counter/");
  }

  const keys = {
    F2: () => at("q"),
    F3: () => at("amount"),
    F4: () => document.querySelector("#offers input:not([type=hidden])"),
    F6: () => {
      const box = at("gift-box");
      if (box) box.open = true;
      return at("gift-code");
    },
  };

  document.addEventListener("keydown", (event) => {
    const target = event.target;
    const isText = target.matches?.("input:not([type=radio]):not([type=checkbox]), textarea, select");
    if (keys[event.key]) {
      event.preventDefault();
      const wanted = keys[event.key]();
      if (wanted) {
        wanted.focus();
        wanted.select?.();
      }
    } else if (event.key === "F9") {
      event.preventDefault();
      if (document.activeElement?.id === "charge" && !isStale()) at("charge").click();
      else if (at("bill")) {
        wantsCharge = true;
        quoteNow();
      }
    } else if (event.key === "F8") {
      event.preventDefault();
      window.print();
    } else if (event.key === "?" && !isText) {
      at("keys").showModal();
    } else if (event.key === "Escape" && !at("keys").open && at("desk")) {
      nextGuest();
    } else if (!isText && isDigit(event.key) && choose(event.key)) {
      event.preventDefault();
    } else if (target.id === "charge" && isDigit(event.key)) {
      document.querySelectorAll("input[name=tender]")[event.key - 1]?.click();
    } else if (event.key === "Enter" && target.id === "charge" && isStale()) {
      event.preventDefault();
      wantsCharge = wantsSubmit = true;
      quoteNow(); // under way from now on: no older answer is taken for it
    } else if (event.key === "Enter" && target.form?.id === "bill" && isText) {
      event.preventDefault();
      if (!event.repeat) entered(target);
    } else if (event.key === "Enter" && target.id === "q" && !target.value && at("next")) {
      event.preventDefault();
      nextGuest();
    }
  });

  function entered(field) {
    if (field.id === "gift-code" || field.id === "gift-pin") at("gift-add").click();
    else if (field.id === "coupon-code") at("coupon-add").click();
    else if (wantsCharge) wantsSubmit = true; // Enter, Enter, quicker than the quote
    else if (field.id === "payment-code") {
      if (field.value) at("bill").requestSubmit(at("charge"));
    } else {
      wantsCharge = true;
      quoteNow();
    }
  }

  document.addEventListener("input", (event) => {
    const field = event.target;
    if (field.matches?.("[data-quiet]")) event.stopPropagation();
    if (field.name === "tender") at("pressed").value = field.value;
    if (field.form?.id === "bill") keep();
  }, true);

  document.addEventListener("click", (event) => {
    const button = event.target.closest?.("[data-prints], [data-opens], [data-removes], [data-fills]");
    if (!button) return;
    if (button.dataset.fills) {
      const field = at(button.dataset.fills);
      field.value = button.dataset.value;
      field.focus();
    }
    if ("prints" in button.dataset) window.print();
    if (button.dataset.opens) {
      at("who").open = false;
      at(button.dataset.opens).showModal();
    }
    if (button.dataset.removes) {
      button.closest(button.dataset.removes).remove();
      keep();
      quoteNow();
      at("amount")?.focus();
    }
  });

  /* A form that is sent is sent once; its key would see to it anyway. */
  document.addEventListener("submit", (event) => {
    const button = event.target.querySelector("[data-once]");
    if (button) setTimeout(() => (button.disabled = true));
  });

  /* While it is charged nothing is asked: what is due stays what the button said. */
  document.addEventListener("htmx:beforeRequest", (event) => {
    const bill = at("bill");
    if (event.detail.elt.id === "bill") htmx.trigger(at("asker"), "htmx:abort");
    else if (event.detail.elt.id === "asker" && (bill.inert || bill.classList.contains("htmx-request"))) {
      event.preventDefault();
    }
  });

  /* After every part that came. */
  document.addEventListener("htmx:afterSettle", () => {
    showCode();
    if (!at("bill")?.classList.contains("htmx-request")) showReady();
    const done = document.querySelector("[data-settled]");
    if (done) {
      forget();
      say("");
      const seek = at("q");
      if (seek) {
        seek.value = "";
        seek.focus();
      }
      clearTimeout(returning);
      returning = setTimeout(nextGuest, RETURNS);
    } else {
      clearTimeout(returning);
      if (hasBegun(at("bill"))) keep();
    }
    if (at("asker")?.classList.contains("htmx-request")) return; // a newer quote is coming
    if (wantsCharge && toCharge() && wantsSubmit && document.activeElement?.id === "charge") {
      at("charge").click();
    }
    wantsCharge = wantsSubmit = false;
  });
  document.addEventListener("htmx:afterRequest", (event) => {
    if (event.detail.successful && event.detail.elt.id === "seek") at("q").value = "";
    if (event.detail.successful && event.detail.elt.id === "gift-add") {
      ["gift-code", "gift-pin"].forEach((id) => (at(id).value = ""));
    }
    if (event.detail.successful && event.detail.elt.id === "coupon-add") at("coupon-code").value = "";
    if (event.detail.successful && event.detail.elt.id === "bill") asking = 0;
  });

  /* No answer to a charge: ask again with the same key, slower each time. */
  function askAgain() {
    const bill = at("bill");
    if (!bill) return;
    say(words.checking, "wait");
    bill.inert = true;
    const wait = Math.min(1000 * 2 ** asking, 15000);
    asking += 1;
    setTimeout(() => {
      bill.inert = false;
      at("charge").disabled = false;
      bill.requestSubmit(at("charge"));
      bill.inert = true;
    }, wait);
  }
  document.addEventListener("ask-again", askAgain);
  document.addEventListener("htmx:beforeSwap", (event) => {
    if (event.detail.target.id === "laid") document.querySelector(".laid-refusal")?.remove();
    if (at("bill")?.inert) {
      at("bill").inert = false;
      say("");
    }
  });
  function lost(event) {
    if (event.detail.elt.id === "bill") askAgain();
    else say(words.lost, "warn");
  }
  ["htmx:sendError", "htmx:timeout"].forEach((name) => document.addEventListener(name, lost));
  document.addEventListener("htmx:responseError", (event) => {
    const { status } = event.detail.xhr;
    if (event.detail.elt.id === "bill" && status >= 500) askAgain();
    else if (status === 403) location.reload(); // signed in anew in another tab
    else say(words.wrong, "warn");
  });

  document.addEventListener("DOMContentLoaded", () => {
    showCode();
    restore();
    if (document.querySelector("[data-settled]")) forget();
  });
  window.addEventListener("pageshow", (event) => {
    if (event.persisted) location.reload(); // an old picture of a bill, from the back button
  });
})();
