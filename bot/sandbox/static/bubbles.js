// Draws one message as WeChat does: the row with its face and tail, and inside it what the kind needs.

import { h, webAddress } from "./dom.js";

/** `actions`: tap(bubble, index, text), openPage(url), enlarge(url), watch(url), play(url, button), grown(). `who`: {citizen, account} names. */
export function bubbleRow(bubble, who, actions) {
  const hooks = { testid: "bubble", "data-from": bubble.from, "data-kind": bubble.kind, "data-id": bubble.id, "data-via": bubble.via };
  if (bubble.from === "system") return h("div", { class: "row system", ...hooks }, h("p", {}, bubble.text));
  const draw = CONTENTS[bubble.kind] ?? unknownContent;
  const { element, look } = draw(bubble, actions);
  element.classList.add("bubble", `look-${look}`);
  const words = bubble.ai ? "内容由第三方AI生成" : bubble.via === "preview" ? "群发预览，只有你能看到" : null;
  const label = words === null ? null : h("small", { class: "by-machine" }, words);
  return h("div", { class: `row from-${bubble.from}`, ...hooks }, face(bubble.from, who), element, label);
}

function face(from, who) {
  if (from === "account") return h("img", { class: "face", src: "/static/account.svg", alt: who.account, width: 40, height: 40 });
  return citizenFace(who.citizen);
}

/** A coloured square with the name's first character, the same colour for the same name. */
export function citizenFace(name) {
  const hue = [...name].reduce((sum, character) => (sum * 31 + character.codePointAt(0)) % 360, 7);
  const element = h("span", { class: "face", role: "img", "aria-label": name }, [...name][0] ?? "?");
  element.style.setProperty("--hue", hue);
  return element;
}

const CONTENTS = {
  text: textContent,
  sticker: stickerContent,
  msgmenu: menuContent,
  image: imageContent,
  voice: voiceContent,
  video: videoContent,
  shortvideo: videoContent,
  location: locationContent,
  link: linkContent,
  news: newsContent,
  mpnews: newsContent,
  mpnewsarticle: newsContent,
  wxcard: cardOf("卡券"),
  miniprogrampage: cardOf("小程序"),
  music: musicContent,
  template: noticeContent,
  subscribe: noticeContent,
  once: onceContent,
};

function textContent(bubble, actions) {
  // Only the account's words have working links; what a citizen types stands as it was typed.
  const segments = (bubble.from === "account" && bubble.segments) || [{ text: bubble.text }];
  const parts = segments.map((segment) =>
    segment.link === undefined ? segment.text : linkPart(bubble, segment.link, segment.text, actions));
  return { element: h("div", {}, parts), look: "text" };
}

function stickerContent(bubble) {
  return { element: h("img", { src: "/static/sticker.svg", alt: bubble.text || "表情", width: 110, height: 110 }), look: "sticker" };
}

/** A link inside a bubble: bizmsgmenu links speak for the citizen, ordinary ones open a page. */
function linkPart(bubble, index, text, actions) {
  const link = bubble.links?.[index] ?? {};
  if (link.url === undefined) {
    const tap = () => actions.tap(bubble, index, link.content ?? text);
    // Not a <button>: that stands in the line as a block, which doesn't wrap and leaves a closing quote alone on the next.
    return h("span", { role: "button", tabindex: "0", class: "bubble-link", testid: "bubble-link", "data-content": link.content,
      on: { click: tap, keydown: (event) => isPress(event) && tap() } }, text);
  }
  const address = webAddress(link.url);
  if (address === null) return h("span", {}, text);
  return pageLink(address, { class: "bubble-link", testid: "bubble-link" }, actions, text);
}

/** Enter and the space bar press a button; the space bar shall not scroll as well. */
function isPress(event) {
  if (event.key !== "Enter" && event.key !== " ") return false;
  event.preventDefault();
  return true;
}

function pageLink(address, props, actions, ...children) {
  const open = (event) => {
    event.preventDefault();
    actions.openPage(address);
  };
  return h("a", { href: address, ...props, on: { click: open } }, ...children);
}

function menuContent(bubble, actions) {
  const items = (bubble.links ?? []).map((link, index) => h("li", {}, linkPart(bubble, index, link.text, actions)));
  return { element: h("div", {}, lines(bubble.head), h("ul", { class: "menu-choices" }, items), lines(bubble.tail)), look: "text" };
}

const lines = (text) => (text ? h("p", {}, text) : null);

function imageContent(bubble, actions) {
  if (bubble.pictures?.length > 1) return picturesContent(bubble, actions);
  const picture = h("img", { src: bubble.media_url, alt: "图片", referrerpolicy: "no-referrer", on: { load: actions.grown } });
  return {
    element: h("button", { type: "button", "aria-label": "图片，点开放大", on: { click: () => actions.enlarge(bubble.media_url) } }, picture),
    look: "picture",
  };
}

