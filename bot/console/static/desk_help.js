// The page of live help, kept up to date: it works without this file too, only not by itself.
//
// A page that is out of date fetches itself again and puts in what changed, so that nothing typed and no focus is lost.
(() => {
  "use strict";

  const DRAFT_MS = 800;
  const MINUTE_MS = 60_000;
  const LEAST_BETWEEN_MS = 400;
  const NEAR_END_PX = 80;
  const page = () => document.querySelector("[data-help-page]");
  const part = (name, within = document) => within.querySelector(`[data-part="${name}"]`);
  const composer = () => part("compose")?.querySelector("textarea");
  if (!page()) return;

  // ---- News ---------------------------------------------------------------------------------------------------

  document.addEventListener("desk-help", ({ detail: news }) => {
    showState(news.kind === "state" ? "open" : news.kind === "ended" ? news.why : "waiting");
    if (news.kind === "state" && Number(page().dataset.revision) !== news.revision) refresh();
  });

  function showState(state) {
    for (const line of document.querySelectorAll("[data-live-state]")) line.hidden = line.dataset.liveState !== state;
  }

  let isWanted = false;
  let isFetching = false;

  async function refresh() {
    isWanted = true;
    if (isFetching) return;
    isFetching = true;
    try {
      while (isWanted) {
        isWanted = false;
        await fetchPage(location.href, { headers: { "HX-Request": "true", "X-Live": "1" } });
        await new Promise((resolve) => setTimeout(resolve, LEAST_BETWEEN_MS));
      }
    } finally {
      isFetching = false;
    }
  }

  // Fetches a page and puts it in; tells whether one came that is like this one. `sent`: the form that asked for it.
  async function fetchPage(address, options, sent = null) {
    let answer;
    try {
      answer = await fetch(address, options);
    } catch {
      showState("waiting");
      return false;
    }
    const led = answer.headers.get("HX-Redirect");
    if (led && new URL(led, location).pathname !== location.pathname) {
      if (sent) location.assign(led);
      else showState("refused"); // to the sign-in page: what is typed here stays
      return Boolean(sent);
    }
    if (led) return fetchPage(location.href, { headers: { "HX-Request": "true" } }, sent);
    const found = new DOMParser().parseFromString(await answer.text(), "text/html");
    if (!found.querySelector("[data-help-page]")) return false;
    patch(found, sent);
    return true;
  }

  // ---- Putting in what changed ---------------------------------------------------------------------------------

  function patch(found, sent) {
    const [old, fresh] = [page(), found.querySelector("[data-help-page]")];
    const isOther = old.dataset.mode !== fresh.dataset.mode;
    Object.assign(old.dataset, { revision: fresh.dataset.revision, mode: fresh.dataset.mode });
    if (sent) replace("said", found);
    replace("list", found);
    replace("head", found);
    mergeLines(found, Boolean(sent));
    for (const name of ["compose", "tools"]) {
      const own = part(name);
      if (isOther || own?.contains(sent)) replace(name, found, { keepWords: !own?.contains(sent) });
    }
    replace("window", found);
  }

  function replace(name, found, { keepWords = false } = {}) {
    const [old, fresh] = [part(name), part(name, found)];
    if (!old) return;
    if (!fresh) return old.replaceChildren();
    if (old.innerHTML === fresh.innerHTML) return;
    const key = old.contains(document.activeElement) ? document.activeElement.closest("[data-key]")?.dataset.key : null;
    const open = [...old.querySelectorAll("details[open][data-key]")].map((each) => each.dataset.key);
    const written = keepWords ? [...old.querySelectorAll("textarea")].map(({ name: of, value }) => [of, value]) : [];
    old.replaceChildren(...fresh.childNodes);
    for (const each of open) old.querySelector(`details[data-key="${each}"]`)?.setAttribute("open", "");
    for (const [of, value] of written) keep(old.querySelector(`textarea[name="${of}"]`), value);
    if (key) old.querySelector(`[data-key="${key}"]`)?.focus();
  }

  // Words that were typed but not sent stay: in their field, or where they can be copied from.
  function keep(field, words) {
    if (!words.trim()) return;
    if (field) {
      field.value ||= words;
      return;
    }
    const box = part("unsent");
    box.hidden = false;
    box.querySelector("textarea").value = words;
  }

  function mergeLines(found, toTheEnd) {
    const [old, fresh] = [part("lines"), part("lines", found)];
    if (!old || !fresh) return;
    const wasAtEnd = staysAtEnd;
    let isNew = false;
    for (const line of [...fresh.children]) {
      const known = document.getElementById(line.id);
      if (!known) old.append(line);
      else if (known.outerHTML !== line.outerHTML) known.replaceWith(line);
      isNew ||= !known;
    }
    if (wasAtEnd || toTheEnd) toEnd();
    else if (isNew) document.querySelector("[data-to-end]").hidden = false;
  }

  let staysAtEnd = true;
  const isAtEnd = (list) => list.scrollHeight - list.scrollTop - list.clientHeight < NEAR_END_PX;

  function toEnd() {
    const list = part("lines");
    if (!list) return;
    staysAtEnd = true;
    list.scrollTop = list.scrollHeight;
    document.querySelector("[data-to-end]").hidden = true;
  }

  part("lines")?.addEventListener("scroll", () => {
    staysAtEnd = isAtEnd(part("lines"));
    if (staysAtEnd) document.querySelector("[data-to-end]").hidden = true;
  });
  // A photo has its height only once it is there.
  part("lines")?.addEventListener("load", () => staysAtEnd && toEnd(), true);

  // ---- Writing ------------------------------------------------------------------------------------------------

  let draftTimer = 0;

  function saveDraftSoon(field) {
    clearTimeout(draftTimer);
    draftTimer = setTimeout(() => saveDraft(field), DRAFT_MS);
  }

  function saveDraft(field) {
    const body = new URLSearchParams({ text: field.value, csrf: field.form.elements.csrf.value });
    fetch(field.dataset.draft, { method: "POST", body, headers: { "HX-Request": "true" }, keepalive: true }).catch(() => {
      showState("waiting");
    });
  }

  document.addEventListener("input", (event) => {
    if (event.target.matches("[data-draft]")) saveDraftSoon(event.target);
  });

  document.addEventListener("submit", (event) => {
    const form = event.target;
    if (!form.matches("[data-stay]")) return;
    event.preventDefault();
    if (form.dataset.sending) return;
    send(form, event.submitter);
  });

  async function send(form, button) {
    clearTimeout(draftTimer);
    form.dataset.sending = "yes";
    const body = new FormData(form, button);
    const options = { method: "POST", body, headers: { "HX-Request": "true" } };
    const isOurs = await fetchPage(button?.getAttribute("formaction") ?? form.action, options, form);
    delete form.dataset.sending;
    if (!isOurs) return;
    composer()?.focus();
  }

  document.addEventListener("click", (event) => {
    const button = event.target.closest("[data-insert], [data-open-dialog], [data-close-dialog], [data-drop-photo], [data-to-end]");
    if (!button) return;
    if (button.dataset.insert !== undefined) insert(event, button.dataset.insert);
    else if (button.dataset.openDialog) document.getElementById(button.dataset.openDialog).showModal();
    else if (button.dataset.closeDialog !== undefined) button.closest("dialog").close();
    else if (button.dataset.dropPhoto !== undefined) dropPhoto();
    else toEnd();
  });

  function insert(event, words) {
    const field = composer();
    event.preventDefault();
    field.setRangeText(words, field.selectionStart, field.selectionEnd, "end");
    field.form.querySelector("details[open]")?.removeAttribute("open");
    field.focus();
    saveDraftSoon(field);
  }

  // A picture pasted into the text goes into the field for photos.
  document.addEventListener("paste", (event) => {
    const field = part("compose")?.querySelector('input[type="file"]');
    const image = [...(event.clipboardData?.files ?? [])].find((file) => file.type.startsWith("image/"));
    if (!field || !image) return;
    const files = new DataTransfer();
    files.items.add(image);
    field.files = files.files;
    field.dispatchEvent(new Event("change", { bubbles: true }));
  });

  document.addEventListener("change", (event) => {
    if (!event.target.matches("[data-preview]")) return;
    const shown = document.getElementById(event.target.dataset.preview);
    if (shown.src) URL.revokeObjectURL(shown.src);
    const [chosen] = event.target.files;
    shown.closest("[data-chosen]").hidden = !chosen;
    if (chosen) shown.src = URL.createObjectURL(chosen);
  });

  function dropPhoto() {
    const field = part("compose").querySelector('input[type="file"]');
    field.value = "";
    field.dispatchEvent(new Event("change", { bubbles: true }));
    composer().focus();
  }

  // ---- Keys ---------------------------------------------------------------------------------------------------

  const isTyping = (element) => element.matches("input, textarea, select");
  const isInList = () => part("list").contains(document.activeElement);
  const KEYS = {
    j: () => step(1),
    k: () => step(-1),
    ArrowDown: () => isInList() && step(1),
    ArrowUp: () => isInList() && step(-1),
    r: () => composer() && (composer().focus(), true),
    "?": () => (document.getElementById("help-keys").showModal(), true),
  };

  document.addEventListener("keydown", (event) => {
    const field = event.target;
    if (document.querySelector("dialog[open]")) return;
    if (event.key === "Enter" && (event.ctrlKey || event.metaKey) && field.matches("[data-send]")) {
      event.preventDefault();
      field.form.requestSubmit();
    } else if (event.key === "Escape") leave(field);
    else if (!isTyping(field) && !event.ctrlKey && !event.metaKey && !event.altKey) {
      const act = KEYS[event.key.length === 1 ? event.key.toLowerCase() : event.key];
      if (act?.()) event.preventDefault();
    }
  });

  function leave(field) {
    const open = field.closest("details[open]");
    if (open) {
      open.removeAttribute("open");
      open.querySelector("summary").focus();
    } else if (isTyping(field)) field.blur();
  }

  function step(by) {
    const links = [...part("list").querySelectorAll("a[data-key]")];
    if (!links.length) return false;
    const at = links.indexOf(document.activeElement);
    const here = at >= 0 ? at : links.findIndex((link) => link.matches("[aria-current]"));
    const next = here < 0 ? 0 : here + by;
    links[Math.max(0, Math.min(links.length - 1, next))].focus();
    return true;
  }

  // ---- Beginning ----------------------------------------------------------------------------------------------

  page().classList.add("help-live"); // the field for photos hides behind its label
  for (const button of document.querySelectorAll("[data-open-dialog]")) button.hidden = false;
  toEnd();
  setInterval(() => document.visibilityState === "visible" && refresh(), MINUTE_MS); // minutes go by, streams break
})();
