// Cases, filters and charts as HTML; every text goes through `escape` where it enters.
(() => {
  "use strict";
  const FIRST = 6; // values of a facet that are shown before "show all"
  const NORDIC = ["no", "se", "dk", "fi", "is"];
  const marks = { "&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;", "'": "&#39;" };
  const escape = (text) => String(text).replace(/[&<>"']/g, (letter) => marks[letter]);
  const fill = (text, ...values) => text.replace(/\{(\d)\}/g, (_, at) => values[at]);
  const spoken = (row) => `lang="${escape(row.lang)}"`;
  const link = (row) => `<a href="#explore/case/${encodeURIComponent(row.id)}" ${spoken(row)}>${escape(row.title)}</a>`;

  const save = (row, words, saved) =>
    `<button type="button" class="save" data-save="${escape(row.id)}" aria-pressed="${saved.has(row.id)}" ` +
    `aria-describedby="title-${escape(row.id)}">${escape(words[saved.has(row.id) ? "explore.saved" : "explore.save"])}</button>`;

  const names = (row, facet, labels) => row.keys[facet].filter(Boolean).map((key) => labels[facet].get(key));

  const card = (row, { words, labels, saved }) => {
    const tags = names(row, "model", labels).map((name) => `<span class="tag">${escape(name)}</span>`).join("");
    const country = row.country
      ? `<span class="country" title="${escape(labels.country.get(row.keys.country[0]))}">${escape(row.country)}</span>`
      : "";
    const period = row.period ? `<span>${escape(row.period)}</span>` : "";
    const figure = row.figure
      ? `<p class="figure" ${spoken(row)}><b>${escape(row.figure[0])}</b> <span>${escape(row.figure[1])}</span></p>`
      : "";
    const who = row.partners.length ? `<p class="who" ${spoken(row)}>${escape(row.partners.join(" · "))}</p>` : "";
    return (
      `<li><article class="casecard"><p class="meta">${country}${period}</p><h3 id="title-${escape(row.id)}">${link(row)}</h3>` +
      `<p class="summary" ${spoken(row)}>${escape(row.summary)}</p>${figure}${who}<div class="tags">${tags}</div>` +
      `${save(row, words, saved)}</article></li>`
    );
  };

  const COLUMNS = [
    ["case.title", "title"],
    ["facet.country", "country"],
    ["facet.model", null],
    ["facet.sector", null],
    ["facet.group", null],
    ["facet.public", null],
    ["facet.year", "newest"],
    ["tray.heading", null],
  ];

  const head = (words, sort) => {
    const cells = COLUMNS.map(([key, order]) => {
      const now = sort === order || (order === "newest" && sort === "oldest");
      const told = now && order ? ` aria-sort="${sort === "newest" ? "descending" : "ascending"}"` : "";
      const next = order === "newest" && sort === "newest" ? "oldest" : order;
      const inside = order
        ? `<button type="button" id="order-${order}" data-order="${next}">${escape(words[key])}</button>`
        : escape(words[key]);
      return `<th scope="col"${told}>${inside}</th>`;
    });
    return `<thead><tr>${cells.join("")}</tr></thead>`;
  };

  const line = (row, { words, labels, saved }) => {
    const cell = (facet) => `<td>${escape(names(row, facet, labels).join(", ") || "–")}</td>`;
    return (
      `<tr><th scope="row" id="title-${escape(row.id)}">${link(row)}</th>${["country", "model", "sector", "group", "public", "year"]
        .map(cell)
        .join("")}<td>${save(row, words, saved)}</td></tr>`
    );
  };

  const list = (rows, view, sort, known) => {
    if (view !== "table") return `<ul class="caselist">${rows.map((row) => card(row, known)).join("")}</ul>`;
    const body = rows.map((row) => line(row, known)).join("");
    const label = escape(known.words["view.table"]);
    return `<div class="wide" role="region" tabindex="0" aria-label="${label}"><table>${head(known.words, sort)}<tbody>${body}</tbody></table></div>`;
  };

  // More rows of the same list, to be put behind those that are shown.
  const further = (rows, view, known) => rows.map((row) => (view === "table" ? line : card)(row, known)).join("");

  const ordered = (facet, counts, labels) => {
    const keys = [...counts.keys()];
    const name = (key) => labels.get(key);
    if (facet === "year") return keys.sort((a, b) => b.localeCompare(a));
    return keys.sort((a, b) => (a === "") - (b === "") || counts.get(b) - counts.get(a) || name(a).localeCompare(name(b)));
  };

  const place = (labels, key) => [...labels.keys()].indexOf(key);

  const facets = (counts, chosen, opened, { words, labels }) =>
    window.assistantCases.FACETS.map((facet) => {
      const held = new Map(counts[facet]);
      chosen[facet].forEach((key) => held.has(key) || held.set(key, 0));
      const keys = ordered(facet, held, labels[facet]);
      const at = new Map([...labels[facet].keys()].map((key, number) => [key, number]));
      const shown = opened.has(facet) ? keys : keys.filter((key, number) => number < FIRST || chosen[facet].has(key));
      const boxes = shown.map((key) => {
        const id = `f-${facet}-${at.get(key)}`;
        const ticked = chosen[facet].has(key) ? " checked" : "";
        return (
          `<label for="${id}"><input type="checkbox" id="${id}" data-facet="${facet}" value="${escape(key)}"${ticked}>` +
          `<span>${escape(labels[facet].get(key) || key)}</span> <b>${held.get(key)}</b></label>`
        );
      });
      const more = keys.length > FIRST ? words[opened.has(facet) ? "facet.fewer" : "facet.all"] : "";
      const button = more
        ? `<button type="button" class="all" id="all-${facet}" data-all="${facet}" aria-expanded="${opened.has(facet)}">` +
          `${escape(fill(more, keys.length))}<span class="unseen"> ${escape(words[`facet.${facet}`])}</span></button>`
        : "";
      const tall = opened.has(facet) ? " class='all'" : "";
      return `<fieldset${tall}><legend>${escape(words[`facet.${facet}`])}</legend><div class="values">${boxes.join("")}</div>${button}</fieldset>`;
    }).join("");

  const picked = (chosen, { words, labels }) => {
    const chips = window.assistantCases.FACETS.flatMap((facet) =>
      [...chosen[facet]].map((key) => {
        const name = labels[facet].get(key) || key;
        return (
          `<li><button type="button" data-drop="${facet}" data-value="${escape(key)}" aria-label="${escape(fill(words["explore.drop"], name))}">` +
          `${escape(name)} <span aria-hidden="true">×</span></button></li>`
        );
      }),
    );
    return chips.length > 1
      ? `${chips.join("")}<li><button type="button" class="clear">${escape(words["explore.clear"])}</button></li>`
      : chips.join("");
  };

  const bar = (facet, key, count, most, chosen, labels) =>
    `<button type="button" id="c-${facet}-${place(labels, key)}" data-toggle="${facet}" data-value="${escape(key)}" ` +
    `aria-pressed="${chosen.has(key)}"><span class="name">${escape(labels.get(key) || key)}</span>` +
    `<span class="track"><i style="inline-size:${(100 * count) / most}%"></i></span> <b>${count}</b></button>`;

  const bars = (facet, counts, chosen, labels) => {
    const keys = ordered(facet, counts, labels).slice(0, 8);
    const most = Math.max(1, ...counts.values());
    return keys.map((key) => bar(facet, key, counts.get(key), most, chosen, labels)).join("");
  };

  const years = (counts, chosen) => {
    const known = [...counts.keys()].filter(Boolean).map(Number).sort((a, b) => a - b);
    if (!known.length) return "";
    const most = Math.max(1, ...known.map((year) => counts.get(String(year))));
    const span = Array.from({ length: known[known.length - 1] - known[0] + 1 }, (_, at) => known[0] + at);
    const columns = span.map((year) => {
      const count = counts.get(String(year)) || 0;
      const told = year % 5 ? "" : `<span class="tick" aria-hidden="true">${year}</span>`;
      if (!count) return `<span class="year">${told}</span>`;
      const picked = chosen.has(String(year)) ? " chosen" : "";
      return (
        `<span class="year${picked}" data-toggle="year" data-value="${year}" title="${year}: ${count}">` +
        `<i style="block-size:${(100 * count) / most}%"></i>${told}</span>`
      );
    });
    // One picture to a screen reader; its columns are too narrow for a finger, so the keyboard has the filter instead.
    const told = known.map((year) => `${year}: ${counts.get(String(year))}`).join(", ");
    return `<div class="columns" role="img" aria-label="${told}">${columns.join("")}</div>`;
  };

  // The map: how strong the colour of each country is, and its number of cases.
  const paint = (map, counts, chosen) => {
    const most = Math.max(1, ...NORDIC.map((key) => counts.get(key) || 0));
    map.querySelectorAll("g").forEach((shape) => {
      const key = shape.dataset.country.toLowerCase();
      const count = counts.get(key) || 0;
      shape.style.setProperty("--strength", count ? `${25 + (75 * count) / most}%` : "0%");
      shape.classList.toggle("strong", count > most / 2);
      shape.classList.toggle("chosen", chosen.has(key));
      shape.querySelector("text").textContent = count || "";
    });
  };

  window.assistantCaseList = { escape, fill, list, further, facets, picked, bars, years, paint };
})();
