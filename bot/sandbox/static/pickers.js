// The sheets in which a citizen chooses what to send: a photo, a place, a voice length, a link, a scanned scene.

import { readCalls } from "./api.js";
import { field, h } from "./dom.js";
import { MAP, PLACES, SCENES, drawScene } from "./samples.js";
import { toast } from "./sheets.js";

const LONGEST_SIDE_PX = 1280; // WeChat scales photos down too unless 原图 is ticked
const JPEG_QUALITY = 0.85;

/** Asks for a photo; `choose({name, data})` gets base64 JPEG. */
export function pickPhoto(sheets, choose) {
  const done = (name, canvas) => {
    close();
    choose({ name, data: canvas.toDataURL("image/jpeg", JPEG_QUALITY).split(",")[1] });
  };
  const scenes = SCENES.map((scene) => {
    const canvas = h("canvas", { "aria-hidden": "true" });
    drawScene(canvas, scene);
    return h("button", { type: "button", class: "scene", testid: "photo-sample", on: { click: () => done(`${scene.name}.jpg`, canvas) } },
      canvas, h("span", {}, scene.name));
  });
  const file = h("input", { type: "file", accept: "image/*", testid: "photo-file",
    on: { change: () => readPicture(file.files[0], done) } });
  const body = h("div", {}, h("div", { class: "scenes" }, scenes),
    h("label", { class: "file" }, "从这台设备里选一张", file));
  const close = sheets.open({ title: "拍照 / 相册", body, testid: "photo-sheet" });
}

async function readPicture(file, done) {
  if (file === undefined) return;
  let picture;
  try {
    picture = await createImageBitmap(file);
  } catch {
    toast("这个文件不是能打开的图片，请换一张");
    return;
  }
  const scale = Math.min(1, LONGEST_SIDE_PX / Math.max(picture.width, picture.height));
  const canvas = h("canvas", { width: Math.round(picture.width * scale), height: Math.round(picture.height * scale) });
  canvas.getContext("2d").drawImage(picture, 0, 0, canvas.width, canvas.height);
  done(file.name.replace(/\.[^.]*$/, "") + ".jpg", canvas);
}

/** Asks for a place; `choose({latitude, longitude, label})`. */
export function pickPlace(sheets, { title = "发送位置", choose }) {
  const latitude = field("纬度", { type: "number", step: "any", min: -90, max: 90, required: true, testid: "place-latitude" });
  const longitude = field("经度", { type: "number", step: "any", min: -180, max: 180, required: true, testid: "place-longitude" });
  const label = field("地点名称", { type: "text", maxlength: 100, testid: "place-label" });
  const pin = h("i", { class: "pin", "aria-hidden": "true" });
  const map = h("div", { class: "map" }, PLACES.map((place) => placeButton(place, () => put(place))), pin);
  const put = (place) => {
    latitude.input.value = place.latitude;
    longitude.input.value = place.longitude;
    if (place.label !== undefined) label.input.value = place.label;
    movePin();
  };
  const movePin = () => stand(pin, Number(latitude.input.value), Number(longitude.input.value));
  map.addEventListener("click", (event) => {
    if (event.target === map) put({ ...pointOn(map, event), label: "地图选点" });
  });
  for (const { input } of [latitude, longitude]) input.addEventListener("input", movePin);
  put(PLACES[0]);
  const submit = (event) => {
    event.preventDefault();
    close();
    choose({ latitude: Number(latitude.input.value), longitude: Number(longitude.input.value), label: label.input.value.trim() });
  };
  const form = h("form", { class: "sheet-form", on: { submit } }, map, label.row,
    h("div", { class: "field-pair" }, latitude.row, longitude.row),
    h("button", { type: "submit", class: "primary", testid: "place-send" }, "发送"));
  const close = sheets.open({ title, body: form, look: "full", testid: "place-sheet" });
}

function placeButton(place, choose) {
  const button = h("button", { type: "button", class: "place", testid: "place", on: { click: choose } }, place.label);
  stand(button, place.latitude, place.longitude);
  return button;
}

function stand(element, latitude, longitude) {
  const clamp = (share) => `${Math.min(100, Math.max(0, share * 100))}%`;
  element.style.setProperty("left", clamp((longitude - MAP.west) / (MAP.east - MAP.west)));
  element.style.setProperty("top", clamp((MAP.north - latitude) / (MAP.north - MAP.south)));
}

function pointOn(map, event) {
  const box = map.getBoundingClientRect();
  const latitude = MAP.north - ((event.clientY - box.top) / box.height) * (MAP.north - MAP.south);
  const longitude = MAP.west + ((event.clientX - box.left) / box.width) * (MAP.east - MAP.west);
  return { latitude: Number(latitude.toFixed(6)), longitude: Number(longitude.toFixed(6)) };
}

/** Asks for a voice message's length; `choose(seconds)`. */
export function pickVoice(sheets, choose) {
  const seconds = field("说多少秒（1 到 60）", { type: "number", min: 1, max: 60, step: 1, value: 3, required: true, testid: "voice-seconds" });
  openForm(sheets, {
    title: "语音", rows: [seconds.row], action: "发送语音", testid: "voice-sheet",
    submit: () => choose(Number(seconds.input.value)),
  });
}

/** Asks for a link; `choose({title, description, url})`. */
export function pickLink(sheets, choose) {
  const title = field("标题", { type: "text", required: true, maxlength: 64, value: "本地新闻：街角口袋公园开放", testid: "link-title" });
  const description = field("说明", { type: "text", maxlength: 120, value: "朋友转来的一篇文章", testid: "link-description" });
  const url = field("网址", { type: "url", required: true, value: "https://example.com/news/1", testid: "link-url" });
  openForm(sheets, {
    title: "链接", rows: [title.row, description.row, url.row], action: "发送链接", testid: "link-sheet",
    submit: () => choose({ title: title.input.value, description: description.input.value, url: url.input.value }),
  });
}

/** Asks what was scanned: one of the codes that the service has made, or any words; `choose(scene)`. */
export async function pickScene(sheets, { title = "扫一扫", label = "二维码的场景值", choose }) {
  const scene = field(label, { type: "text", required: true, maxlength: 64, autocomplete: "off", "data-first": true, testid: "scan-scene" });
  const made = h("div", { class: "made-scenes" });
  const close = openForm(sheets, {
    title, rows: [made, scene.row], action: "扫", testid: "scan-sheet",
    submit: () => choose(scene.input.value.trim()),
  });
  const scenes = await scenesMade();
  if (scenes.length === 0) return;
  const pick = (value) => {
    close();
    choose(value);
  };
  made.append(h("p", {}, "服务做过的二维码："), ...scenes.map((value) =>
    h("button", { type: "button", class: "choice", testid: "scan-made", on: { click: () => pick(value) } }, value)));
}

async function scenesMade() {
  const { calls } = await readCalls("/cgi-bin/qrcode/create").catch(() => ({ calls: [] }));
  const scenes = calls.map((call) => call.json?.action_info?.scene).filter(Boolean);
  return [...new Set(scenes.map((scene) => String(scene.scene_str ?? scene.scene_id)))].slice(-12);
}

/** A small form in a bottom sheet; answers its close(). */
function openForm(sheets, { title, rows, action, submit, testid }) {
  const onSubmit = (event) => {
    event.preventDefault();
    close();
    submit();
  };
  const form = h("form", { class: "sheet-form", on: { submit: onSubmit } }, ...rows,
    h("button", { type: "submit", class: "primary", testid: "sheet-submit" }, action));
  const close = sheets.open({ title, body: form, testid });
  return close;
}
