// What is done with a question that was asked: corrected, asked again, its link copied. And a link is followed.
(() => {
  "use strict";
  const LONGEST = 2000; // letters of a question that a link may ask
  let replaces = null; // the number of the turn that the next question stands in for
  let linked = null; // the question of the link that the page was opened with, until it is asked

  const find = (selector) => document.querySelector(selector);

  const fromAddress = () => {
    const given = new URLSearchParams(location.search);
    const taken = { q: given.get("q"), country: given.get("country"), language: given.get("lang") };
    if (Object.values(taken).every((value) => value === null)) return {};
    // Out of the address, so that reloading the page does not ask again.
    ["q", "country", "lang"].forEach((name) => given.delete(name));
    const query = given.size ? `?${given}` : "";
    history.replaceState(history.state, "", `${location.pathname}${query}${location.hash}`);
    return taken;
  };

  const address = fromAddress();
  linked = (address.q || "").trim().slice(0, LONGEST) || null;

  const linkTo = (turn) => {
    const kept = JSON.parse(turn.dataset.kept);
    const asked = new URLSearchParams({ q: (kept.settled || kept.question).slice(0, LONGEST) });
    asked.set("country", find("#country").value);
    asked.set("lang", find("#language").value);
    return `${location.origin}${location.pathname}?${asked}`;
  };

  // The clipboard is only there where the page has https; else the way that browsers had before it.
  const copy = async (text) => {
    try {
      await navigator.clipboard.writeText(text);
      return;
    } catch {
      const box = document.createElement("textarea");
      box.value = text;
      box.className = "unseen";
      document.body.append(box);
      box.select();
      document.execCommand("copy");
      box.remove();
    }
  };

  const give = async (turn, button) => {
    await copy(linkTo(turn));
    const said = find("#thread .turns").dataset.copied;
    const label = button.textContent;
    button.focus();
    if (label !== said) {
      button.textContent = said;
      setTimeout(() => (button.textContent = label), 2500);
    }
    find("#announce").textContent = said;
  };

  const mark = () => {
    const sign = find("#correcting");
    document.querySelectorAll("#thread .turn").forEach((turn, place) => turn.classList.toggle("replaced", replaces !== null && place + 1 >= replaces));
    if (!sign) return;
    sign.hidden = replaces === null;
  };

  const edit = (number, question) => {
    replaces = number;
    window.assistantPage.write(question);
    mark();
  };

  const giveUp = (clear) => {
    if (replaces === null) return;
    replaces = null;
    mark();
    if (clear) window.assistantPage.write("");
  };

  document.addEventListener("click", (event) => {
    if (event.target.closest("#correcting button")) return giveUp(true);
    const button = event.target.closest("#thread [data-act]");
    if (!button || document.body.classList.contains("waiting")) return;
    const turn = button.closest(".turn");
    const number = Number(turn.id.slice("turn-".length));
    const { question } = JSON.parse(turn.dataset.kept);
    if (button.dataset.act === "link") give(turn, button);
    else if (button.dataset.act === "edit") edit(number, question);
    else {
      replaces = number;
      window.assistantPage.ask(question);
    }
  });
  document.addEventListener("keydown", (event) => {
    if (event.key === "Escape" && event.target.closest("#question")) giveUp(true);
  });

  window.assistantAsked = {
    // The turn that the question being sent stands in for; asked once.
    replaced() {
      const number = replaces;
      replaces = null;
      mark();
      return number;
    },
    mark,
    // What the browser keeps of language and country, with what the link says of them.
    choices(kept) {
      if (linked !== null) window.assistantTalks.fresh();
      const given = Object.fromEntries(["language", "country"].filter((name) => address[name]).map((name) => [name, address[name]]));
      return { ...kept, ...given, linked: Object.keys(given).length > 0 };
    },
    // The page is there in its language: the question of the link is asked, once.
    arrived() {
      if (linked === null) return;
      const question = linked;
      linked = null;
      window.assistantTabs.open("ask");
      window.assistantPage.ask(question);
    },
  };
})();
