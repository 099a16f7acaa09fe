// The account's custom menu: up to three buttons, each with up to five that pop up.

import { h } from "./dom.js";
import { popup } from "./sheets.js";

/** Draws `menu` ({button: [...]}) into `host`; `choose(button, path)` is called for a button that does something. */
export function drawMenu(host, menu, choose) {
  host.replaceChildren(...menu.button.map((button, index) => {
    const children = button.sub_button ?? [];
    if (children.length === 0) {
      return h("div", { class: "menu-slot" }, leaf(button, { class: "menu-button", testid: "menu-button" }, () => choose(button, [index])));
    }
    return branch(button, children, (child, at) => choose(child, [index, at]));
  }));
}

function leaf(button, props, choose) {
  return h("button", { type: "button", "data-type": button.type, ...props, on: { click: choose } }, button.name);
}

function branch(button, children, choose) {
  const opener = h("button", { type: "button", class: "menu-button", testid: "menu-button" },
    h("span", { class: "menu-bars", "aria-hidden": "true" }), button.name);
  const panel = h("div", { class: "menu-pop", role: "group", "aria-label": button.name });
  const hide = popup(opener, panel);
  panel.append(...children.map((child, at) => leaf(child, { class: "menu-item", testid: "menu-item" }, () => {
    hide();
    choose(child, at);
  })));
  return h("div", { class: "menu-slot" }, opener, panel);
}
