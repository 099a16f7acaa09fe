// The prompt that asks for subscription notices when a page's wx-open-subscribe button is tapped.

import { act, readTemplates } from "./api.js";
import { h } from "./dom.js";
import { toast } from "./sheets.js";

const MOST = 5;

/** Asks about the page's templates; `answer` gets {id: "accept" | "reject"}, or null when the prompt was closed. */
export async function openPrompt(sheets, { citizen, account, wanted, answer }) {
  const { subscribe } = await readTemplates().catch(() => ({ subscribe: [] }));
  const templates = subscribe.filter((one) => wanted.includes(one.template_id)).slice(0, MOST);
  if (templates.length === 0) {
    toast("这个页面要的提醒模板，公众号里没有");
    answer(null);
    return;
  }
  let given = null;
  const finish = (choose) => {
    given = Object.fromEntries(rows.map(({ id, box }) => [id, choose && box.checked ? "accept" : "reject"]));
    close();
  };
  const rows = templates.map(templateRow);
  const body = h("div", { class: "prompt" },
    h("p", {}, "允许发送以下通知"), h("ul", {}, rows.map(({ row }) => row)),
    h("div", { class: "prompt-buttons" },
      h("button", { type: "button", testid: "prompt-refuse", on: { click: () => finish(false) } }, "取消"),
      h("button", { type: "button", class: "yes", testid: "prompt-allow", on: { click: () => finish(true) } }, "允许")));
  const close = sheets.open({ title: account, body, testid: "prompt-sheet", onClose: () => told(citizen, given, answer) });
}

function templateRow(template) {
  const box = h("input", { type: "checkbox", checked: true, testid: "prompt-choice", "data-template": template.template_id });
  const kind = template.lasting ? "长期" : "一次";
  const details = Object.values(template.rows).join("、");
  const row = h("li", {}, h("label", {}, box, h("span", {}, template.title, h("small", {}, `${kind}：${details}`))));
  return { id: template.template_id, box, row };
}

/** Tells the sandbox first, so that the page's next call finds the grant. */
async function told(citizen, given, answer) {
  if (given === null) {
    answer(null);
    return;
  }
  const of = (wanted) => Object.keys(given).filter((id) => given[id] === wanted);
  try {
    await act(citizen.openid, "subscribes", { accept: of("accept"), reject: of("reject"), wait: false });
    answer(given);
  } catch (error) {
    toast(error.message);
    answer(null);
  }
}
