// The traffic pane: every raw exchange between the platform and the service, newest last.

import { exactTime } from "./clock.js";
import { byId, h } from "./dom.js";

const KEPT = 500;
const AT_BOTTOM_PX = 60;
const DIRECTIONS = { push: "推送", api: "接口" };
const ROBOT_PATH = "/cgi-bin/webhook/send";

export class Traffic {
  constructor() {
    this.exchanges = new Map(); // by id, in the order of ids
    this.readTo = 0; // the sandbox's record is known up to here
    this.cleared = 0; // up to this number the reader has cleared the list
    this.names = new Map(); // openid → citizen's name
    this.list = byId("exchanges");
    this.citizen = byId("traffic-citizen");
    this.direction = byId("traffic-direction");
    this.stick = true;
    this.citizen.addEventListener("change", () => this.#redraw());
    this.direction.addEventListener("change", () => this.#redraw());
    byId("traffic-clear").addEventListener("click", () => this.clear());
    // On a narrow screen the list is hidden until its tab is chosen: its end is in sight then too.
    new ResizeObserver(() => this.#keepBottom()).observe(this.list);
    this.list.addEventListener("scroll", () => {
      this.stick = this.list.scrollHeight - this.list.scrollTop - this.list.clientHeight < AT_BOTTOM_PX;
    });
  }

  nameCitizens(citizens) {
    const chosen = this.citizen.value;
    this.names = new Map(citizens.map((citizen) => [citizen.openid, citizen.name]));
    this.citizen.replaceChildren(h("option", { value: "" }, "全部"),
      ...citizens.map((citizen) => h("option", { value: citizen.openid }, citizen.name)));
    this.citizen.value = this.names.has(chosen) ? chosen : "";
  }

  /** Puts an exchange in its place by number, or replaces it when it is already shown. */
  receive(exchange) {
    if (exchange.id <= this.cleared) return;
    this.exchanges.set(exchange.id, exchange);
    if (this.exchanges.size > KEPT) this.#drop(Math.min(...this.exchanges.keys()));
    if (this.#isShown(exchange)) this.#place(exchange);
    this.#settle();
  }

  /** Empties the list; what was in it isn't read again. */
  clear() {
    this.cleared = Math.max(this.cleared, ...this.exchanges.keys());
    this.exchanges.clear();
    this.#redraw();
  }

  /** Empties the list because the sandbox's own record was emptied or began anew. */
  startAfresh() {
    this.exchanges.clear();
    this.readTo = this.cleared = 0;
    this.#redraw();
  }

  #place(exchange) {
    const row = this.#row(exchange);
    const known = this.list.querySelector(`[data-id="${exchange.id}"]`);
    if (known === null) {
      const before = [...this.list.children].reverse().find((other) => Number(other.dataset.id) < exchange.id);
      if (before === undefined) this.list.prepend(row);
      else before.after(row);
    } else {
      row.firstChild.open = known.firstChild.open;
      known.replaceWith(row);
    }
  }

  #drop(id) {
    this.exchanges.delete(id);
    this.list.querySelector(`[data-id="${id}"]`)?.remove();
  }

  #isShown(exchange) {
    return (this.citizen.value === "" || exchange.openid === this.citizen.value)
      && (this.direction.value === "" || exchange.direction === this.direction.value);
  }

  #redraw() {
    this.list.replaceChildren(...[...this.exchanges.values()].sort((one, other) => one.id - other.id)
      .filter((one) => this.#isShown(one)).map((one) => this.#row(one)));
    this.stick = true;
    this.#settle();
  }

  #settle() {
    const shown = this.list.childElementCount;
    byId("traffic-count").textContent = shown === this.exchanges.size ? `${shown} 条` : `${shown} / ${this.exchanges.size} 条`;
    this.#keepBottom();
  }

  #keepBottom() {
    if (this.stick) this.list.scrollTop = this.list.scrollHeight;
  }

  #row(exchange) {
    const summary = h("summary", {},
      h("time", {}, exactTime(new Date(exchange.at))),
      h("span", { class: `way way-${exchange.direction}` }, DIRECTIONS[exchange.direction] ?? exchange.direction),
      h("span", { class: "path" }, `${exchange.method} ${pathOf(exchange.url)}`),
      h("span", { class: "about" }, [aboutWords(exchange, this.names), noteWords(exchange.note ?? "")].filter(Boolean).join(" · ")),
      ...outcome(exchange));
    const details = h("details", {}, summary);
    details.addEventListener("toggle", () => {
      if (details.open && details.childElementCount === 1) details.append(rawBlocks(exchange));
      if (details.open && document.activeElement === summary) details.scrollIntoView({ block: "nearest" });
    });
    return h("li", { class: "exchange", testid: "exchange", "data-id": exchange.id, "data-direction": exchange.direction }, details);
  }
}

const isFinished = (exchange) => exchange.status !== null || exchange.milliseconds !== null;

function outcome(exchange) {
  if (!isFinished(exchange)) return [h("span", { class: "status" }, "…"), h("span", { class: "took" })];
  const good = exchange.status >= 200 && exchange.status < 300;
  return [
    h("span", { class: good ? "status good" : "status bad" }, exchange.status === null ? "断开" : String(exchange.status)),
    h("span", { class: "took" }, exchange.milliseconds === null ? "" : `${Math.round(exchange.milliseconds)} ms`),
  ];
}

/** Whom it concerns: a citizen, or the duty officers in the robot's group. */
function aboutWords(exchange, names) {
  return pathOf(exchange.url) === ROBOT_PATH ? "值班群机器人" : names.get(exchange.openid);
}

/** The first attempt goes without saying; a later one is what the reader looks for. */
function noteWords(note) {
  return note.replace(/^attempt 1 of \d+(; )?/, "").replace(/^attempt (\d+) of \d+/, "第 $1 次推送");
}

function rawBlocks(exchange) {
  return h("div", { class: "raw" },
    h("h3", {}, "地址"), h("pre", {}, exchange.url),
    h("h3", {}, "请求"), h("pre", { testid: "exchange-request" }, readable(exchange.request)),
    h("h3", {}, "答复"), h("pre", { testid: "exchange-response" }, readable(exchange.response)));
}

const readable = (text) => text.replace(/^— decrypted —$/m, "— 解密后 —") || "（空）";

function pathOf(url) {
  try {
    return new URL(url, location.href).pathname;
  } catch {
    return url;
  }
}
