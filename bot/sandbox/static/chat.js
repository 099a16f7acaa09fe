// The chat log of one phone: bubbles in order with WeChat's time stamps, own ones shown before the service has answered.

import { bubbleRow } from "./bubbles.js";
import { chatStamp, fullTime, needsStamp, now } from "./clock.js";
import { h } from "./dom.js";

const AT_BOTTOM_PX = 80;
const MANY = 20; // more new bubbles than this are drawn in one go

/** What the page knows of one citizen's chat. */
export class Conversation {
  constructor(citizen) {
    this.citizen = citizen;
    this.bubbles = []; // by id
    this.pending = []; // sent, not yet seen in the sandbox's inbox
    this.waiting = new Map(); // bubble id → how its sending stands
    this.readTo = 0; // the inbox is known up to here; the stream may have brought later bubbles and missed some
  }

  /** Puts a bubble in its place; false when it is already there. */
  add(bubble) {
    if (this.bubbles.some((known) => known.id === bubble.id)) return false;
    this.bubbles.push(bubble);
    this.bubbles.sort((one, other) => one.id - other.id);
    return true;
  }

  /** The pending bubble that the sandbox has now stored as `bubble`, taken off the list; null when there is none. */
  takePending(bubble) {
    if (bubble.from !== "citizen") return null;
    const index = this.pending.findIndex(({ draft }) => draft.kind === bubble.kind && (bubble.kind !== "text" || draft.text === bubble.text));
    if (index < 0) return null;
    const [entry] = this.pending.splice(index, 1);
    entry.id = bubble.id;
    if (entry.state === "sending") this.waiting.set(bubble.id, entry);
    return entry;
  }
}

export class Chat {
  constructor(log, actions) {
    this.log = log;
    this.actions = { ...actions, grown: () => this.#keepBottom() };
    this.conversation = null;
    this.stick = true;
    // The + panel and the growing text field take room from the log: its end stays in sight.
    new ResizeObserver(() => this.#keepBottom()).observe(log);
    log.addEventListener("scroll", () => {
      this.stick = log.scrollHeight - log.scrollTop - log.clientHeight < AT_BOTTOM_PX;
    });
  }

  /** Shows this conversation from its start. */
  show(conversation) {
    this.conversation = conversation;
    this.log.setAttribute("aria-busy", "true");
    this.log.replaceChildren(h("div", { class: "row system" }, h("p", {}, "你已关注“文明小助手”，可以开始对话了")));
    let before = null;
    for (const bubble of conversation.bubbles) {
      this.#append(this.#row(bubble), new Date(bubble.at), before);
      before = new Date(bubble.at);
    }
    for (const entry of conversation.pending) this.#appendPending(entry);
    this.log.removeAttribute("aria-busy");
    this.stick = true;
    this.#keepBottom();
  }

  /** Takes in bubbles of any conversation, oldest first; draws them when that conversation is on the screen. */
  receive(conversation, bubbles) {
    const before = conversation.bubbles.at(-1)?.id ?? 0;
    const added = bubbles.filter((bubble) => conversation.add(bubble));
    const isShown = conversation === this.conversation;
    for (const bubble of added) {
      const entry = conversation.takePending(bubble);
      if (entry !== null && isShown) entry.nodes.forEach((node) => node.remove());
    }
    if (!isShown || added.length === 0) return;
    if (added.length > MANY || added[0].id < before) {
      this.show(conversation);
      return;
    }
    for (const bubble of added) this.#append(this.#row(bubble), new Date(bubble.at), this.#timeBefore(bubble));
    this.#keepBottom();
  }

  /** Shows what the citizen sends at once, with a spinner; `settle` it when the verdict is known. */
  propose(conversation, draft) {
    const entry = { draft: { ...draft, from: "citizen", links: [] }, state: "sending", nodes: [], at: now(), retry: null };
    conversation.pending.push(entry);
    if (conversation === this.conversation) {
      this.#appendPending(entry);
      this.stick = true;
      this.#keepBottom();
    }
    return entry;
  }

  settle(conversation, entry, state, retry = null) {
    entry.state = state;
    entry.retry = retry;
    if (state === "done" && entry.id !== undefined) conversation.waiting.delete(entry.id);
    const row = entry.id === undefined ? entry.nodes.at(-1) : this.log.querySelector(`[data-id="${entry.id}"]`);
    if (row && conversation === this.conversation) this.#mark(row, entry);
  }

  #timeBefore(bubble) {
    const index = this.conversation.bubbles.indexOf(bubble);
    return index <= 0 ? null : new Date(this.conversation.bubbles[index - 1].at);
  }

  #row(bubble) {
    const row = bubbleRow(bubble, this.#who(), this.actions);
    const entry = this.conversation.waiting.get(bubble.id);
    if (entry !== undefined) this.#mark(row, entry);
    return row;
  }

  #who() {
    return { citizen: this.conversation.citizen.name, account: "文明小助手" };
  }

  #append(row, at, before) {
    const sending = this.conversation.pending.find((entry) => entry.state !== "failed" && entry.nodes[0]?.isConnected);
    const firstPending = sending?.nodes[0] ?? null;
    if (needsStamp(before, at)) this.log.insertBefore(stampRow(at), firstPending);
    this.log.insertBefore(row, firstPending);
  }

  #appendPending(entry) {
    const last = this.conversation.bubbles.at(-1);
    const stamp = needsStamp(last ? new Date(last.at) : null, entry.at) && entry === this.conversation.pending[0];
    const row = bubbleRow(entry.draft, this.#who(), this.actions);
    row.dataset.pending = "true";
    this.#mark(row, entry);
    entry.nodes = stamp ? [stampRow(entry.at), row] : [row];
    this.log.append(...entry.nodes);
  }

  #mark(row, entry) {
    row.querySelector(".sending, .unsent")?.remove();
    if (entry.state === "sending") row.append(h("span", { class: "sending", role: "img", "aria-label": "发送中", testid: "sending" }));
    if (entry.state === "failed") {
      const props = { type: "button", class: "unsent", testid: "resend", "aria-label": "没有发出去，点一下重发" };
      row.append(h("button", { ...props, on: { click: entry.retry } }, "!"));
    }
  }

  #keepBottom() {
    if (this.stick) this.log.scrollTop = this.log.scrollHeight;
  }
}

function stampRow(at) {
  return h("time", { class: "stamp", datetime: at.toISOString(), title: fullTime(at) }, chatStamp(at));
}
