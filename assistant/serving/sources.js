// Sources: files and addresses are looked at one by one, corrected, published and withdrawn; how far it has come is told.
(() => {
  "use strict";
  const PLACES = [".desk", ".outcomes"]; // where what was looked at stands, and what happened
  let root = null; // the element of the tab
  let server = null;
  let upload = null; // Gradio's: a File goes to the server and becomes {path}
  let wish = 0; // number of the last lists that were asked for: earlier ones that come late are in another language
  let work = Promise.resolve(); // ends when everything that was begun is done: one piece of work at a time
  const kept = {}; // what stands in each of the places, through a change of the page's language
  const drawn = new WeakMap(); // the html that each list was last drawn from

  const find = (selector) => root.querySelector(selector);
  const frame = () => find(".sources");
  const asked = (more) => ({ language: frame().dataset.language, ...more });
  const say = (text) => (find(".status").textContent = text);
  const filled = (text, ...values) => text.replace(/\{(\d)\}/g, (_, place) => values[place]);
  const clock = (seconds) => `${Math.floor(seconds / 60)}:${String(Math.round(seconds % 60)).padStart(2, "0")}`;
  const manuscripts = () => [...root.querySelectorAll(".manuscript")];

  // Calls a verb of the server; what goes wrong on the way is told like what the server could not do.
  const call = async (verb, more) => {
    const answer = await server[verb](asked(more)).catch(() => ({ failed: true }));
    return answer.failed ? { html: `<p>${frame().dataset.crashed}</p>` } : answer;
  };

  // A list is drawn again only when it is another; rows that the editor opened meanwhile stay open and in focus.
  const draw = (list, html) => {
    if (drawn.get(list) === html) return;
    const rows = () => [...list.querySelectorAll("tr[data-id]")];
    const opened = rows().filter((row) => row.querySelector("details").open);
    const focused = list.contains(document.activeElement) ? document.activeElement : null;
    const held = rows().find((row) => row.contains(focused));
    drawn.set(list, html);
    list.innerHTML = html;
    for (const row of rows()) {
      const was = (one) => one && one.dataset.id === row.dataset.id;
      row.querySelector("details").open = opened.some(was);
      if (was(held)) row.querySelector(focused.localName).focus({ preventScroll: true });
    }
  };

  const refresh = async () => {
    const mine = ++wish;
    const [held, said] = await Promise.all([call("shelf"), call("remarks")]);
    if (mine !== wish) return;
    draw(find(".shelf"), held.html);
    draw(find(".said"), said.html);
    remember();
  };

  // Works off a list, and tells after each how many are done, how many a minute, and the time left at that rate.
  // What stands for several others (a zip file) is told by `act`: they take its place in the list.
  const go = async (list, name, act) => {
    const bar = find("progress");
    const begun = performance.now();
    const { progress, ready } = frame().dataset;
    bar.hidden = false;
    bar.value = 0;
    let done = 0;
    while (done < list.length) {
      const one = list[done];
      const passed = (performance.now() - begun) / 1000;
      const rate = done ? (done / passed) * 60 : 0;
      const left = done ? clock((passed / done) * (list.length - done)) : "…";
      say(filled(progress, done, list.length, done ? rate.toFixed(rate < 10 ? 1 : 0) : "…", left, name(one)));
      bar.value = done / list.length;
      const parts = await act(one);
      if (parts) list.splice(done, 1, ...parts);
      else done += 1;
    }
    bar.hidden = true;
    say(filled(ready, list.length, clock((performance.now() - begun) / 1000)));
    await refresh();
  };

  const each = (...wish) => (work = work.catch(() => {}).then(() => go(...wish)));

  const remember = () => {
    PLACES.forEach((place) => (kept[place] = [...find(place).children]));
    find(".publish-all").hidden = manuscripts().length < 2;
  };

  const add = (place, html) => {
    find(place).insertAdjacentHTML("beforeend", html);
    remember();
  };

  const lookAt = (files, addresses) =>
    each(
      [...files, ...addresses],
      (one) => one.name || one,
      async (one) => {
        const known = typeof one === "string" ? { address: one } : one instanceof File ? null : one;
        const sent = known || (await upload(one).catch(() => null));
        const answer = sent ? await call("look", sent) : { html: `<p>${frame().dataset.crashed}</p>` };
        if (answer.parts) return answer.parts;
        const many = manuscripts().length;
        add(".desk", answer.html);
        if (many === manuscripts().length) find(".desk").lastElementChild.setAttribute("role", "alert"); // it failed
      },
    );

  const title = (manuscript) => manuscript.querySelector("h3").textContent;

  const publish = (list) =>
    each(list, title, async (manuscript) => {
      if (!manuscript.isConnected) return;
      const text = manuscript.querySelector("textarea").value;
      const answer = await call("publish", { text, original: manuscript.dataset.original });
      if (!answer.done) return void (manuscript.querySelector(".problem").innerHTML = answer.html);
      manuscript.remove();
      add(".outcomes", answer.html);
    });

  const onSubmit = (event) => {
    event.preventDefault();
    const addresses = find("#sources-addresses").value.split(/\s+/).filter(Boolean);
    if (!addresses.length) return say(frame().dataset.nothing);
    find("form").reset();
    lookAt([], addresses);
  };

  const onChange = (event) => {
    if (event.target.type !== "file" || !event.target.files.length) return;
    lookAt([...event.target.files], []);
    event.target.value = "";
  };

  const onClick = (event) => {
    const button = event.target.closest("button");
    const manuscript = event.target.closest(".manuscript");
    if (!button) return;
    if (button.matches(".publish")) publish([manuscript]);
    else if (button.matches(".publish-all")) publish(manuscripts());
    else if (button.matches(".drop")) {
      if (manuscript.dataset.original) call("drop", { original: manuscript.dataset.original });
      manuscript.remove();
      remember();
    } else if (button.matches(".withdraw"))
      each([button.dataset.id], String, async (id) => add(".outcomes", (await call("withdraw", { id })).html));
  };

  // Files may be dropped anywhere on the tab.
  const onDrag = (event) => {
    if (![...event.dataTransfer.types].includes("Files")) return;
    event.preventDefault();
    find(".well").classList.toggle("over", event.type === "dragover");
    if (event.type === "drop") lookAt([...event.dataTransfer.files], []);
  };

  const redrawn = () => {
    PLACES.forEach((place) => find(place).replaceChildren(...(kept[place] || [])));
    if (window.assistantTabs.current() === "sources") refresh();
  };

  window.assistantSources = {
    start(element, verbs, send, watch) {
      root = element;
      server = verbs;
      upload = send;
      element.addEventListener("submit", onSubmit);
      element.addEventListener("click", onClick);
      for (const name of ["dragover", "dragleave", "drop"]) element.addEventListener(name, onDrag);
      element.addEventListener("change", onChange);
      watch("value", redrawn);
      window.assistantTabs.listen("sources", refresh);
    },
  };
})();
