// Builds elements: text goes in as text nodes only, so no message can become markup.

/** h("button", {class: "x", testid: "send", on: {click}}, "发送") */
export function h(tag, props = {}, ...children) {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(props)) {
    if (value === undefined || value === null || value === false) continue;
    if (name === "on") {
      for (const [event, listener] of Object.entries(value)) element.addEventListener(event, listener);
    } else if (name === "testid") {
      element.dataset.testid = value;
    } else {
      element.setAttribute(name, value === true ? "" : String(value));
    }
  }
  element.append(...children.flat().filter((child) => child !== null && child !== undefined && child !== ""));
  return element;
}

/** One of the drawings that index.html keeps as symbols. */
export function icon(name) {
  const space = "http://www.w3.org/2000/svg";
  const picture = document.createElementNS(space, "svg");
  const use = document.createElementNS(space, "use");
  use.setAttribute("href", `#icon-${name}`);
  picture.append(use);
  return picture;
}

export const byId = (id) => document.getElementById(id);

/** A message's address, when it is one that a browser may open; null for javascript: and the like. */
export function webAddress(address) {
  try {
    const url = new URL(address, location.href);
    return url.protocol === "http:" || url.protocol === "https:" ? url.href : null;
  } catch {
    return null;
  }
}

/** A labelled input in a form; `input` keeps the element for reading. */
export function field(label, props = {}) {
  const input = h(props.tag ?? "input", { ...props, tag: undefined });
  return { input, row: h("label", { class: "field" }, h("span", {}, label), input) };
}
