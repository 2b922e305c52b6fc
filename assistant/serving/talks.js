// The conversations that the browser keeps: saved as they grow, listed, opened again, deleted. None is sent anywhere
// but to be shown again.
(() => {
  "use strict";
  const KEY = "talks";
  const OPEN = "talk"; // in the session of this tab: the id of the conversation that is open
  const VERSION = 1; // of what is kept; what another version wrote is not read
  const MOST = 30; // conversations; the oldest go first
  const LETTERS = 2000000; // of all of them together, as JSON; browsers keep about five million for a site
  const NAME = 80; // letters of the name in the list
  let root = null;
  let trigger = null;
  let wanted = null; // the conversation that the server is asked to show, by id

  const valid = (talk) =>
    talk && typeof talk.id === "string" && Array.isArray(talk.turns) && talk.turns.length > 0 && talk.turns.every((turn) => turn && typeof turn.question === "string");

  const read = () => {
    try {
      const kept = JSON.parse(localStorage.getItem(KEY));
      return kept.version === VERSION ? kept.talks.filter(valid) : [];
    } catch {
      return [];
    }
  };

  // Keeps as many as there is room for, newest first.
  const write = (talks) => {
    for (let many = Math.min(talks.length, MOST); many > 0; many--) {
      const text = JSON.stringify({ version: VERSION, talks: talks.slice(0, many) });
      try {
        if (text.length <= LETTERS) return localStorage.setItem(KEY, text);
      } catch {
        // No room: with one less.
      }
    }
    try {
      localStorage.removeItem(KEY);
    } catch {
      // A browser that keeps nothing still has the conversation until the page is left.
    }
  };

  const mind = (id) => {
    wanted = id;
    try {
      sessionStorage.setItem(OPEN, id);
    } catch {
      // As above.
    }
  };

  const remembered = () => {
    try {
      return sessionStorage.getItem(OPEN);
    } catch {
      return null;
    }
  };

  // An id that no conversation has; crypto.randomUUID is not there where the page has no https.
  const fresh = () => Array.from(crypto.getRandomValues(new Uint32Array(4)), (part) => part.toString(36)).join("");

  const questions = (turns) => turns.map((turn) => turn.question).join("\n");

  // Keeps the conversation as it stands on the page. While an answer is written, its turn is not whole.
  const save = () => {
    const section = document.querySelector("#thread .turns");
    if (!section || section.querySelector('[data-state="waiting"]')) return;
    const id = section.dataset.talk;
    if (!id) return;
    const turns = [...section.querySelectorAll(".turn")].map((turn) => JSON.parse(turn.dataset.kept));
    const talks = read();
    const before = talks.find((talk) => talk.id === id);
    if (before && JSON.stringify(before.turns) === JSON.stringify(turns)) return draw();
    const same = before && questions(before.turns) === questions(turns);
    const talk = { id, changed: same ? before.changed : Date.now(), turns };
    const others = talks.filter((other) => other.id !== id);
    write([talk, ...others].sort((a, b) => b.changed - a.changed));
    draw();
  };

  const open = (id) => {
    mind(id || fresh());
    shut(false);
    trigger("select");
  };

  const find = (selector) => root && root.querySelector(selector);
  const words = () => JSON.parse(find(".talks").dataset.words);
  const { escape, fill } = window.assistantCaseList;
  const shorten = (text) => (text.length > NAME ? `${text.slice(0, NAME).trimEnd()} …` : text);

  const item = (talk, says, when) => {
    const name = escape(shorten(talk.turns[0].question) || says.untitled);
    const here = talk.id === wanted ? ' aria-current="true"' : "";
    const about = `${when.format(talk.changed)} · ${fill(says.turns, talk.turns.length)}`;
    return (
      `<li><button type="button" class="talk" data-talk="${escape(talk.id)}"${here}><span class="name">${name}</span>` +
      `<span class="about">${escape(about)}</span></button><button type="button" class="drop" data-drop="${escape(talk.id)}" ` +
      `aria-label="${escape(fill(says.delete, talk.turns[0].question.slice(0, NAME)))}"><span aria-hidden="true">×</span></button></li>`
    );
  };

  const draw = () => {
    if (!find(".talks")) return;
    const talks = read();
    const says = words();
    const when = new Intl.DateTimeFormat(document.documentElement.lang, { day: "numeric", month: "short", hour: "2-digit", minute: "2-digit" });
    find(".open").hidden = !talks.length;
    find(".many").textContent = talks.length;
    find(".list").innerHTML =
      `<ul>${talks.map((talk) => item(talk, says, when)).join("")}</ul>` +
      `<div class="foot"><p>${escape(says["here-only"])}</p><button type="button" class="empty">${escape(says["delete-all"])}</button></div>`;
    if (!talks.length) shut(false);
  };

  const shut = (focus) => {
    const button = find(".open");
    if (!button || find(".list").hidden) return;
    find(".list").hidden = true;
    button.setAttribute("aria-expanded", "false");
    if (focus) button.focus();
  };

  const unfold = () => {
    draw();
    find(".list").hidden = false;
    find(".open").setAttribute("aria-expanded", "true");
  };

  const tell = (text) => (document.querySelector("#announce").textContent = text);
  const rest = () => (find(".list:not([hidden]) .talk") || document.querySelector("#question textarea")).focus();

  const drop = (id) => {
    const said = words().deleted;
    write(read().filter((talk) => talk.id !== id));
    if (id === wanted) open(null);
    draw();
    rest();
    tell(said);
  };

  const empty = () => {
    const said = words().deleted;
    write([]);
    open(null);
    draw();
    rest();
    tell(said);
  };

  const onClick = (event) => {
    const talk = event.target.closest("[data-talk]");
    const gone = event.target.closest("[data-drop]");
    if (gone) drop(gone.dataset.drop);
    else if (talk) {
      open(talk.dataset.talk);
      document.querySelector("#question textarea").focus({ preventScroll: true });
    } else if (event.target.closest(".empty")) empty();
    else if (event.target.closest(".new")) {
      open(null);
      document.querySelector("#question textarea").focus({ preventScroll: true });
    } else if (event.target.closest(".open")) {
      if (find(".list").hidden) unfold();
      else shut(true);
    }
  };

  document.addEventListener("click", (event) => {
    if (root && !root.contains(event.target) && event.target.isConnected) shut(false);
  });
  document.addEventListener("keydown", (event) => {
    if (event.key === "Escape") shut(Boolean(root && root.contains(document.activeElement)));
  });
  window.addEventListener("storage", (event) => {
    if (event.key !== KEY && event.key !== null) return;
    draw();
    // Deleted in another tab: then it goes from this one too.
    const shown = document.querySelector("#thread .turns:not(:has([data-state=waiting]))");
    if (shown && wanted && !read().some((talk) => talk.id === wanted)) open(null);
  });

  window.assistantTalks = {
    start(element, act, watch) {
      root = element;
      trigger = act;
      element.addEventListener("click", onClick);
      element.addEventListener("focusout", (event) => {
        if (event.relatedTarget && !element.contains(event.relatedTarget)) shut(false);
      });
      watch("value", draw);
      draw();
    },
    save,
    // What the server is to show: the conversation that is open in this tab, or an empty one.
    wanted() {
      const id = wanted || remembered() || fresh();
      mind(id);
      const kept = read().find((talk) => talk.id === id);
      return { id, turns: kept ? kept.turns : [] };
    },
    fresh: () => mind(fresh()),
  };
})();
