// Live news for every page of somebody who answers citizens: the numbers in menu and title, and a sound.
//
// One tab of a browser listens to the event stream and tells the others: browsers allow six connections to a server.
(() => {
  "use strict";

  const feed = document.body.dataset.live;
  if (!feed) return;

  const LISTENING = "desk-help";
  const OWN_ACT_MS = 3000; // what comes so soon after a click was asked for by its officer
  const plainTitle = document.title;
  const channel = new BroadcastChannel(LISTENING);

  // ---- Listening ----------------------------------------------------------------------------------------------

  channel.onmessage = (event) => hear(event.data, { leading: false });

  // Other scripts of the page hear the same: `desk-help` with kind "state", "waiting" (no connection) or "ended".
  function hear(news, { leading }) {
    if (news.kind === "state") {
      showNumber(news.waiting + news.mine);
      if (leading) ringIfNew(news);
    }
    document.body.dataset.heard = news.kind;
    document.dispatchEvent(new CustomEvent("desk-help", { detail: news }));
  }

  function showNumber(number) {
    for (const badge of document.querySelectorAll('[data-badge="help"]')) {
      const count = badge.querySelector("[data-count]");
      if (count.textContent !== String(number)) count.textContent = String(number);
      badge.hidden = number === 0;
    }
    document.title = number ? `(${number}) ${plainTitle}` : plainTitle;
  }

  function lead() {
    const stream = new EventSource(feed);
    const tell = (news) => {
      channel.postMessage(news);
      hear(news, { leading: true });
    };
    stream.addEventListener("state", (event) => tell({ kind: "state", ...JSON.parse(event.data) }));
    stream.addEventListener("ended", (event) => {
      if (event.data !== "stopping") stream.close(); // a restart is over soon: the browser connects again
      tell({ kind: "ended", why: event.data });
    });
    stream.addEventListener("error", () => {
      const isOver = stream.readyState === EventSource.CLOSED;
      tell(isOver ? { kind: "ended", why: "refused" } : { kind: "waiting" });
    });
    addEventListener("pagehide", () => stream.close());
    return new Promise(() => {}); // holds the lock until the tab closes
  }

  if (navigator.locks) navigator.locks.request(LISTENING, lead);
  else lead(); // an address without https has no locks: every tab listens for itself

  // ---- Sound --------------------------------------------------------------------------------------------------

  let audio = null;
  const allowSound = () => (audio ??= new AudioContext()); // browsers let a page sound once somebody has touched it
  addEventListener("pointerdown", allowSound, { once: true, capture: true });
  addEventListener("keydown", allowSound, { once: true, capture: true });
  document.addEventListener("submit", () => remember("acted", Date.now()), true);

  const recall = (name) => Number(localStorage.getItem(`desk-help-${name}`) ?? -1);
  const remember = (name, value) => localStorage.setItem(`desk-help-${name}`, String(value));

  function ringIfNew({ knock, held }) {
    const [lastKnock, lastHeld] = [recall("knock"), recall("held")];
    remember("knock", knock);
    remember("held", held);
    const isHandedOver = held > lastHeld && Date.now() - recall("acted") > OWN_ACT_MS;
    if (lastKnock >= 0 && (knock > lastKnock || isHandedOver)) ring();
  }

  function ring() {
    if (recall("muted") === 1) return;
    document.body.dataset.rang = String(Number(document.body.dataset.rang ?? 0) + 1);
    if (audio?.state !== "running") return;
    strike(880, 0);
    strike(1175, 0.18);
  }

  function strike(hertz, delay) {
    const [tone, loudness] = [audio.createOscillator(), audio.createGain()];
    const start = audio.currentTime + delay;
    tone.frequency.value = hertz;
    loudness.gain.setValueAtTime(0.0001, start);
    loudness.gain.exponentialRampToValueAtTime(0.15, start + 0.02);
    loudness.gain.exponentialRampToValueAtTime(0.0001, start + 0.6);
    tone.connect(loudness).connect(audio.destination);
    tone.start(start);
    tone.stop(start + 0.65);
  }

  function showMute() {
    for (const button of document.querySelectorAll("[data-mute]")) {
      button.hidden = false;
      button.setAttribute("aria-pressed", String(recall("muted") === 1));
    }
  }

  document.addEventListener("click", (event) => {
    if (!event.target.closest("[data-mute]")) return;
    remember("muted", recall("muted") === 1 ? 0 : 1);
    showMute();
    ring(); // lets the officer hear what was switched on
  });
  showMute();
})();
