// What slides over the phone's screen: sheets, pages, pictures; and the small pop-ups of buttons.

import { byId, h } from "./dom.js";

const FOCUSABLE = "button:not([disabled]), a[href], input:not([disabled]), select, textarea, iframe, [tabindex='0']";
const TOAST_MS = 4000;

/** Sheets of one phone: the newest on top, the rest inert; Escape closes the top one, focus goes back where it was. */
export class Sheets {
  constructor(host, behind) {
    this.host = host;
    this.behind = behind;
    this.stack = [];
    document.addEventListener("keydown", (event) => {
      if (event.key !== "Escape" || event.defaultPrevented || this.stack.length === 0) return;
      event.preventDefault();
      this.stack.at(-1).close();
    });
  }

  /** look: "bottom" (half a screen), "full" (covers the screen) or "dark" (a picture). Answers a function that closes. */
  open({ title, body, look = "bottom", testid, extra = null, onClose = null }) {
    const close = () => this.#close(entry);
    const dialog = h("section", { class: `sheet sheet-${look}`, role: "dialog", "aria-label": title, testid, tabindex: "-1" },
      h("header", { class: "sheet-bar" },
        h("button", { type: "button", class: "sheet-close", testid: "sheet-close", "aria-label": "关闭", on: { click: close } }, h("span", { "aria-hidden": "true" })),
        h("h2", {}, title), extra),
      h("div", { class: "sheet-body" }, body));
    const shade = h("div", { class: "sheet-shade", "data-look": look, on: { click: (event) => event.target === shade && close() } }, dialog);
    const entry = { shade, close, onClose, opener: document.activeElement };
    this.stack.push(entry);
    this.host.append(shade);
    this.#settle();
    (dialog.querySelector("[data-first]") ?? dialog.querySelector(`.sheet-body :is(${FOCUSABLE})`) ?? dialog).focus();
    return close;
  }

  closeAll() {
    while (this.stack.length > 0) this.#close(this.stack.at(-1));
  }

  #close(entry) {
    if (!this.stack.includes(entry)) return;
    this.stack = this.stack.filter((other) => other !== entry);
    entry.shade.remove();
    this.#settle();
    if (entry.opener?.isConnected) entry.opener.focus();
    entry.onClose?.();
  }

  #settle() {
    this.behind.inert = this.stack.length > 0;
    this.stack.forEach((entry, index) => {
      entry.shade.inert = index < this.stack.length - 1;
    });
  }
}

/** Lets `button` show and hide `panel`; a click elsewhere or Escape hides it, arrows walk its buttons. Answers hide(),
 * which gives the focus back to `button`. */
export function popup(button, panel) {
  const isOpen = () => button.getAttribute("aria-expanded") === "true";
  const show = (open) => {
    button.setAttribute("aria-expanded", String(open));
    panel.hidden = !open;
  };
  show(false);
  button.addEventListener("click", () => show(!isOpen()));
  document.addEventListener("click", (event) => {
    if (isOpen() && !button.contains(event.target) && !panel.contains(event.target)) show(false);
  });
  const onKey = (event) => {
    if (!isOpen()) return;
    if (event.key === "Escape") {
      event.preventDefault();
      show(false);
      button.focus();
    } else if (event.key === "ArrowDown" || event.key === "ArrowUp") {
      event.preventDefault();
      step(panel, event.key === "ArrowDown" ? 1 : -1);
    }
  };
  button.addEventListener("keydown", onKey);
  panel.addEventListener("keydown", onKey);
  return () => {
    if (panel.contains(document.activeElement)) button.focus();
    show(false);
  };
}

function step(panel, by) {
  const items = [...panel.querySelectorAll(FOCUSABLE)];
  const here = items.indexOf(document.activeElement);
  const next = here < 0 ? (by > 0 ? 0 : items.length - 1) : (here + by + items.length) % items.length;
  items[next]?.focus();
}

let toastTimer = null;

/** Says something short over the phone for four seconds. */
export function toast(text) {
  const box = byId("toast");
  box.textContent = text;
  box.hidden = false;
  clearTimeout(toastTimer);
  toastTimer = setTimeout(() => {
    box.hidden = true;
  }, TOAST_MS);
}

/** Asks before something that can't be taken back, in WeChat's red words. */
export function openConfirm(sheets, { title, text, action, testid, confirm }) {
  const agree = () => {
    close();
    confirm();
  };
  const body = h("div", {}, h("p", { class: "sheet-text" }, text),
    h("button", { type: "button", class: "sheet-action danger", testid, on: { click: agree } }, action),
    h("button", { type: "button", class: "sheet-action", testid: "confirm-cancel", on: { click: () => close() } }, "取消"));
  const close = sheets.open({ title, body });
}
