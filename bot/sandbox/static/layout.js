// Which side is seen: on narrow screens one thing at a time, on wide ones the phone and what stands beside it.

import { byId } from "./dom.js";

const FOLD_KEY = "sandbox-traffic-folded";
const FOLD_WORDS = {
  alone: { yes: "展开往来记录", no: "收起往来记录" },
  beside: { yes: "看往来记录", no: "看工作台" },
};

export function watchLayout() {
  for (const tab of document.querySelectorAll("[data-view]")) tab.addEventListener("click", () => look(tab.dataset.view));
  look("phone");
  const fold = byId("traffic-fold");
  fold.addEventListener("click", () => setFolded(fold.getAttribute("aria-expanded") === "true"));
  setFolded(sessionStorage.getItem(FOLD_KEY) === "yes");
}

/** Shows a page beside the phone, where the traffic stood; "" for none. The traffic stays a click away. */
export function showBeside(address) {
  const page = byId("beside-page");
  if (address === "" || page.getAttribute("src") === address) return;
  page.setAttribute("src", address);
  byId("beside").hidden = false;
  byId("beside-view").hidden = false;
  document.body.dataset.beside = "yes";
  setFolded(true);
}

function look(view) {
  document.body.dataset.look = view;
  for (const tab of document.querySelectorAll("[data-view]")) tab.setAttribute("aria-pressed", String(tab.dataset.view === view));
}

function setFolded(folded) {
  const isBeside = document.body.dataset.beside === "yes";
  if (!isBeside) sessionStorage.setItem(FOLD_KEY, folded ? "yes" : "no");
  document.body.dataset.folded = folded ? "yes" : "no";
  byId("traffic-fold").setAttribute("aria-expanded", String(!folded));
  byId("traffic-fold").textContent = FOLD_WORDS[isBeside ? "beside" : "alone"][document.body.dataset.folded];
}
