// The meaning of a glossary term beside it: on hover and on focus, until Escape, another place or another term.
// As WCAG 2.2 has it (1.4.13): it can be dismissed without moving, pointed at, and stays until it is not wanted.
(() => {
  "use strict";
  const LINGERS = 250; // ms that the way from the term to its meaning may take
  const GAP = 6; // px between them
  let shown = null; // the term whose meaning is beside it
  let leaving = 0;
  let tip = null;

  const box = () => {
    if (tip) return tip;
    tip = document.createElement("div");
    tip.id = "meaning";
    tip.hidden = true;
    tip.setAttribute("aria-hidden", "true"); // the link is described by the same words
    tip.addEventListener("pointerenter", () => clearTimeout(leaving));
    tip.addEventListener("pointerleave", leave);
    (document.querySelector("#talk") || document.body).append(tip);
    return tip;
  };

  const hide = () => {
    clearTimeout(leaving);
    if (tip) tip.hidden = true;
    shown = null;
  };

  const leave = () => {
    clearTimeout(leaving);
    leaving = setTimeout(() => shown !== document.activeElement && hide(), LINGERS);
  };

  // Below the term where there is room, else above it; never out of the window.
  const place = (term) => {
    const line = term.getClientRects()[0];
    const width = tip.offsetWidth;
    const left = Math.max(GAP, Math.min(line.left, document.documentElement.clientWidth - width - GAP));
    const below = line.bottom + GAP + tip.offsetHeight < window.innerHeight - 120; // the question box is there
    tip.style.left = `${left}px`;
    tip.style.top = `${below ? line.bottom + GAP : line.top - GAP - tip.offsetHeight}px`;
  };

  const show = (term) => {
    clearTimeout(leaving);
    if (shown === term) return;
    const meaning = document.getElementById(term.getAttribute("aria-describedby"));
    if (!meaning) return;
    const beside = box();
    beside.textContent = meaning.textContent;
    beside.lang = meaning.lang || document.documentElement.lang;
    beside.hidden = false;
    shown = term;
    place(term);
  };

  const termOf = (event) => (event.target.closest ? event.target.closest(".term") : null);

  document.addEventListener("pointerover", (event) => {
    const term = termOf(event);
    if (term && event.pointerType === "mouse") show(term);
  });
  document.addEventListener("pointerout", (event) => {
    if (termOf(event) && shown === termOf(event)) leave();
  });
  document.addEventListener("focusin", (event) => {
    const term = termOf(event);
    if (term) show(term);
    else if (shown) hide();
  });
  document.addEventListener("focusout", (event) => {
    if (termOf(event)) hide();
  });
  // A finger has no hover: the first touch shows the meaning, the second goes to the glossary.
  let touched = null;
  document.addEventListener(
    "pointerdown",
    (event) => {
      const term = termOf(event);
      touched = event.pointerType !== "mouse" && term && term !== shown ? term : null;
      if (!term && tip && !tip.contains(event.target)) hide();
    },
    true,
  );
  document.addEventListener("click", (event) => {
    const term = termOf(event);
    if (!term || term !== touched) return;
    event.preventDefault();
    show(term);
  });
  window.addEventListener(
    "keydown",
    (event) => {
      if (event.key !== "Escape" || !shown) return;
      hide();
      event.stopPropagation(); // one Escape, one thing: the pane stays open
    },
    true, // on the window, before anything that listens on the document
  );
  window.addEventListener("scroll", hide, { passive: true });
  window.addEventListener("resize", hide);
  window.addEventListener("hashchange", hide);
})();
