// Sources: files and addresses are looked at one by one, corrected, published and withdrawn; how far it has come is told.
(() => {
  "use strict";
  let root = null; // the element of the tab
  let server = null;
  let upload = null; // Gradio's: a File goes to the server and becomes {path}
  let busy = false; // one piece of work at a time

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

  const refresh = async () => {
    const answer = await call("shelf");
    find(".shelf").innerHTML = answer.html;
    find(".publish-all").hidden = manuscripts().length < 2;
  };

  // Works off a list, and tells after each how many are done, how many a minute, and the time left at that rate.
  const each = async (list, name, act) => {
    if (busy) return;
    busy = true;
    const bar = find("progress");
    const begun = performance.now();
    const { progress, ready } = frame().dataset;
    bar.hidden = false;
    bar.value = 0;
    for (const [done, one] of list.entries()) {
      const passed = (performance.now() - begun) / 1000;
      const rate = done ? (done / passed) * 60 : 0;
      const left = done ? clock((passed / done) * (list.length - done)) : "…";
      say(filled(progress, done, list.length, done ? rate.toFixed(rate < 10 ? 1 : 0) : "…", left, name(one)));
      bar.value = done / list.length;
      await act(one);
    }
    bar.hidden = true;
    busy = false;
    say(filled(ready, list.length, clock((performance.now() - begun) / 1000)));
    await refresh();
  };

  const add = (selector, html) => find(selector).insertAdjacentHTML("beforeend", html);

  const lookAt = (files, addresses) =>
    each(
      [...files, ...addresses],
      (one) => one.name || one,
      async (one) => {
        const sent = typeof one === "string" ? { address: one } : await upload(one).catch(() => ({}));
        const answer = await call("look", { address: sent.address || one.name || "", path: sent.path || "" });
        const many = manuscripts().length;
        add(".desk", answer.html);
        if (many === manuscripts().length) [...find(".desk").children].slice(-1).forEach((told) => told.setAttribute("role", "alert"));
      },
    );

  const title = (manuscript) => manuscript.querySelector("h3").textContent;

  const publish = (list) =>
    each(list, title, async (manuscript) => {
      const answer = await call("publish", { text: manuscript.querySelector("textarea").value });
      if (!answer.done) return void (manuscript.querySelector(".problem").innerHTML = answer.html);
      manuscript.remove();
      add(".outcomes", answer.html);
    });

  const onSubmit = (event) => {
    event.preventDefault();
    const files = [...find("#sources-files").files];
    const box = find("#sources-addresses");
    const addresses = box.value.split(/\s+/).filter(Boolean);
    if (busy) return;
    if (!files.length && !addresses.length) return say(frame().dataset.nothing);
    find("form").reset();
    lookAt(files, addresses);
  };

  const onClick = (event) => {
    const button = event.target.closest("button");
    const manuscript = event.target.closest(".manuscript");
    if (!button || busy) return;
    if (button.matches(".publish")) publish([manuscript]);
    else if (button.matches(".publish-all")) publish(manuscripts());
    else if (button.matches(".drop")) {
      manuscript.remove();
      find(".publish-all").hidden = manuscripts().length < 2;
    } else if (button.matches(".withdraw"))
      each([button.dataset.id], String, async (id) => add(".outcomes", (await call("withdraw", { id })).html));
  };

  // Files may be dropped anywhere on the tab.
  const onDrag = (event) => {
    if (![...event.dataTransfer.types].includes("Files")) return;
    event.preventDefault();
    find(".well").classList.toggle("over", event.type === "dragover");
    if (event.type === "drop" && !busy) lookAt([...event.dataTransfer.files], []);
  };

  window.assistantSources = {
    start(element, verbs, send, watch) {
      root = element;
      server = verbs;
      upload = send;
      element.addEventListener("submit", onSubmit);
      element.addEventListener("click", onClick);
      for (const name of ["dragover", "dragleave", "drop"]) element.addEventListener(name, onDrag);
      watch("value", () => window.assistantTabs.current() === "sources" && refresh());
      window.assistantTabs.listen("sources", refresh);
    },
  };
})();
