// The stage: sits somebody down at the desk, walks through the tour, and starts everything again.

import { STEPS } from "./tour.js";

const byId = (id) => document.getElementById(id);
const OURS = { "X-Demo": "1", "Content-Type": "application/json" };
const LOOK_AGAIN = 700; // milliseconds, while everything starts again
const HOME = "/desk/";

let run = "";
let sitting = "";
let step = -1;

async function post(path, body = {}) {
  const response = await fetch(path, { method: "POST", headers: OURS, body: JSON.stringify(body) });
  if (!response.ok) throw new Error(String(response.status));
  return response.json();
}

function tell(words) {
  byId("notice").textContent = words;
  byId("notice").hidden = words === "";
}

async function sit(name, page = HOME) {
  byId("desk").removeAttribute("src"); // the page of who sat here before must not ask on behalf of the next one
  try {
    await post(`/demo/enter/${name}`);
  } catch {
    tell("同一个岗位刚登录过好几次，验证码要等半分钟才有新的。请稍等再试。");
    return;
  }
  tell("");
  sitting = name;
  for (const chair of byId("chairs").children) chair.setAttribute("aria-pressed", String(chair.dataset.name === name));
  byId("choose").hidden = true;
  byId("desk").hidden = false;
  byId("desk").src = page;
}

function drawChairs(people) {
  byId("chairs").replaceChildren(...people.map((one) => {
    const chair = document.createElement("button");
    chair.type = "button";
    chair.className = "chair";
    chair.dataset.name = one.name;
    chair.title = one.does;
    chair.textContent = one.role;
    chair.setAttribute("aria-pressed", "false");
    chair.addEventListener("click", () => sit(one.name));
    return chair;
  }));
}

async function show(number) {
  step = number;
  const at = STEPS[number];
  byId("tour").hidden = false;
  byId("tour-count").textContent = `第 ${number + 1} 步，共 ${STEPS.length} 步`;
  byId("tour-title").textContent = at.title;
  byId("tour-text").textContent = at.text;
  byId("tour-back").disabled = number === 0;
  byId("tour-next").textContent = number === STEPS.length - 1 ? "好，我来试试" : "下一步";
  if (at.says) await post("/demo/say", { who: at.who, text: at.says }).catch(() => tell("左边的手机没有回应，请点“重新开始”。"));
  if (at.chair) await sit(at.chair, at.page);
}

function endTour() {
  step = -1;
  byId("tour").hidden = true;
}

async function startAgain() {
  tell("正在重新开始，大约十秒钟……");
  endTour();
  byId("desk").hidden = true;
  byId("choose").hidden = false;
  await post("/demo/again").catch(() => undefined);
  waitForNext();
}

/** Looks until another run answers, then begins with it. */
async function waitForNext() {
  const answer = await fetch("/demo/chairs", { cache: "no-store" }).then((one) => one.json()).catch(() => null);
  if (answer === null || answer.run === run) {
    setTimeout(waitForNext, LOOK_AGAIN);
    return;
  }
  begin(answer);
  tell("");
}

function begin(answer) {
  run = answer.run;
  sitting = "";
  drawChairs(answer.people);
}

byId("tour-start").addEventListener("click", () => show(0));
byId("tour-back").addEventListener("click", () => show(Math.max(0, step - 1)));
byId("tour-next").addEventListener("click", () => (step === STEPS.length - 1 ? endTour() : show(step + 1)));
byId("tour-end").addEventListener("click", endTour);
byId("again").addEventListener("click", startAgain);
waitForNext();
