// Cases as the browser holds them: what a search and the filters let through, how many of each value, in which order.
(() => {
  "use strict";
  const FACETS = ["country", "model", "topic", "sector", "group", "public", "year"];
  const OWN_WORDS = { country: "country", model: "model", topic: "topic", sector: "sector", group: "group" }; // facets whose values have words of the page

  // Letters as people may type them: without accents, æ and ä as a, ø and ö as o.
  const fold = (text) =>
    text.toLowerCase().replaceAll("æ", "a").replaceAll("ø", "o").normalize("NFD").replace(/[\u0300-\u036f]/g, "");

  const written = (row, facet) => {
    const value = row[facet];
    if (Array.isArray(value)) return value;
    return value === null || value === undefined ? [] : [String(value)];
  };

  // What each facet may hold: its values by key (lower case; "" where a case does not say), each with its label.
  const label = (facet, value, words) =>
    facet in OWN_WORDS ? words[`${OWN_WORDS[facet]}.${value}`] || value : value;

  const prepare = (rows, words, language) => {
    const labels = Object.fromEntries(FACETS.map((facet) => [facet, new Map()]));
    const collator = new Intl.Collator(language);
    const digits = new Intl.NumberFormat(language, { useGrouping: "min2", maximumFractionDigits: 20 });
    const figure = ([value, what]) => [/^\d+(\.\d+)?$/.test(value) ? digits.format(value) : value, what];
    const prepared = rows.map((row) => {
      const keys = {};
      for (const facet of FACETS) {
        const values = written(row, facet);
        keys[facet] = values.length ? [...new Set(values.map((value) => value.toLowerCase()))] : [""];
        for (const value of values) {
          const key = value.toLowerCase();
          if (!labels[facet].has(key)) labels[facet].set(key, label(facet, value, words));
        }
        if (!values.length) labels[facet].set("", words["explore.unknown"]);
      }
      const named = Object.keys(OWN_WORDS).flatMap((facet) => keys[facet].map((key) => labels[facet].get(key)));
      const hay = fold([row.title, row.summary, ...row.partners, ...row.sector, ...row.for, ...named].join(" \n "));
      return { ...row, figure: row.figure && figure(row.figure), keys, hay, place: 0 };
    });
    [...prepared].sort((a, b) => collator.compare(a.title, b.title)).forEach((row, place) => (row.place = place));
    return { rows: prepared, labels };
  };

  const orders = {
    newest: (a, b) => (b.year || 0) - (a.year || 0) || a.place - b.place,
    oldest: (a, b) => (a.year || 9999) - (b.year || 9999) || a.place - b.place,
    title: (a, b) => a.place - b.place,
  };

  const order = (sort, labels) => {
    if (sort !== "country") return orders[sort] || orders.newest;
    const name = (row) => labels.country.get(row.keys.country[0]);
    return (a, b) => name(a).localeCompare(name(b)) || a.place - b.place;
  };

  // The cases that pass, in order, and for each facet how many cases each value would leave.
  // A value is counted as if nothing of its own facet were chosen, so that a second one can be added.
  const select = ({ rows, labels }, { query, chosen, sort, only }) => {
    const wanted = fold(query).split(/\s+/).filter(Boolean);
    const active = FACETS.filter((facet) => chosen[facet].size);
    const counts = Object.fromEntries(FACETS.map((facet) => [facet, new Map()]));
    const count = (facet, row) =>
      row.keys[facet].forEach((key) => counts[facet].set(key, (counts[facet].get(key) || 0) + 1));
    const found = [];
    for (const row of rows) {
      if (only && !only.has(row.id)) continue;
      if (!wanted.every((part) => row.hay.includes(part))) continue;
      const failed = active.filter((facet) => !row.keys[facet].some((key) => chosen[facet].has(key)));
      if (failed.length > 1) continue;
      if (failed.length) {
        count(failed[0], row);
        continue;
      }
      FACETS.forEach((facet) => count(facet, row));
      found.push(row);
    }
    return { found: found.sort(order(sort, labels)), counts };
  };

  window.assistantCases = { FACETS, fold, prepare, select };
})();
