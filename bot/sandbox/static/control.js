// The control strip beside the phone: account, clock and faults of the pretend platform.

import { addFault, clearFaults, removeFault, reset, setClock, setConfig } from "./api.js";
import { fullTime, now } from "./clock.js";
import { byId, field, h } from "./dom.js";
import { toast } from "./sheets.js";

const HOUR_S = 3600;
const CONFIG = {
  account: {
    label: "账号",
    options: {
      verified_service: "已认证服务号",
      verified_subscription: "已认证订阅号",
      unverified_service: "未认证服务号",
      unverified_subscription: "未认证订阅号",
    },
  },
  mode: { label: "加解密", options: { plain: "明文", compatible: "兼容", safe: "安全（AES）" } },
  format: { label: "格式", options: { xml: "XML", json: "JSON" } },
};
const FAULTS = {
  delay: "慢：晚几秒",
  drop: "丢：答复收不到",
  duplicate: "重：同时推两次",
  reorder: "乱序：等下一条先走",
  error: "错误码",
  status: "HTTP 状态",
  html: "网页代替答复",
  truncate: "内容断在中间",
  slow: "慢慢传",
};
// What can go wrong on which side.
const SIDES = {
  push: ["delay", "drop", "duplicate", "reorder", "truncate", "slow"],
  api: ["delay", "drop", "error", "status", "html", "truncate", "slow"],
};
export const KIND_NAMES = CONFIG.account.options;

/** Draws the strip; `afterwards()` re-reads the state. Answers show(state). */
export function controlStrip(afterwards) {
  const run = async (work) => {
    try {
      await work();
    } catch (error) {
      toast(error.message);
    }
    await afterwards(); // also after a refusal, so that the selects show what is so
  };
  const config = configSelects(run);
  const clock = clockRow(run);
  const faults = faultsBox(run);
  byId("control").append(
    h("div", { class: "control-row" }, config.rows),
    h("div", { class: "control-row" }, clock.rows, resetButton(run)),
    faults.element);
  return (state) => {
    config.show(state.account);
    clock.show(state.clock);
    faults.show(state.faults);
  };
}

function configSelects(run) {
  const selects = Object.entries(CONFIG).map(([name, { label, options }]) => {
    const { input, row } = field(label, { tag: "select", testid: `config-${name}`, title: "服务要用同样的设置启动" });
    input.append(...Object.entries(options).map(([value, text]) => h("option", { value }, text)));
    input.addEventListener("change", () => run(() => setConfig({ [name]: input.value })));
    return { name, input, row };
  });
  const show = (account) => {
    for (const { name, input } of selects) input.value = name === "account" ? account.kind : account[name];
  };
  return { rows: selects.map(({ row }) => row), show };
}

function clockRow(run) {
  const shown = h("output", { class: "clock-now", testid: "clock-now" });
  let offset = 0;
  const tick = () => {
    shown.textContent = fullTime(now()) + (offset === 0 ? "" : `（快 ${hoursAhead(offset)}）`);
  };
  setInterval(tick, 1000);
  const button = (text, testid, change) =>
    h("button", { type: "button", testid, on: { click: () => run(() => setClock(change)) } }, text);
  const rows = [
    h("span", { class: "control-label" }, "时钟"),
    shown,
    button("＋1 小时", "clock-hour", { advance: HOUR_S }),
    button("＋1 天", "clock-day", { advance: 24 * HOUR_S }),
    button("回到现在", "clock-back", { offset: 0 }),
  ];
  return { rows, show: (clock) => { offset = clock.offset; tick(); } };
}

function hoursAhead(seconds) {
  const hours = Math.round(seconds / HOUR_S);
  const days = Math.trunc(hours / 24);
  return [days ? `${days} 天` : "", hours % 24 ? `${hours % 24} 小时` : ""].filter(Boolean).join(" ") || "不到 1 小时";
}

function resetButton(run) {
  const wipe = () => {
    if (confirm("清掉所有聊天、故障和计数？账号设置不变。")) run(reset);
  };
  return h("button", { type: "button", class: "danger", testid: "reset", on: { click: wipe } }, "清空重来");
}

