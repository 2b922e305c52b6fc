// What the page does without asking the server: the source pane, the keyboard, the live region.
(() => {
  "use strict";
  let opener = null; // the button that opened the pane, to give the focus back to
  let current = null; // the id of the leaf in the pane
  let chosen = null; // a question that was clicked and not typed, on its way to the server
  let submit = null; // sends the question
  let awaited = false; // whether an answer is on its way: one that is shown again is no news
  let announced = null; // the turn whose answer the live region has told of
  let growing = null; // the turn whose answer was seen while it was written
  let clicked = false; // whether the last question was clicked: what was clicked may be gone with the next drawing
  let moved = {}; // what a selector of the masthead was moved to, until the server is told

  const find = (selector) => document.querySelector(selector);

  const show = (id, focus) => {
    const leaf = document.getElementById(id);
    const pane = find("#pane aside");
    if (!leaf || !pane) return;
    current = id;
    find("#pane .body").innerHTML = leaf.innerHTML;
    find("#pane .position").textContent = leaf.dataset.position;
    find("#pane .previous").disabled = !leaf.dataset.previous;
    find("#pane .next").disabled = !leaf.dataset.next;
    document.body.classList.add("pane-open");
    document.querySelectorAll("[data-cite]").forEach((button) => {
      const here = button.dataset.cite === id;
      button.classList.toggle("current", here);
      if (button.classList.contains("cite")) button.setAttribute("aria-expanded", String(here));
    });
    if (focus) pane.focus({ preventScroll: true });
    const body = find("#pane .body");
    window.assistantTaking.original(leaf, body);
    const mark = body.querySelector("mark");
    body.scrollTop = mark ? mark.getBoundingClientRect().top - body.getBoundingClientRect().top - body.clientHeight / 3 : 0;
  };

  // Put a text into the question box, as if it had been typed.
  const write = (text) => {
    const box = find("#question textarea");
    box.value = text;
    box.dispatchEvent(new Event("input", { bubbles: true }));
    box.focus();
  };

  const close = () => {
    if (!document.body.classList.contains("pane-open")) return;
    document.body.classList.remove("pane-open");
    document.querySelectorAll("[data-cite].current").forEach((button) => {
      button.classList.remove("current");
      button.removeAttribute("aria-expanded");
    });
    current = null;
    const back = opener && opener.isConnected ? opener : find("#question textarea");
    if (back) back.focus({ preventScroll: true });
  };

  const step = (direction) => {
    const leaf = current && document.getElementById(current);
    const id = leaf && leaf.dataset[direction];
    if (!id) return;
    opener = find(`.cite[data-cite="${id}"]`) || find(`[data-cite="${id}"]`) || opener;
    show(id, false);
    const button = find(`#pane .${direction}`);
    if (button.disabled) find("#pane aside").focus({ preventScroll: true });
  };

  document.addEventListener("click", (event) => {
    const cite = event.target.closest("[data-cite]");
    if (cite) {
      opener = cite;
      show(cite.dataset.cite, true);
    } else if (event.target.closest("#pane .close")) close();
    else if (event.target.closest("#pane .previous")) step("previous");
    else if (event.target.closest("#pane .next")) step("next");
  });

  document.addEventListener(
    "keydown",
    (event) => {
      // The text box of Gradio must not take Shift+Enter for sending.
      if (event.key === "Enter" && event.shiftKey && event.target.closest("#question")) event.stopPropagation();
      if (event.key === "Escape") close();
      if (!event.target.closest("#pane, .cite")) return;
      if (event.key === "ArrowLeft") step("previous");
      if (event.key === "ArrowRight") step("next");
    },
    true,
  );
  document.addEventListener(
    "keypress",
    (event) => {
      if (event.key === "Enter" && event.shiftKey && event.target.closest("#question")) event.stopPropagation();
    },
    true,
  );

  // After every change of the conversation: scroll to a new turn, tell of a new answer, keep the pane in step.
  const settle = () => {
    const turns = document.querySelectorAll("#thread .turn");
    document.body.classList.toggle("begun", turns.length > 0);
    if (current && !document.getElementById(current)) close();
    else if (current) show(current, false);
    const last = turns[turns.length - 1];
    // While an answer is on its way, nothing else may redraw the conversation.
    const waiting = Boolean(last) && last.dataset.state === "waiting";
    document.querySelectorAll("#talks button, #language").forEach((control) => (control.disabled = waiting));
    waitOrWrite(waiting);
    window.assistantTalks.save();
    window.assistantAsked.mark();
    window.assistantExamples.show();
    if (!last) {
      announced = null;
      return;
    }
    if (waiting && last.querySelector(".answer")) growing = last.id;
    if (clicked && document.activeElement === document.body) last.querySelector(".question").focus({ preventScroll: true });
    const state = `${last.id} ${waiting}`;
    if (state === announced) return;
    announced = state;
    if (waiting || growing !== last.id) last.scrollIntoView({ block: "start" }); // who reads already is left alone
    find("#announce").textContent = waiting || !awaited ? "" : find("#thread .turns").dataset.ready;
    awaited = waiting;
  };

  // Stop takes the place of Send while an answer is written; who had the one has the other.
  const waitOrWrite = (waiting) => {
    if (document.body.classList.contains("waiting") === waiting) return;
    const [from, to] = waiting ? ["#send", "#stop"] : ["#stop", "#question textarea"];
    const had = find(from) === document.activeElement;
    document.body.classList.toggle("waiting", waiting);
    if (had) find(to).focus({ preventScroll: true });
  };

  // The page is set to a country: what follows it.
  const placed = () => {
    window.assistantExamples.show();
    window.assistantPlan.follow();
  };

  window.assistantPage = {
    // The masthead: its selectors are the asker's choices; its language is the page's.
    masthead(element, trigger, watch) {
      const follow = () => {
        const head = element.querySelector("header");
        document.documentElement.lang = head.dataset.language;
        document.title = head.dataset.title;
        document.body.classList.toggle("arrived", head.dataset.arrived === "true");
        // A choice made while the server answered an earlier one stands until it is answered too.
        const { language, country } = { ...head.dataset, ...moved };
        element.querySelector("#language").value = language;
        element.querySelector("#country").value = country;
        window.assistantTabs.mark();
        placed();
        if (document.body.classList.contains("arrived")) window.assistantAsked.arrived();
      };
      element.addEventListener("change", ({ target }) => {
        moved[target.id] = target.value;
        placed();
        trigger("select"); // not "change", which Gradio fires on every new drawing
      });
      watch("value", follow);
      follow();
    },
    thread(element, trigger, watch) {
      element.addEventListener("click", (event) => {
        const edit = event.target.closest("[data-edit]");
        if (edit) write(edit.dataset.edit);
      });
      window.assistantPage.chips(element, trigger);
      submit = () => trigger("submit");
      watch("value", settle);
    },
    // Questions that can be clicked, wherever they stand.
    chips(element, trigger) {
      element.addEventListener("click", (event) => {
        const chip = event.target.closest("[data-ask]");
        if (!chip) return;
        chosen = chip.dataset.ask;
        trigger("submit");
      });
    },
    pane(watch, server) {
      window.assistantTaking.pages(server);
      watch("value", () => current && show(current, false));
    },
    write,
    // Asks a question that was not typed.
    ask(question) {
      chosen = question;
      submit();
    },
    // What is sent: the question that was clicked, else what stands in the text box; how it is to be answered; and the
    // number of the turn that it stands in for, if any.
    asked(written) {
      const question = chosen === null ? written : chosen;
      clicked = chosen !== null;
      chosen = null;
      awaited = true;
      return [question, { ...window.assistantPage.choices(), replaces: window.assistantAsked.replaced() }];
    },
    // The choices that the server is told of: those that it last showed, and what was moved since.
    chosen() {
      const { language, country } = { ...find("#masthead header").dataset, ...moved };
      moved = {};
      return { language, country };
    },
    choices() {
      const documents = window.assistantShortlist.scope();
      return { language: find("#language").value, country: find("#country").value, documents };
    },
  };
})();
