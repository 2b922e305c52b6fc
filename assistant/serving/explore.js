// Explore: its state in the address, what is drawn when it changes, and what is fetched from the server.
(() => {
  "use strict";
  const { FACETS, prepare, select } = window.assistantCases;
  const { facets, picked, bars, years, paint, list, further, fill } = window.assistantCaseList;
  const shortlist = window.assistantShortlist;
  const STEP = 30; // cases that are drawn at a time

  const fresh = () => ({
    query: "",
    chosen: Object.fromEntries(FACETS.map((facet) => [facet, new Set()])),
    sort: "newest",
    view: "cards",
  });
  let state = fresh();
  let only = false; // show the shortlist alone
  let shown = STEP;
  let found = [];
  let root = null; // the element of the tab
  let server = null;
  let raw = null; // the cases as the server gave them
  let held = null; // the cases made ready for the language of the page
  let byId = new Map();
  let words = {};
  let listAddress = "#explore";
  let leftAt = 0; // where the list was scrolled to when a case was opened
  let opener = null; // id of the case that was opened from the list
  let opened = new Set(); // facets of which all values are shown
  let compared = []; // ids of the comparison on the page
  let wish = 0; // number of the last page that was asked for: an earlier one that comes late is not shown

  const find = (selector) => root.querySelector(selector);
  const language = () => find(".explore").dataset.language;
  const known = () => ({ words, labels: held.labels, saved: shortlist.saved });

  // A part of the address as it was meant; one that is not well written, as it stands.
  const plain = (text) => {
    try {
      return decodeURIComponent(text);
    } catch {
      return text;
    }
  };

  const address = () => {
    const params = new URLSearchParams();
    if (state.query) params.set("q", state.query);
    FACETS.forEach((facet) => state.chosen[facet].forEach((key) => params.append(facet, key)));
    if (state.sort !== "newest") params.set("sort", state.sort);
    if (state.view !== "cards") params.set("view", state.view);
    const written = params.toString();
    return `#explore${written ? `?${written}` : ""}`;
  };

  const read = (text) => {
    const params = new URLSearchParams(text);
    const made = fresh();
    made.query = params.get("q") || "";
    FACETS.forEach((facet) => params.getAll(facet).forEach((key) => made.chosen[facet].add(key)));
    made.sort = params.get("sort") || made.sort;
    made.view = params.get("view") === "table" ? "table" : "cards";
    return made;
  };

  // Draws by `draw` and gives the keyboard back to the control with the same id; where that is gone, to the first thing
  // in sight that one of the selectors finds.
  const keepingFocus = (draw, ...instead) => {
    const had = document.activeElement;
    draw();
    if (!had || had === document.body || document.activeElement === had) return;
    const same = had.id && document.getElementById(had.id);
    const next = [same, ...instead.map(find)].find((one) => one && root.contains(one) && one.checkVisibility());
    if (next) next.focus({ preventScroll: true });
  };

  const drawCharts = (counts) => {
    find(".chart.country .bars").innerHTML = bars("country", counts.country, state.chosen.country, held.labels.country);
    find(".chart.model .bars").innerHTML = bars("model", counts.model, state.chosen.model, held.labels.model);
    find(".chart.year .bars").innerHTML = years(counts.year, state.chosen.year);
    paint(find(".map"), counts.country, state.chosen.country);
  };

  const drawMore = () => {
    find(".further").hidden = shown >= found.length;
    find(".none").hidden = found.length > 0;
    find(".count").textContent = fill(words["explore.count"], found.length, held.rows.length);
  };

  const draw = () => {
    if (!held) return;
    keepingFocus(() => {
      const result = select(held, { ...state, only: only ? shortlist.saved : null });
      found = result.found;
      shown = STEP;
      find(".facets").innerHTML = facets(result.counts, state.chosen, opened, known());
      find(".picked").innerHTML = picked(state.chosen, known());
      drawCharts(result.counts);
      find(".list").innerHTML = found.length ? list(found.slice(0, shown), state.view, state.sort, known()) : "";
      drawMore();
      const many = FACETS.reduce((sum, facet) => sum + state.chosen[facet].size, 0);
      find(".filters .many").textContent = many ? `(${many})` : "";
      root.querySelectorAll("[data-view]").forEach((button) =>
        button.setAttribute("aria-pressed", String(button.dataset.view === state.view)),
      );
    }, ".count");
  };

  const showMore = () => {
    const next = found.slice(shown, shown + STEP);
    find(state.view === "table" ? ".list tbody" : ".caselist").insertAdjacentHTML("beforeend", further(next, state.view, known()));
    shown += STEP;
    drawMore();
    return next;
  };

  const drawSaved = () => {
    if (!held) return;
    root.querySelectorAll(".save").forEach((button) => {
      const saved = shortlist.saved.has(button.dataset.save);
      button.setAttribute("aria-pressed", String(saved));
      button.textContent = words[saved ? "explore.saved" : "explore.save"];
    });
    keepingFocus(() => shortlist.draw(find(".tray"), byId, words), ".tray .drop", ".count", ".reading h2");
    shortlist.drawScope(byId, words);
    if (only) draw();
  };

  // The list after something was chosen; the address follows.
  const update = () => {
    listAddress = address();
    window.assistantTabs.note(listAddress);
    draw();
  };

  const toggle = (facet, key) => {
    const set = state.chosen[facet];
    if (!set.delete(key)) set.add(key);
    update();
  };

  // Shows the list in the place of what was read; the keyboard goes on from the case that was, or from the list's head.
  const showList = () => {
    const back = find(".browse").hidden;
    const had = document.activeElement;
    const within = had === document.body || find(".reading").contains(had);
    find(".browse").hidden = false;
    find(".reading").hidden = true;
    if (!back) return;
    window.scrollTo(0, leftAt);
    const link = document.getElementById(`title-${opener}`)?.querySelector("a") || find(".count");
    if (within) link.focus({ preventScroll: true });
  };

  // Shows what the server makes of some cases in the place of the list.
  const open = async (verb, ids) => {
    const mine = ++wish;
    const page = find(".reading");
    if (!find(".browse").hidden) {
      leftAt = window.scrollY;
      opener = ids[0];
    }
    find(".browse").hidden = true;
    page.hidden = false;
    page.innerHTML = `<p class="loading" role="status">${words["explore.loading"]}</p>`;
    const given = await server[verb]({ ids, language: language() }).catch(() => ({ failed: true }));
    if (mine !== wish) return;
    const sorry = words[given.gone ? "explore.gone" : "explore.failed"];
    page.innerHTML =
      given.html || `<p class="above"><a class="back" href="#explore">${words["explore.back"]}</a></p><p class="refusal" role="alert">${sorry}</p>`;
    window.scrollTo(0, 0);
    const heading = page.querySelector("h2");
    if (heading) heading.focus({ preventScroll: true });
    drawSaved();
  };

  const load = async () => {
    const given = await server.case_list({}).catch(() => ({ failed: true }));
    if (!given.cases) {
      find(".count").textContent = words["explore.failed"];
      return false;
    }
    raw = given.cases;
    ready();
    return true;
  };

  const ready = () => {
    held = prepare(raw, words, language());
    byId = new Map(held.rows.map((row) => [row.id, row]));
    draw();
    drawSaved();
  };

  let loading = null; // the cases on their way
  const arrive = async (rest) => {
    if (!root) return;
    loading = loading || load();
    if (!(await loading)) loading = null;
    const [, kind, named] = /^\/(case|compare)\/(.+)$/.exec(rest) || [];
    if (kind === "case") return open("case_page", [plain(named)]);
    if (kind === "compare") {
      compared = named.split(",").map(plain);
      return open("comparison", compared);
    }
    wish++;
    state = read(rest.replace(/^\?/, ""));
    listAddress = address();
    controls();
    draw();
    showList();
  };

  // The controls of the frame say what the state is.
  const controls = () => {
    find("#explore-search").value = state.query;
    find("#explore-sort").value = state.sort;
    find("#explore-only").checked = only;
  };

  const here = () => location.hash.replace(/^#explore/, "");

  // The frame was drawn anew, in another language or for the first time.
  const follow = () => {
    words = JSON.parse(find(".explore").dataset.words);
    if (window.matchMedia("(max-width: 899px)").matches)
      root.querySelectorAll(".filters, .overview").forEach((part) => part.removeAttribute("open"));
    if (!raw) return;
    controls();
    ready();
    if (window.assistantTabs.current() === "explore") arrive(here());
  };

  window.assistantExplore = {
    start(element, given, watch) {
      root = element;
      server = given;
      follow();
      watch("value", follow);
      shortlist.listen(drawSaved);
      window.assistantExploreControls(element, {
        toggle, update, draw, showMore, state: () => state, opened: () => opened, server,
        clear: () => { state.chosen = fresh().chosen; update(); },
        setOnly: (value) => { only = value; draw(); },
        listAddress: () => listAddress, rows: () => byId, compared: () => compared, language,
      });
      window.assistantTabs.listen("explore", (rest) => arrive(rest));
    },
  };
})();
