// Which side is seen: on narrow screens the phone or the traffic, on wide ones the traffic can be folded away.

import { byId } from "./dom.js";

const FOLD_KEY = "sandbox-traffic-folded";

export function watchLayout() {
  for (const tab of document.querySelectorAll("[data-view]")) tab.addEventListener("click", () => look(tab.dataset.view));
  look("phone");
  const fold = byId("traffic-fold");
  fold.addEventListener("click", () => setFolded(fold.getAttribute("aria-expanded") === "true"));
  setFolded(sessionStorage.getItem(FOLD_KEY) === "yes");
}

function look(view) {
  document.body.dataset.look = view;
  for (const tab of document.querySelectorAll("[data-view]")) tab.setAttribute("aria-pressed", String(tab.dataset.view === view));
}

function setFolded(folded) {
  sessionStorage.setItem(FOLD_KEY, folded ? "yes" : "no");
  document.body.dataset.folded = folded ? "yes" : "no";
  byId("traffic-fold").setAttribute("aria-expanded", String(!folded));
  byId("traffic-fold").textContent = folded ? "展开往来记录" : "收起往来记录";
}