function faultsBox(run) {
  const list = h("ul", { class: "faults", testid: "faults" });
  const count = h("span", { class: "badge", hidden: true });
  const form = faultForm(run);
  const element = h("details", { class: "faults-box", testid: "faults-box" }, h("summary", {}, "故障演练 ", count),
    form, list, h("button", { type: "button", testid: "faults-clear", on: { click: () => run(clearFaults) } }, "全部撤掉"));
  const show = (faults) => {
    count.hidden = faults.length === 0;
    count.textContent = String(faults.length);
    list.replaceChildren(...faults.map((fault) => h("li", {}, describeFault(fault), " ", removeButton(fault, run))));
  };
  return { element, show };
}

function removeButton({ id }, run) {
  const remove = () => run(() => removeFault(id));
  return h("button", { type: "button", testid: "fault-remove", "aria-label": `撤掉故障 ${id}`, on: { click: remove } }, "撤掉");
}

function faultForm(run) {
  const where = choice("哪一边", { push: "推送给服务", api: "服务调接口" }, "fault-where");
  const kind = choice("什么故障", FAULTS, "fault-kind");
  const path = field("接口路径（空：全部）", { type: "text", placeholder: "/cgi-bin/message/custom/send", testid: "fault-path" });
  const seconds = field("秒", { type: "number", min: 0, step: "any", value: 6, testid: "fault-seconds" });
  const code = field("错误码 / 状态", { type: "number", value: -1, testid: "fault-code" });
  const times = field("几次（空：一直）", { type: "number", min: 1, step: 1, value: 1, testid: "fault-times" });
  const rate = field("比例 0–1（空：每次）", { type: "number", min: 0, max: 1, step: "any", testid: "fault-rate" });
  const relevant = () => {
    for (const option of kind.input.options) option.hidden = option.disabled = !SIDES[where.input.value].includes(option.value);
    if (kind.input.selectedOptions[0].disabled) kind.input.value = "delay";
    path.row.hidden = where.input.value !== "api";
    seconds.row.hidden = !["delay", "slow", "reorder"].includes(kind.input.value);
    code.row.hidden = !["error", "status"].includes(kind.input.value);
  };
  const submit = (event) => {
    event.preventDefault();
    const fault = { where: where.input.value, kind: kind.input.value, times: numberOrNull(times), rate: numberOrNull(rate) };
    if (!path.row.hidden && path.input.value.trim() !== "") fault.path = path.input.value.trim();
    if (!seconds.row.hidden) fault.seconds = numberOrNull(seconds) ?? 0;
    if (kind.input.value === "error") fault.errcode = numberOrNull(code) ?? -1;
    if (kind.input.value === "status") fault.status = numberOrNull(code) ?? 500;
    run(() => addFault(fault));
  };
  for (const { input } of [where, kind]) input.addEventListener("change", relevant);
  kind.input.addEventListener("change", () => {
    code.input.value = kind.input.value === "status" ? 502 : -1;
  });
  relevant();
  return h("form", { class: "control-row", on: { submit } }, [where, kind, path, seconds, code, times, rate].map(({ row }) => row),
    h("button", { type: "submit", testid: "fault-add" }, "加上"));
}

function choice(label, options, testid) {
  const made = field(label, { tag: "select", testid });
  made.input.append(...Object.entries(options).map(([value, text]) => h("option", { value }, text)));
  return made;
}

const numberOrNull = ({ input }) => (input.value === "" ? null : Number(input.value));

function describeFault(fault) {
  const parts = [fault.where === "api" ? "接口" : "推送", fault.path, FAULTS[fault.kind] ?? fault.kind,
    fault.seconds ? `${fault.seconds} 秒` : null, fault.errcode, fault.status,
    timesLeft(fault.times), fault.rate ? `比例 ${fault.rate}` : null];
  return parts.filter((part) => part !== null && part !== undefined).join(" · ");
}

function timesLeft(times) {
  if (times === null || times === undefined) return null;
  return times === 0 ? "用完了" : `还有 ${times} 次`;
}
