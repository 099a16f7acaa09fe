// What opens on top of the chat: service pages in a frame, enlarged pictures, playing voice and video.

import { act } from "./api.js";
import { h, webAddress } from "./dom.js";
import { openPrompt } from "./prompt.js";
import { toast } from "./sheets.js";

// Pages may run, submit and open windows, but not take the phone's own tab away.
const FRAME_RIGHTS = "allow-scripts allow-same-origin allow-forms allow-popups allow-popups-to-escape-sandbox allow-modals allow-downloads";

/** Opens a page as this citizen inside the phone; the sandbox is told first, so that it knows who is looking. */
export async function openPage(sheets, citizen, address) {
  const wanted = webAddress(address);
  if (wanted === null) {
    toast("这个链接打不开");
    return;
  }
  const answer = await act(citizen.openid, "opens", { url: wanted }).catch((error) => {
    toast(error.message);
    return {};
  });
  const url = webAddress(answer.url ?? wanted) ?? wanted;
  const frame = h("iframe", { class: "page-frame", src: url, title: "网页", sandbox: FRAME_RIGHTS, testid: "page-frame", allow: "geolocation" });
  const outside = h("a", { class: "sheet-aside", href: url, target: "_blank", rel: "noopener noreferrer", "aria-label": "在新窗口打开这个网页" }, "新窗口");
  const close = sheets.open({ title: new URL(url).host, body: frame, look: "full", testid: "page-sheet", extra: outside,
    onClose: () => removeEventListener("message", onMessage) });
  const prompt = ({ number, templates }, origin) => openPrompt(sheets, { citizen, account: "通知提醒", wanted: templates,
    answer: (given) => frame.contentWindow?.postMessage({ jweixin: "subscribed", number, given }, origin) });
  const onMessage = (event) => {
    if (event.source !== frame.contentWindow) return;
    if (event.data?.jweixin === "closeWindow") close();
    if (event.data?.jweixin === "subscribe" && Array.isArray(event.data.templates)) prompt(event.data, event.origin);
  };
  addEventListener("message", onMessage);
}

export function enlarge(sheets, source) {
  const picture = h("img", { src: source, alt: "放大的图片", referrerpolicy: "no-referrer" });
  sheets.open({ title: "图片", body: picture, look: "dark", testid: "picture-sheet" });
}

export function watch(sheets, source) {
  if (!source) {
    toast("这段视频没有可以播放的内容");
    return;
  }
  const video = h("video", { src: source, controls: true, autoplay: true, tabindex: "0" });
  video.addEventListener("error", () => toast("这段视频在浏览器里放不出来"));
  sheets.open({ title: "视频", body: video, look: "dark", testid: "video-sheet" });
}

/** Plays a voice message; `button` shows that it runs. */
export async function play(source, button) {
  const sound = new Audio(source ?? "");
  const stop = () => button.removeAttribute("data-playing");
  sound.addEventListener("ended", stop);
  button.dataset.playing = "true";
  try {
    await sound.play();
  } catch {
    stop();
    toast("这段语音在浏览器里放不出来");
  }
}
