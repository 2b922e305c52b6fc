// The shortlist that the browser keeps: which cases are saved, which are ticked, and which Ask is limited to.
(() => {
  "use strict";
  const KEY = "shortlist";
  const FEWEST = 2; // as comparing.py compares them
  const MOST = 4;
  const listeners = [];
  let scope = []; // ids of the cases that a question is put to; none: to everything

  const kept = () => {
    try {
      const read = JSON.parse(localStorage.getItem(KEY)) || {};
      const texts = (list) => (Array.isArray(list) ? list.filter((id) => typeof id === "string") : []);
      return { saved: texts(read.saved), ticked: texts(read.ticked) };
    } catch {
      return { saved: [], ticked: [] };
    }
  };

  let { saved, ticked } = kept();
  saved = new Set(saved);
  ticked = new Set(ticked);

  const changed = () => {
    try {
      localStorage.setItem(KEY, JSON.stringify({ saved: [...saved], ticked: [...ticked] }));
    } catch {
      // A browser that keeps nothing still has the shortlist until the page is left.
    }
    listeners.forEach((act) => act());
  };

  const toggle = (id) => {
    if (saved.delete(id)) ticked.delete(id);
    else {
      saved.add(id);
      ticked.add(id);
    }
    changed();
  };

  const tick = (id) => {
    if (!ticked.delete(id)) ticked.add(id);
    changed();
  };

  const clear = () => {
    saved.clear();
    ticked.clear();
    changed();
  };

  const { escape, fill } = window.assistantCaseList;

  const item = (row, words) =>
    `<li><label><input type="checkbox" id="tick-${escape(row.id)}" data-tick="${escape(row.id)}"${ticked.has(row.id) ? " checked" : ""}>` +
    `<span lang="${escape(row.lang)}">${escape(row.title)}</span></label>` +
    `<button type="button" data-save="${escape(row.id)}" class="drop" aria-label="${escape(fill(words["tray.remove"], row.title))}">` +
    `<span aria-hidden="true">×</span></button></li>`;

  // The tray at the foot of Explore; `rows` are all cases by id, so that one that is gone is not shown.
  const draw = (tray, rows, words) => {
    const held = [...saved].filter((id) => rows.has(id)).map((id) => rows.get(id));
    const chosen = held.filter((row) => ticked.has(row.id)).length;
    tray.hidden = !held.length;
    const fits = chosen >= FEWEST && chosen <= MOST;
    tray.innerHTML =
      `<div class="bar"><h3>${escape(words["tray.heading"])}</h3><p class="hint">${escape(fits ? "" : words["tray.hint"])}</p>` +
      `<button type="button" class="compare" id="tray-compare"${fits ? "" : " disabled"}>${escape(words["tray.compare"])} (${chosen})</button>` +
      `<button type="button" class="ask" id="tray-ask"${chosen ? "" : " disabled"}>${escape(words["tray.ask"])} (${chosen})</button>` +
      `<button type="button" class="empty" id="tray-empty">${escape(words["tray.clear"])}</button></div>` +
      `<ul>${held.map((row) => item(row, words)).join("")}</ul>`;
  };

  // The sign beside the question box that a question is put to some cases only, with a button that ends it.
  const drawScope = (rows, words) => {
    const sign = document.querySelector("#scope");
    if (!sign) return;
    const held = scope.filter((id) => rows.has(id));
    const name = held.length === 1 ? rows.get(held[0]).title : fill(words["scope.many"], held.length);
    const label = escape(words["scope.remove"]);
    sign.innerHTML = held.length
      ? `<p class="scope"><span>${escape(fill(words["scope.only"], name))}</span>` +
        `<button type="button" class="unscope" aria-label="${label}" title="${label}"><span aria-hidden="true">×</span></button></p>`
      : "";
  };

  document.addEventListener("click", (event) => {
    if (!event.target.closest("#scope .unscope")) return;
    scope = [];
    listeners.forEach((act) => act());
    const box = document.querySelector("#question textarea");
    if (box) box.focus();
  });

  window.assistantShortlist = {
    saved,
    ticked: (rows) => [...saved].filter((id) => ticked.has(id) && rows.has(id)),
    toggle,
    tick,
    clear,
    draw,
    drawScope,
    listen: (act) => listeners.push(act),
    scope: () => [...scope],
    limit(ids) {
      scope = ids;
      listeners.forEach((act) => act());
    },
  };
})();
