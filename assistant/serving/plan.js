// Plan: what the form holds, the plan that the server makes of it, and the plan made again when an answer changes.
(() => {
  "use strict";
  const FIELDS = ["need", "who", "suppliers", "value", "currency", "country"];
  const CURRENCY = { NO: "NOK", DK: "DKK", SE: "SEK", FI: "EUR", EU: "EUR" };
  let root = null; // the element of the tab
  let server = null;
  let kept = {}; // what stands in the form, through a change of the page's language
  let given = {}; // the answers that the person gave, by question
  let route = ""; // the route whose steps are shown, "" for the best
  let own = false; // whether a country was chosen here
  let made = null; // the need that the plan on the page is for
  let wish = 0; // number of the last plan that was asked for: an earlier one that comes late is not shown

  const find = (selector) => root.querySelector(selector);
  const field = (name) => find(`#plan-${name}`);
  const planner = () => find(".planner");

  const remember = () => FIELDS.forEach((name) => (kept[name] = field(name).value));

  const setCountry = (country) => {
    kept.country = field("country").value = country;
    kept.currency = field("currency").value = CURRENCY[country] || "";
  };

  // The country is the one that the page is set to, until one was chosen here or a plan was made.
  const follow = () => {
    const page = document.querySelector("#country");
    if (!root || own || made !== null || !page) return;
    setCountry(page.value in CURRENCY ? page.value : "");
  };

  // The form as it was left.
  const restore = () => {
    FIELDS.forEach((name) => kept[name] !== undefined && (field(name).value = kept[name]));
    follow();
  };

  const ranking = () => JSON.parse(find(".plan")?.dataset.ranking || "[]");

  const asked = (before) => ({ ...kept, answers: given, route, before, language: planner().dataset.language });

  const say = (name) => (find(".status").textContent = name ? planner().dataset[name] : "");

  // Shows what `draw` draws, with what was unfolded, and gives the keyboard back to the control with the same id; the
  // button that chose a route is gone, and its place is taken by the route.
  const keepingPlace = (draw) => {
    const { id, className } = document.activeElement || {};
    const unfolded = [...find(".result").querySelectorAll("details[open]")].map((part) => part.id);
    draw();
    unfolded.forEach((name) => document.getElementById(name)?.setAttribute("open", ""));
    const again = className === "pick" ? find(".route:has(.chosen) summary") : id && document.getElementById(id);
    if (again && root.contains(again)) again.focus({ preventScroll: true });
  };

  const make = async (before = []) => {
    const mine = ++wish;
    remember();
    say("making");
    const answer = await server.make_plan(asked(before)).catch(() => ({ failed: true }));
    if (mine !== wish) return;
    if (!answer.html) return say(answer.empty ? "empty" : "failed");
    keepingPlace(() => (find(".result").innerHTML = answer.html));
    made = kept.need;
    say("ready");
  };

  const download = async (button) => {
    button.disabled = true;
    const answer = await server.plan_files(asked([])).catch(() => ({ failed: true }));
    button.disabled = false;
    if (!answer.content) return say("failed");
    window.assistantDownload(answer.name, answer.content, "application/zip");
  };

  const onClick = (event) => {
    const pick = event.target.closest(".pick");
    if (pick) {
      route = pick.dataset.route;
      make();
    }
    const button = event.target.closest(".download");
    if (button) download(button);
  };

  const onChange = (event) => {
    const { question } = event.target.dataset;
    const country = question === "country" || event.target === field("country");
    if (country) setCountry(event.target.value);
    own = own || country;
    if (question && question !== "country") given[question] = event.target.value || "unknown";
    if (question && made !== null) make(ranking());
  };

  const onSubmit = (event) => {
    event.preventDefault();
    const same = made === field("need").value;
    if (!same) given = Object.fromEntries(inForm().map((select) => [select.dataset.question, select.value])); // another need, other answers
    route = "";
    make(same ? ranking() : []).then(() => made === kept.need && find(".status").scrollIntoView({ block: "start" }));
  };

  const inForm = () => [...root.querySelectorAll("form [data-question]")];

  const redraw = async () => {
    restore();
    const form = await server.form_questions({ language: planner().dataset.language }).catch(() => ({}));
    find(".asked").innerHTML = form.html || "";
    inForm().forEach((select) => (select.value = given[select.dataset.question] || ""));
    if (made !== null) make();
  };

  window.assistantPlan = {
    follow,
    start(element, verbs, watch) {
      root = element;
      server = verbs;
      element.addEventListener("click", onClick);
      element.addEventListener("change", onChange);
      element.addEventListener("submit", onSubmit);
      element.addEventListener("input", remember);
      watch("value", redraw);
      redraw();
    },
  };
})();
