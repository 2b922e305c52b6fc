// The glossary: fetched when it is first opened, searched in every language as one types, and opened at a term.
(() => {
  "use strict";
  let root = null;
  let server = null;
  let fetched = ""; // the language of the entries that are shown

  const find = (selector) => root.querySelector(selector);
  const { fill } = window.assistantCaseList;
  const { fold } = window.assistantCases;

  const search = () => {
    const wanted = fold(find("#glossary-search").value).split(/\s+/).filter(Boolean);
    const entries = [...root.querySelectorAll("[data-term]")];
    const fits = (entry) => wanted.every((part) => entry.hay.includes(part));
    entries.forEach((entry) => (entry.hidden = !fits(entry)));
    const left = entries.filter((entry) => !entry.hidden).length;
    find(".count").textContent = fill(find(".glossary").dataset.count, left, entries.length);
    find(".none").hidden = left > 0;
  };

  const load = async () => {
    const language = find(".glossary").dataset.language;
    if (fetched === language && find("[data-term]")) return;
    fetched = language;
    const given = await server.entries({ language }).catch(() => null);
    if (!given || !given.html) {
      fetched = "";
      find(".entries").textContent = find(".glossary").dataset.failed;
      return;
    }
    if (fetched !== language) return;
    find(".entries").innerHTML = given.html;
    root.querySelectorAll("[data-term]").forEach((entry) => (entry.hay = fold(entry.textContent)));
    search();
  };

  const arrive = async (rest) => {
    await load();
    const entry = rest.length > 1 && document.getElementById(`term-${rest.slice(1)}`);
    if (!entry) return;
    if (entry.hidden) {
      find("#glossary-search").value = "";
      search();
    }
    entry.scrollIntoView({ block: "start" });
    entry.focus({ preventScroll: true });
  };

  window.assistantGlossary = {
    start(element, given, watch) {
      root = element;
      server = given;
      element.addEventListener("input", search);
      // Drawn anew, in another language or for the first time: the entries are to be fetched again.
      watch("value", () => window.assistantTabs.current() === "glossary" && arrive(location.hash.replace(/^#glossary/, "")));
      window.assistantTabs.listen("glossary", arrive);
    },
  };
})();
