// What the + panel and the menu's special buttons send: photos, places, voice, video, stickers, links, scans.

import { pickLink, pickPhoto, pickPlace, pickScene, pickVoice } from "./pickers.js";
import { toast } from "./sheets.js";

/** The tiles of the + panel; `phone.send(draft, verb, body)` sends one. */
export function attachmentTiles(phone) {
  const { sheets } = phone;
  const place = () => pickPlace(sheets, { choose: (chosen) => sendPlace(phone, chosen) });
  const voice = () => pickVoice(sheets, (seconds) => phone.send({ kind: "voice", seconds }, "sends_voice", { data: null, seconds }));
  const link = () => pickLink(sheets, (chosen) => phone.send({ kind: "link", ...chosen }, "sends_link", chosen));
  return [
    { name: "拍照/相册", drawing: "photo", open: () => pickPhoto(sheets, (photo) => sendPhoto(phone, photo)), testid: "plus-photo" },
    { name: "位置", drawing: "place", open: place, testid: "plus-location" },
    { name: "语音", drawing: "voice", open: voice, testid: "plus-voice" },
    { name: "视频", drawing: "video", open: () => phone.send({ kind: "video" }, "sends_video"), testid: "plus-video" },
    { name: "表情", drawing: "sticker", open: () => phone.send({ kind: "sticker", text: "[表情]" }, "sends_sticker"), testid: "plus-sticker" },
    { name: "链接", drawing: "link", open: link, testid: "plus-link" },
  ];
}

function sendPhoto(phone, photo) {
  return phone.send({ kind: "image", media_url: `data:image/jpeg;base64,${photo.data}` }, "sends_photo", photo);
}

function sendPlace(phone, place) {
  return phone.send({ kind: "location", ...place }, "shares_location", { ...place, scale: 15 });
}

export function scan(phone) {
  if (!phone.state.capabilities.scene_qr) {
    toast("这种账号没有带场景的二维码，只能直接关注");
    return;
  }
  pickScene(phone.sheets, { choose: (scene) => phone.perform("scans", { scene }) });
}

export function reportLocation(phone) {
  pickPlace(phone.sheets, { title: "上报当前位置", choose: ({ latitude, longitude }) =>
    phone.perform("reports_location", { latitude, longitude, precision: 65 }) });
}

/** Presses a button of the custom menu, asking first for what its type needs. */
export function pressMenu(phone, button, path) {
  if (button.type.startsWith("scancode_")) {
    pickScene(phone.sheets, { label: "扫到的内容", choose: (result) => phone.perform("clicks", { path, result }) });
  } else if (button.type.startsWith("pic_")) {
    pickPhoto(phone.sheets, async (photo) => {
      await phone.perform("clicks", { path });
      await sendPhoto(phone, photo);
    });
  } else if (button.type === "location_select") {
    pickPlace(phone.sheets, { choose: async (place) => {
      await phone.perform("clicks", { path, ...place });
      await sendPlace(phone, place);
    } });
  } else if (button.type === "miniprogram") {
    toast("演练台里没有小程序");
  } else {
    press(phone, button, path);
  }
}

async function press(phone, button, path) {
  const outcome = await phone.perform("clicks", { path });
  const url = outcome?.url ?? (button.type === "view" ? button.url : null);
  if (outcome !== null && url) phone.openPage(url);
}
