// The tabs of the page: which one is shown, by the address (#ask, #explore/case/..., #glossary/...) and the keyboard.
(() => {
  "use strict";
  const listeners = {}; // what a tab does when it is shown: called with the rest of the address after its name, as it is written
  const left = {}; // the address at which each tab was left, to come back to
  let current = null;
  let greeted = false; // whether the page is there in the visitor's language: before that nothing is fetched for a tab

  const buttons = () => [...document.querySelectorAll("#masthead [role=tab]")];
  const names = () => buttons().map((button) => button.dataset.tab);
  const named = () => /^#(\w+)(.*)$/s.exec(location.hash) || ["", "", ""];

  // Marks the tab that is open; also after the masthead was drawn anew.
  const mark = () => {
    buttons().forEach((button) => {
      const here = button.dataset.tab === current;
      button.setAttribute("aria-selected", String(here));
      button.tabIndex = here ? 0 : -1;
      const panel = document.getElementById(`panel-${button.dataset.tab}`);
      if (!panel) return;
      panel.setAttribute("role", "tabpanel");
      panel.setAttribute("aria-labelledby", button.id);
    });
    const past = document.querySelector("#masthead .skip");
    if (past) past.setAttribute("href", `#panel-${current}`);
  };

  const show = () => {
    const [, name, rest] = named();
    const known = names();
    current = known.includes(name) ? name : known[0] || "ask";
    document.body.dataset.tab = current;
    mark();
    if (greeted && listeners[current]) listeners[current](current === name ? rest : "");
  };

  const open = (name) => {
    if (name === current) return;
    left[current] = location.hash;
    location.hash = left[name] || `#${name}`;
  };

  const onKey = (event) => {
    const tab = event.target.closest("[role=tab]");
    const step = { ArrowLeft: -1, ArrowRight: 1, Home: -Infinity, End: Infinity }[event.key];
    if (!tab || step === undefined) return;
    const known = names();
    const at = known.indexOf(tab.dataset.tab) + step;
    const next = step === -Infinity ? 0 : step === Infinity ? known.length - 1 : (at + known.length) % known.length;
    event.preventDefault();
    open(known[next]);
    buttons()[next].focus();
  };

  window.addEventListener("hashchange", show);
  document.addEventListener("keydown", onKey);
  // Past the masthead, to what the open tab begins with.
  const skip = () => {
    const panel = document.getElementById(`panel-${current}`);
    panel.tabIndex = -1;
    panel.focus();
  };

  document.addEventListener("click", (event) => {
    const tab = event.target.closest("#masthead [role=tab]");
    if (tab) open(tab.dataset.tab);
    if (!event.target.closest("#masthead .skip")) return;
    event.preventDefault();
    skip();
  });

  window.assistantTabs = {
    mark() {
      const news = !greeted && document.body.classList.contains("arrived");
      greeted = greeted || news;
      if (news || current === null) show();
      else mark();
    },
    listen(name, act) {
      listeners[name] = act;
      if (current === name) show();
    },
    open,
    current: () => current,
    // Puts the state of a tab into the address without a step in the history.
    note(hash) {
      history.replaceState(history.state, "", hash);
    },
  };
})();
