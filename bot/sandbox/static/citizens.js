// Who holds the phone: the list of citizens with their unread counts, and adding a new one.

import { addCitizen } from "./api.js";
import { citizenFace } from "./bubbles.js";
import { field, h } from "./dom.js";
import { toast } from "./sheets.js";

/** Opens the list; `choose(openid)` when one is picked. Answers a function that redraws it, and its close(). */
export function openCitizens(sheets, { citizens, chosen, choose, onClose }) {
  const list = h("ul", { class: "citizens" });
  const name = field("新市民的名字", { type: "text", required: true, maxlength: 20, autocomplete: "off", testid: "new-citizen-name" });
  const submit = async (event) => {
    event.preventDefault();
    const wanted = name.input.value.trim();
    if (wanted === "") return;
    try {
      const citizen = await addCitizen(wanted);
      pick(citizen.openid);
    } catch (error) {
      toast(error.message);
    }
  };
  const pick = (openid) => {
    close();
    choose(openid);
  };
  const form = h("form", { class: "new-citizen", on: { submit } }, name.row,
    h("button", { type: "submit", class: "primary", testid: "new-citizen" }, "添加"));
  const draw = (known) => list.replaceChildren(...known.map((citizen) => entry(citizen, citizen.openid === chosen, () => pick(citizen.openid))));
  draw(citizens);
  const close = sheets.open({ title: "换一位市民", body: h("div", {}, list, form), look: "full", testid: "citizens-sheet", onClose });
  return { draw, close };
}

function entry(citizen, isChosen, pick) {
  const unread = citizen.unread > 0 && !isChosen ? h("span", { class: "badge", "aria-label": `${citizen.unread} 条未读` }, String(citizen.unread)) : null;
  const hooks = { testid: "citizen", "data-openid": citizen.openid, "data-name": citizen.name, "data-first": isChosen };
  return h("li", {}, h("button", { type: "button", class: "citizen", "aria-current": isChosen ? "true" : null, ...hooks, on: { click: pick } },
  citizenFace(citizen.name),
  h("span", { class: "citizen-name" }, citizen.name, h("small", {}, citizen.followed ? "已关注" : "还没关注")),
  unread));
}
