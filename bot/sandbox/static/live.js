// Keeps the page up to date: the event stream, and asking every two seconds while the stream is broken.

const POLL_MS = 2000;

/**
 * `on.bubble({openid, bubble})`, `on.exchange(exchange)`, `on.typing({openid, typing})` and `on.state()` are called per event;
 * `on.catchUp()` (async) reads whatever was missed; `on.status("live" | "polling")` tells which way it works.
 */
export function stayLive(on) {
  let polling = null;

  async function poll() {
    await on.catchUp();
    if (polling !== null) polling = setTimeout(poll, POLL_MS);
  }

  function startPolling() {
    if (polling !== null) return;
    on.status("polling");
    polling = setTimeout(poll, POLL_MS);
  }

  function stopPolling() {
    clearTimeout(polling);
    polling = null;
    on.status("live");
    on.catchUp();
  }

  function connect() {
    const stream = new EventSource("/control/events");
    stream.addEventListener("open", stopPolling);
    stream.addEventListener("bubble", (event) => on.bubble(JSON.parse(event.data)));
    stream.addEventListener("exchange", (event) => on.exchange(JSON.parse(event.data)));
    stream.addEventListener("typing", (event) => on.typing(JSON.parse(event.data)));
    stream.addEventListener("state", () => on.state());
    stream.addEventListener("error", () => {
      startPolling();
      // A browser reconnects by itself unless the server's answer was wrong, then it gives up for good.
      if (stream.readyState === EventSource.CLOSED) setTimeout(connect, POLL_MS);
    });
  }

  connect();
}
