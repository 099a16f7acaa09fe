// The phone page: wires the sandbox's state, the chat, the bar, the sheets and the traffic pane together.

import { act, readExchanges, readInbox, readState } from "./api.js";
import { attachmentTiles, pressMenu, reportLocation, scan } from "./attachments.js";
import { Chat, Conversation } from "./chat.js";
import { openCitizens } from "./citizens.js";
import { setOffset } from "./clock.js";
import { Composer } from "./composer.js";
import { controlStrip } from "./control.js";
import { byId } from "./dom.js";
import { showBeside, watchLayout } from "./layout.js";
import { stayLive } from "./live.js";
import { Screen } from "./screen.js";
import { Sheets, openConfirm, popup, toast } from "./sheets.js";
import { Traffic } from "./traffic.js";
import { enlarge, openPage, play, watch } from "./viewer.js";

const LIVE_WORDS = { live: "实时", polling: "断开，正在轮询" };

class Phone {
  constructor() {
    this.state = null;
    this.conversations = new Map(); // by openid
    this.chosen = null; // openid
    this.isLive = false;
    this.list = null; // the open list of citizens
    this.reading = Promise.resolve();
    this.nextRead = null;
    this.sheets = new Sheets(byId("sheets"), byId("screen"));
    this.traffic = new Traffic();
    this.chat = new Chat(byId("log"), {
      tap: (bubble, link, text) => this.send({ kind: "text", text }, "taps", { bubble: bubble.id, link }),
      openPage: (url) => this.openPage(url),
      enlarge: (source) => enlarge(this.sheets, source),
      watch: (source) => watch(this.sheets, source),
      play,
    });
    const say = (text) => this.send({ kind: "text", text }, "says", { text });
    this.composer = new Composer({ say, attachments: attachmentTiles(this) });
    this.screen = new Screen(this.composer, (button, path) => pressMenu(this, button, path));
    this.showControl = controlStrip(() => this.refresh());
    this.#listen();
  }

  get citizen() {
    return this.state?.citizens.find((one) => one.openid === this.chosen) ?? null;
  }

  /** Sends something that shows as the citizen's own bubble, at once. */
  async send(draft, verb, body = {}) {
    const conversation = this.#conversation(this.citizen);
    const entry = this.chat.propose(conversation, draft);
    await this.#deliver(conversation, entry, () => act(conversation.citizen.openid, verb, body));
  }

