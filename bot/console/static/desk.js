// What makes the console more comfortable; without it everything still works.
"use strict";

(() => {
  // How many characters a field still takes.
  const count = (area) => {
    const note = document.querySelector(`[data-left-for="${CSS.escape(area.id)}"]`);
    if (!note) return;
    const left = area.maxLength - area.value.length;
    note.textContent = `还可写 ${left} 字`;
    note.toggleAttribute("data-over", left < 20);
  };

  // A form that was sent can't be sent again by an impatient second click; coming back to the page frees it.
  const hold = (form) => {
    for (const button of form.querySelectorAll("button[type=submit]")) {
      button.setAttribute("aria-disabled", "true");
    }
    form.dataset.sent = "yes";
  };
  const free = () => {
    for (const form of document.querySelectorAll("form[data-sent]")) {
      delete form.dataset.sent;
      for (const button of form.querySelectorAll("[aria-disabled]")) button.removeAttribute("aria-disabled");
    }
  };

  // Leaving a page with words that weren't sent asks first.
  let unsent = false;

  document.addEventListener("input", (event) => {
    const field = event.target;
    if (field.matches("[data-counted]")) count(field);
    if (field.closest("form[method=post]") && field.matches("textarea:not([data-draft])")) unsent = true;
  });

  document.addEventListener("submit", (event) => {
    const form = event.target;
    if (form.dataset.sent) {
      event.preventDefault();
      return;
    }
    unsent = false;
    if (form.method === "post" && !form.matches("[hx-post], [data-many], [data-stay]")) hold(form);
  });

  window.addEventListener("pageshow", free);
  window.addEventListener("beforeunload", (event) => {
    if (unsent) event.preventDefault();
  });

  const prepare = (root) => {
    for (const area of root.querySelectorAll("[data-counted]")) count(area);
    for (const table of root.querySelectorAll(".table-responsive, .desk-scroll")) {
      if (table.scrollWidth > table.clientWidth) table.tabIndex = 0; // so that the arrow keys can move it
    }
    const focus = root.querySelector("[data-focus]");
    if (focus) focus.focus();
  };
  document.addEventListener("DOMContentLoaded", () => prepare(document));
  document.addEventListener("htmx:afterSettle", (event) => {
    if (event.target instanceof Element) prepare(event.target);
  });

  // "/" jumps to the search, Escape closes an opened question.
  document.addEventListener("keydown", (event) => {
    const typing = event.target.closest("input, textarea, select, [contenteditable]");
    if (event.key === "/" && !typing && !event.ctrlKey && !event.metaKey && !event.altKey) {
      const search = document.getElementById("desk-search");
      if (search) {
        event.preventDefault();
        search.focus();
      }
    }
    if (event.key === "Escape") {
      const open = event.target.closest("details.desk-confirm[open]");
      if (open) {
        open.open = false;
        open.querySelector("summary").focus();
      }
    }
  });
})();
