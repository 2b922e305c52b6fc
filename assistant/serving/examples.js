// Which example questions are shown: those of the asker's role, which the browser keeps, and of the chosen country.
(() => {
  "use strict";
  const KEY = "role";

  const kept = () => {
    try {
      return localStorage.getItem(KEY);
    } catch {
      return null;
    }
  };

  let role = kept();

  const show = () => {
    const examples = document.querySelector("#thread .examples");
    const country = document.querySelector("#country");
    if (!examples || !country) return;
    const roles = [...examples.querySelectorAll("button[data-role]")];
    const chosen = (roles.find((button) => button.dataset.role === role) || roles[0]).dataset.role;
    roles.forEach((button) => button.setAttribute("aria-pressed", String(button.dataset.role === chosen)));
    examples.querySelectorAll("ul").forEach((list) => {
      list.hidden = list.dataset.role !== chosen || list.dataset.country !== country.value;
    });
  };

  document.addEventListener("click", (event) => {
    const button = event.target.closest("#thread .examples button[data-role]");
    if (!button) return;
    role = button.dataset.role;
    try {
      localStorage.setItem(KEY, role);
    } catch {
      // A browser that keeps nothing still shows the role until the page is left.
    }
    show();
  });

  window.assistantExamples = { show };
})();
