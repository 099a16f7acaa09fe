// The bar at the bottom: keyboard or menu, the growing text field, and the + panel.

import { byId, h, icon } from "./dom.js";
import { popup } from "./sheets.js";

const MODE_KEY = "sandbox-bar";

/** `attachments`: [{name, drawing, testid, open}] for the + panel; `say(text)` sends. */
export class Composer {
  constructor({ say, attachments }) {
    this.text = byId("composer");
    this.say = say;
    this.hasMenu = false;
    this.hidePanel = popup(byId("plus"), byId("panel"));
    byId("panel").append(...attachments.map((one) => this.#tile(one)));
    byId("bar-write").addEventListener("submit", (event) => {
      event.preventDefault();
      this.#send();
    });
    this.text.addEventListener("input", () => this.#fit());
    this.text.addEventListener("keydown", (event) => this.#key(event));
    byId("menu-toggle").addEventListener("click", () => this.#toggle());
  }

  /** Shows the bar for an account with or without a custom menu; WeChat starts with the menu when there is one. */
  offerMenu(hasMenu) {
    this.hasMenu = hasMenu;
    this.#show(hasMenu && sessionStorage.getItem(MODE_KEY) !== "keyboard" ? "menu" : "keyboard");
  }

  clear() {
    this.text.value = "";
    this.#fit();
    this.hidePanel();
  }

  #toggle() {
    const mode = byId("menu").hidden ? "menu" : "keyboard";
    sessionStorage.setItem(MODE_KEY, mode);
    this.#show(mode);
    if (mode === "keyboard") this.text.focus();
  }

  #show(mode) {
    const toggle = byId("menu-toggle");
    toggle.hidden = !this.hasMenu;
    toggle.dataset.to = mode === "menu" ? "keyboard" : "menu";
    toggle.setAttribute("aria-label", mode === "menu" ? "切换到键盘输入" : "切换到公众号菜单");
    byId("menu").hidden = mode !== "menu";
    byId("bar-write").hidden = mode === "menu";
    this.hidePanel();
  }

  #key(event) {
    // While a Chinese input method is choosing characters, Enter belongs to it.
    if (event.key !== "Enter" || event.shiftKey || event.isComposing || event.keyCode === 229) return;
    event.preventDefault();
    this.#send();
  }

  #send() {
    const text = this.text.value;
    if (text.trim() === "") return;
    this.clear();
    this.text.focus();
    this.say(text);
  }

  #fit() {
    const isEmpty = this.text.value.trim() === "";
    byId("send").hidden = isEmpty;
    byId("plus").hidden = !isEmpty;
    this.text.style.height = "auto";
    this.text.style.height = `${Math.min(this.text.scrollHeight, 110)}px`;
  }

  #tile({ name, drawing, testid, open }) {
    const choose = () => {
      this.hidePanel();
      open();
    };
    return h("button", { type: "button", class: "tile", testid, on: { click: choose } },
      h("span", { class: "tile-icon", "aria-hidden": "true" }, icon(drawing)), name);
  }
}
