// What every click, key and choice in Explore does; `tab` is what explore.js lets it use.
(() => {
  "use strict";
  const shortlist = window.assistantShortlist;

  // A file from the server's answer, put where the browser keeps its downloads.
  const download = async (tab, form) => {
    const given = await tab.server
      .comparison_file({ ids: tab.compared(), form, language: tab.language() })
      .catch(() => ({ failed: true }));
    if (!given.content) return;
    window.assistantDownload(given.name, given.content);
  };

  const ask = (ids) => {
    shortlist.limit(ids);
    window.assistantTabs.open("ask");
    const box = document.querySelector("#question textarea");
    if (box) box.focus();
  };

  const compare = (ids) => (location.hash = `#explore/compare/${ids.map(encodeURIComponent).join(",")}`);

  // What a click does, by the thing that was clicked; the first that fits.
  const clicks = (tab, element) => [
    [".save, .tray .drop", (it) => shortlist.toggle(it.dataset.save)],
    [".tray .compare", () => compare(shortlist.ticked(tab.rows()))],
    [".tray .ask", () => ask(shortlist.ticked(tab.rows()))],
    [".tray .empty", () => shortlist.clear()],
    ["[data-export]", (it) => download(tab, it.dataset.export)],
    [".back", () => (location.hash = tab.listAddress())],
    ["[data-toggle]", (it) => tab.toggle(it.dataset.toggle, it.dataset.value)],
    [".map g", (it) => tab.toggle("country", it.dataset.country.toLowerCase())],
    [".picked .clear", () => (tab.clear(), element.querySelector("#explore-search").focus())],
    ["[data-drop]", (it) => (tab.toggle(it.dataset.drop, it.dataset.value), element.querySelector("#explore-search").focus())],
    [
      "[data-all]",
      ({ dataset: { all } }) => {
        if (!tab.opened().delete(all)) tab.opened().add(all);
        tab.draw();
      },
    ],
    ["[data-view]", (it) => ((tab.state().view = it.dataset.view), tab.update())],
    [
      "[data-order]",
      (it) => {
        element.querySelector("#explore-sort").value = tab.state().sort = it.dataset.order;
        tab.update();
      },
    ],
    [
      ".further",
      () => {
        const [first] = tab.showMore();
        if (first) document.getElementById(`title-${first.id}`).querySelector("a").focus();
      },
    ],
  ];

  window.assistantExploreControls = (element, tab) => {
    const known = clicks(tab, element);
    element.addEventListener("click", (event) => {
      const [selector, act] = known.find(([part]) => event.target.closest(part)) || [];
      if (!act) return;
      if (event.target.closest("a")) event.preventDefault();
      act(event.target.closest(selector));
    });
    element.addEventListener("input", (event) => {
      if (event.target.id !== "explore-search") return;
      tab.state().query = event.target.value;
      tab.update();
    });
    element.addEventListener("change", ({ target }) => {
      if (target.dataset.facet) tab.toggle(target.dataset.facet, target.value);
      else if (target.dataset.tick) shortlist.tick(target.dataset.tick);
      else if (target.id === "explore-only") tab.setOnly(target.checked);
      else if (target.id === "explore-sort") {
        tab.state().sort = target.value;
        tab.update();
      }
    });
  };
})();