  async #deliver(conversation, entry, deliver) {
    try {
      await deliver();
      this.chat.settle(conversation, entry, "done");
      if (!this.isLive) await this.refresh();
    } catch (error) {
      toast(error.message);
      this.chat.settle(conversation, entry, "failed", () => {
        this.chat.settle(conversation, entry, "sending");
        this.#deliver(conversation, entry, deliver);
      });
    }
  }

  /** Does something without a bubble (follows, clicks, scans); null when the sandbox refused, which is shown. */
  async perform(verb, body = {}) {
    try {
      const outcome = await act(this.chosen, verb, body);
      await this.refresh();
      return outcome;
    } catch (error) {
      toast(error.message);
      return null;
    }
  }

  openPage(url) {
    return openPage(this.sheets, this.citizen, url);
  }

  /** Reads the state, this citizen's inbox and the exchanges that were missed: one round at a time, at most one waiting. */
  refresh() {
    this.nextRead ??= this.reading.then(() => {
      this.nextRead = null;
      return this.#read();
    }).catch((error) => toast(error.message));
    this.reading = this.nextRead;
    return this.nextRead;
  }

  async #read() {
    this.#takeState(await readState());
    if (this.citizen !== null) await this.#readInbox(this.#conversation(this.citizen));
    const { exchanges, last } = await readExchanges(this.traffic.readTo);
    for (const exchange of exchanges) this.traffic.receive(exchange);
    this.traffic.readTo = last;
  }

  async #readInbox(conversation) {
    const { bubbles, last } = await readInbox(conversation.citizen.openid, conversation.readTo);
    if (last < conversation.readTo) {
      this.#startAfresh();
      await this.#readInbox(this.#conversation(conversation.citizen));
    } else {
      conversation.readTo = last;
      this.chat.receive(conversation, bubbles);
    }
  }

  /** The sandbox has been emptied or begun anew: what the page remembers is gone there. */
  #startAfresh() {
    this.conversations.clear();
    this.traffic.startAfresh();
    if (this.citizen !== null) this.chat.show(this.#conversation(this.citizen));
  }

  #takeState(state) {
    this.state = state;
    setOffset(state.clock.offset);
    showBeside(state.beside);
    this.screen.tick();
    this.showControl(state);
    this.traffic.nameCitizens(state.citizens);
    if (this.citizen !== null) {
      this.draw();
      return;
    }
    if (this.chosen !== null) this.#startAfresh();
    if (state.citizens.length > 0) this.choose(this.#wanted() ?? state.citizens[0].openid);
  }

  /** The citizen that the address names after #, if there is one. */
  #wanted() {
    const named = location.hash.slice(1);
    return this.state.citizens.find((one) => encodeURIComponent(one.openid) === named)?.openid ?? null;
  }

  /** Puts the phone into another citizen's hand. */
  async choose(openid) {
    const before = this.chosen;
    if (before === openid) return;
    this.chosen = openid;
    history.replaceState(null, "", `#${encodeURIComponent(openid)}`);
    await this.#markRead(before);
    if (this.citizen === null) await this.refresh();
    if (this.citizen === null) return;
    this.sheets.closeAll();
    this.composer.clear();
    this.screen.showTyping(false);
    this.chat.show(this.#conversation(this.citizen));
    this.draw();
    await this.refresh();
  }

  /** What this citizen has seen come in over the stream no longer counts as unread. */
  async #markRead(openid) {
    const conversation = this.conversations.get(openid);
    if (conversation !== undefined) await readInbox(openid, conversation.readTo).catch(() => null);
  }

  #conversation(citizen) {
    if (!this.conversations.has(citizen.openid)) this.conversations.set(citizen.openid, new Conversation(citizen));
    return this.conversations.get(citizen.openid);
  }

  /** Shows the state on the screen, and in the list of citizens when it is open. */
  draw() {
    if (this.citizen === null) return;
    this.screen.draw(this.state, this.citizen);
    this.list?.draw(this.state.citizens);
  }

  #receive({ openid, bubble }) {
    const citizen = this.state?.citizens.find((one) => one.openid === openid);
    if (citizen === undefined) return;
    if (openid === this.chosen) {
      if (bubble.from !== "citizen") this.screen.showTyping(false);
      this.chat.receive(this.#conversation(citizen), [bubble]);
    } else if (bubble.from !== "citizen") {
      citizen.unread += 1;
      this.draw();
    }
  }

  #listen() {
    const hideMenu = popup(byId("phone-menu"), byId("phone-menu-panel"));
    const item = (id, work) => byId(id).addEventListener("click", () => { hideMenu(); work(); });
    item("scan", () => scan(this));
    item("report-location", () => reportLocation(this));
    item("follow", () => (this.citizen.followed ? this.#askUnfollow() : this.perform("follows", { scene: null })));
    byId("profile-follow").addEventListener("click", () => this.perform("follows", { scene: null }));
    for (const id of ["citizen-switch", "back"]) byId(id).addEventListener("click", () => this.#openList());
    addEventListener("hashchange", () => this.choose(this.#wanted() ?? this.chosen));
  }

  #askUnfollow() {
    openConfirm(this.sheets, {
      title: "不再关注文明小助手？",
      text: "不再关注后，你不会再收到它的消息。",
      action: "不再关注",
      testid: "unfollow-confirm",
      confirm: () => this.perform("unfollows"),
    });
  }

  #openList() {
    if (this.list !== null) return;
    this.list = openCitizens(this.sheets, {
      citizens: this.state?.citizens ?? [],
      chosen: this.chosen,
      choose: (openid) => this.choose(openid),
      onClose: () => { this.list = null; },
    });
  }

  stayLive() {
    stayLive({
      bubble: (event) => this.#receive(event),
      typing: ({ openid, typing }) => openid === this.chosen && this.screen.showTyping(typing),
      exchange: (exchange) => this.traffic.receive(exchange),
      state: () => this.refresh(),
      catchUp: () => this.refresh(),
      status: (status) => {
        this.isLive = status === "live";
        byId("live").textContent = LIVE_WORDS[status];
        byId("live").dataset.status = status;
      },
    });
  }
}

watchLayout();
const phone = new Phone();
phone.refresh();
phone.stayLive();
