// What is done with an answer: copied, taken along as a file, remarked upon; and the original beside a citation.
(() => {
  "use strict";
  let root = null;
  let trigger = null;
  let wish = null; // what the server was asked for and has not given yet
  let wishes = 0; // how often it was asked

  const words = () => root.querySelector(".desk").dataset;
  const rowOf = (turn) => document.querySelector(`#thread .taken[data-turn="${turn}"]`);

  const say = (turn, text) => {
    const row = rowOf(turn);
    if (row) row.querySelector(".said").textContent = text;
  };

  const ask = (wanted) => {
    if (wish) return; // one at a time
    wish = { ...wanted, number: ++wishes };
    trigger("submit");
  };

  // Puts both kinds of text where the browser keeps what is copied. Without https there is only the older way.
  const put = async (plain, html) => {
    if (navigator.clipboard && window.ClipboardItem) {
      const kinds = { "text/plain": plain, "text/html": html };
      const blobs = Object.entries(kinds).map(([type, text]) => [type, new Blob([text], { type })]);
      try {
        await navigator.clipboard.write([new ClipboardItem(Object.fromEntries(blobs))]);
        return true;
      } catch {
        // Not allowed: the older way may be.
      }
    }
    let done = false;
    const give = (event) => {
      event.clipboardData.setData("text/plain", plain);
      event.clipboardData.setData("text/html", html);
      event.preventDefault();
      done = true;
    };
    document.addEventListener("copy", give, { once: true, capture: true });
    document.execCommand("copy");
    document.removeEventListener("copy", give, { capture: true });
    return done;
  };

  const copy = async (row) => {
    const held = row.querySelector("template.copy");
    const done = await put(held.dataset.plain, held.innerHTML);
    say(row.dataset.turn, done ? words().copied : words().notCopied);
  };

  const closeForm = (back) => {
    const form = document.querySelector("form.remark");
    if (!form) return;
    const opener = rowOf(form.dataset.turn)?.querySelector('[data-verdict][aria-expanded="true"]');
    form.remove();
    if (!opener) return;
    opener.setAttribute("aria-expanded", "false");
    if (back) opener.focus();
  };

  const openForm = (button, row) => {
    const again = button.getAttribute("aria-expanded") === "true";
    closeForm(again);
    if (again) return;
    const { turn, kept } = row.dataset;
    const held = root.querySelector("template");
    const form = held.content.firstElementChild.cloneNode(true);
    form.dataset.turn = turn;
    form.dataset.verdict = button.dataset.verdict;
    form.querySelector("h3").textContent = held.dataset[button.dataset.verdict];
    form.querySelector("q").textContent = kept;
    form.querySelector(".with").hidden = !kept;
    row.after(form);
    button.setAttribute("aria-expanded", "true");
    say(turn, "");
    form.scrollIntoView({ block: "nearest" });
    form.querySelector("textarea").focus({ preventScroll: true });
  };

  document.addEventListener("click", (event) => {
    const row = event.target.closest("#thread .taken");
    const button = event.target.closest("button");
    if (button?.closest("form.remark")?.contains(button) && button.matches(".cancel")) return closeForm(true);
    if (!row || !button) return;
    if (button.dataset.verdict) return openForm(button, row);
    if (button.dataset.take === "copy") return copy(row);
    const turn = Number(row.dataset.turn);
    say(turn, words().making);
    ask({ turn, form: button.dataset.take });
  });

  document.addEventListener("submit", (event) => {
    const form = event.target.closest("form.remark");
    if (!form) return;
    event.preventDefault();
    const [said, question] = ["#remark-said", "#remark-question"].map((name) => form.querySelector(name));
    ask({ turn: Number(form.dataset.turn), verdict: form.dataset.verdict, said: said.value, question: question.checked });
  });

  document.addEventListener("keydown", (event) => {
    if (event.key === "Escape" && event.target.closest("form.remark")) closeForm(true);
  });

  // --- the original beside a citation
  let server = null;
  let asked = 0; // number of the last page that was asked for: one that comes late is not shown
  const seen = new Map(); // pages that were fetched, by what was asked

  const original = async (leaf, body) => {
    const mine = ++asked;
    const { document: name, page, quote } = leaf.dataset;
    if (!server || !page) return;
    const wanted = {
      document: name,
      page: Number(page),
      quote: quote || "",
      title: leaf.querySelector("h2").textContent,
      language: document.documentElement.lang,
    };
    const key = JSON.stringify(wanted);
    if (!seen.has(key)) seen.set(key, await server.source_page(wanted).catch(() => ({})));
    const { html } = seen.get(key);
    if (mine === asked && html) body.querySelector(".passage").insertAdjacentHTML("afterend", html);
  };

  // Small type is read at more than twice the size, beginning at the place that is marked.
  const enlarge = (button) => {
    const larger = button.getAttribute("aria-pressed") !== "true";
    button.setAttribute("aria-pressed", String(larger));
    const figure = button.closest(".original").querySelector("figure");
    const spot = figure.querySelector(".spot");
    if (!larger || !spot) return;
    figure.scrollTop = spot.offsetTop - figure.clientHeight / 3;
    figure.scrollLeft = spot.offsetLeft - 16;
  };

  document.addEventListener("click", (event) => {
    const button = event.target.closest("#pane .larger");
    if (button) enlarge(button);
  });

  window.assistantTaking = {
    start(element, act) {
      root = element;
      trigger = act;
    },
    wanted: () => wish,
    take(given) {
      if (!wish) return;
      const { turn, number } = wish;
      wish = null;
      const answered = given?.number === number;
      if (answered && given.content) {
        window.assistantDownload(given.name, given.content, given.media);
        say(turn, words().taken.replace("{0}", given.name));
      } else if (answered && given.thanks) {
        closeForm(true);
        say(turn, words().thanks);
      } else say(turn, words().failed);
    },
    pages(given) {
      server = given;
    },
    original,
  };
})();
