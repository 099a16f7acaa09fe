// What the phone's screen shows of the state: whose phone it is, profile card or chat, menu, unread counts, the clock.

import { now, shortTime } from "./clock.js";
import { KIND_NAMES } from "./control.js";
import { byId } from "./dom.js";
import { drawMenu } from "./menu.js";

const NAME = "文明小助手";
const TYPING_MS = 15_000;

export class Screen {
  /** `press(button, path)` is called for a button of the custom menu. */
  constructor(composer, press) {
    this.composer = composer;
    this.press = press;
    this.drawnMenu = null;
    this.typingTimer = null;
    setInterval(() => this.tick(), 1000);
  }

  draw(state, citizen) {
    byId("citizen-name").textContent = citizen.name;
    byId("profile-kind").textContent = KIND_NAMES[state.account.kind] ?? state.account.kind;
    byId("profile").hidden = citizen.followed;
    byId("log").hidden = !citizen.followed;
    byId("bar").hidden = !citizen.followed;
    byId("follow").textContent = citizen.followed ? "取消关注" : "关注公众号";
    byId("follow").dataset.followed = String(citizen.followed);
    byId("report-location").hidden = !citizen.followed || !state.capabilities.location_event;
    this.#drawUnread(state.citizens.filter((one) => one.openid !== citizen.openid));
    this.#drawMenu(state.menu);
  }

  tick() {
    byId("status-clock").textContent = shortTime(now());
  }

  /** The title says 对方正在输入 while the service has asked for it, at most fifteen seconds as in WeChat. */
  showTyping(typing) {
    byId("title").textContent = typing ? "对方正在输入…" : NAME;
    clearTimeout(this.typingTimer);
    if (typing) this.typingTimer = setTimeout(() => this.showTyping(false), TYPING_MS);
  }

  #drawUnread(others) {
    const count = others.reduce((sum, one) => sum + one.unread, 0);
    const badge = byId("unread-elsewhere");
    badge.hidden = count === 0;
    badge.textContent = String(count);
    badge.setAttribute("aria-label", `其他市民有 ${count} 条未读`);
    byId("back-count").textContent = count > 0 ? String(count) : "";
  }

  #drawMenu(menu) {
    const shape = JSON.stringify(menu);
    if (shape === this.drawnMenu) return;
    this.drawnMenu = shape;
    const hasMenu = menu !== null && menu.button.length > 0;
    drawMenu(byId("menu"), hasMenu ? menu : { button: [] }, this.press);
    this.composer.offerMenu(hasMenu);
  }
}