/** Several pictures of one mass message, with their words below. */
function picturesContent(bubble, actions) {
  const pictures = bubble.pictures.map((address, index) =>
    h("button", { type: "button", "aria-label": `第 ${index + 1} 张图片，点开放大`, on: { click: () => actions.enlarge(address) } },
      h("img", { src: address, alt: "图片", on: { load: actions.grown } })));
  return { element: h("div", {}, h("div", { class: "picture-grid" }, pictures), lines(bubble.text)), look: "pictures" };
}

function voiceContent(bubble, actions) {
  const seconds = bubble.seconds === undefined ? null : Math.max(1, Math.round(bubble.seconds));
  const button = h("button", { type: "button", "aria-label": `语音${seconds === null ? "" : `，${seconds} 秒`}，点一下播放`,
    on: { click: () => actions.play(bubble.media_url, button) } },
  h("span", { class: "waves", "aria-hidden": "true" }, h("i"), h("i"), h("i")), h("span", { "aria-hidden": "true" }, seconds === null ? "" : `${seconds}″`));
  button.style.setProperty("--seconds", Math.min(seconds ?? 1, 60));
  return { element: button, look: "voice" };
}

function videoContent(bubble, actions) {
  const title = bubble.title ? h("span", { class: "video-title" }, bubble.title) : null;
  return {
    element: h("button", { type: "button", "aria-label": `视频${bubble.title ? "：" + bubble.title : ""}，点一下播放`,
      on: { click: () => actions.watch(bubble.media_url) } }, h("span", { class: "video-play", "aria-hidden": "true" }), title),
    look: "video",
  };
}

function locationContent(bubble) {
  const label = bubble.label || "[位置]";
  return {
    element: h("div", {}, h("strong", {}, label), h("small", {}, `${bubble.latitude}, ${bubble.longitude}`),
      h("span", { class: "tiny-map", role: "img", "aria-label": "地图" }, h("i", { class: "pin" }))),
    look: "card",
  };
}

function linkContent(bubble, actions) {
  return card(bubble.url, actions, [h("strong", {}, bubble.title || "链接"), h("small", {}, bubble.description ?? "")]);
}

function card(url, actions, children) {
  const address = url ? webAddress(url) : null;
  const element = address === null ? h("div", {}, ...children) : pageLink(address, { testid: "bubble-link" }, actions, ...children);
  return { element, look: "card" };
}

function newsContent(bubble, actions) {
  const [first, ...rest] = bubble.articles;
  const head = articleLink(first, actions, "news-first", rest.length === 0);
  return { element: h("div", {}, head, rest.map((article) => articleLink(article, actions, "news-more", false))), look: "news" };
}

function articleLink(article, actions, look, withDescription) {
  const address = webAddress(article.url || "");
  const children = [
    article.picurl ? h("img", { src: article.picurl, alt: "", referrerpolicy: "no-referrer", on: { load: actions.grown } }) : null,
    h("span", { class: "news-title" }, article.title ?? ""),
    withDescription && article.description ? h("small", {}, article.description) : null,
  ];
  if (!article.url || address === null) return h("div", { class: look }, ...children);
  return pageLink(address, { class: look, testid: "bubble-link" }, actions, ...children);
}

function musicContent(bubble, actions) {
  return card(bubble.url, actions, [h("strong", {}, bubble.title || "音乐"), h("small", {}, bubble.description ?? "")]);
}

/** A card of WeChat's own content, which only the real app can open. */
function cardOf(name) {
  return (bubble) => card(null, null, [h("strong", {}, bubble.title || name), h("small", {}, name)]);
}

/** A template or subscription notice: a titled card of name and value, with 详情 when it has a page. */
function noticeContent(bubble, actions) {
  const rows = Object.entries(bubble.data ?? {}).flatMap(([name, item]) => [h("dt", {}, name), h("dd", {}, item.value ?? item)]);
  const { element } = card(bubble.url, actions, [
    h("strong", {}, bubble.title || "服务通知"),
    h("dl", {}, rows),
    h("span", { class: "notice-more" }, noticeTarget(bubble)),
  ]);
  return { element, look: "notice" };
}

function noticeTarget(bubble) {
  if (bubble.miniprogram) return "小程序";
  return bubble.url ? "详情" : null;
}

/** A one-time message: a title and one paragraph. */
function onceContent(bubble, actions) {
  const { element } = card(bubble.url, actions, [h("strong", {}, bubble.title), h("p", { class: "notice-words" }, bubble.words),
    h("span", { class: "notice-more" }, noticeTarget(bubble))]);
  return { element, look: "notice" };
}

function unknownContent(bubble) {
  return { element: h("div", {}, bubble.text || `[这种消息手机上暂不显示：${bubble.kind}]`), look: "text" };
}
