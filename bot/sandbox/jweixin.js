// A small stand-in for WeChat's page script 1.6.0: the same names, answers a page in a browser can have.
(function () {
  "use strict";
  var ready = [], failed = [], state = "waiting", reason = null;

  function finish(options, result) {
    options = options || {};
    setTimeout(function () {
      var good = /:ok$/.test(result.errMsg), cancelled = /:cancel$/.test(result.errMsg);
      var answer = good ? options.success : cancelled ? options.cancel : options.fail;
      if (answer) answer(result);
      if (options.complete) options.complete(result);
    }, 0);
  }

  function simple(name) {
    return function (options) { finish(options, { errMsg: name + ":ok" }); };
  }

  function config(options) {
    var missing = ["appId", "timestamp", "nonceStr", "signature"].filter(function (name) { return !options[name]; });
    setTimeout(function () {
      state = missing.length ? "failed" : "ready";
      reason = { errMsg: missing.length ? "config:fail, missing " + missing.join(", ") : "config:ok" };
      (state === "ready" ? ready : failed).splice(0).forEach(function (callback) { callback(reason); });
    }, 0);
  }

  function getLocation(options) {
    if (!navigator.geolocation) return finish(options, { errMsg: "getLocation:fail" });
    navigator.geolocation.getCurrentPosition(function (position) {
      finish(options, {
        errMsg: "getLocation:ok", latitude: position.coords.latitude, longitude: position.coords.longitude,
        accuracy: position.coords.accuracy, speed: position.coords.speed || 0
      });
    }, function () { finish(options, { errMsg: "getLocation:cancel" }); });
  }

  function closeWindow() {
    if (window.parent !== window) window.parent.postMessage({ jweixin: "closeWindow" }, "*");
    else window.close();
  }

  // <wx-open-subscribe template="id,id">: its slotted button asks the phone, "success" and "error" tell the page.
  var asked = {}, questions = 0;

  function Subscribe() { return Reflect.construct(HTMLElement, [], Subscribe); }
  Subscribe.prototype = Object.create(HTMLElement.prototype);
  Subscribe.prototype.constructor = Subscribe;
  Subscribe.prototype.connectedCallback = function () {
    var element = this;
    setTimeout(function () {
      var template = element.querySelector('script[type="text/wxtag-template"], template');
      if (template && !element.shadowRoot) {
        element.attachShadow({ mode: "open" }).innerHTML = template.innerHTML || template.textContent;
      }
    }, 0);
    element.addEventListener("click", function () {
      var names = (element.getAttribute("template") || "").split(",").map(function (name) { return name.trim(); });
      questions += 1;
      asked[questions] = element;
      if (window.parent === window) return tell(element, null);
      window.parent.postMessage({ jweixin: "subscribe", number: questions, templates: names }, "*");
    });
  };

  function tell(element, given) {
    if (!given) return element.dispatchEvent(new CustomEvent("error", { detail: { errMsg: "subscribe:cancel", errCode: "-1" } }));
    var details = {};
    Object.keys(given).forEach(function (name) { details[name] = JSON.stringify({ status: given[name] }); });
    var detail = { errMsg: "subscribe:ok", subscribeDetails: JSON.stringify(details) };
    element.dispatchEvent(new CustomEvent("success", { detail: detail }));
  }

  if (window.customElements && !customElements.get("wx-open-subscribe")) customElements.define("wx-open-subscribe", Subscribe);
  window.addEventListener("message", function (event) {
    if (event.source !== window.parent || !event.data || event.data.jweixin !== "subscribed") return;
    var element = asked[event.data.number];
    delete asked[event.data.number];
    if (element) tell(element, event.data.given);
  });

  var wx = {
    config: config,
    ready: function (callback) { if (state === "ready") setTimeout(callback, 0); else ready.push(callback); },
    error: function (callback) { if (state === "failed") setTimeout(function () { callback(reason); }, 0); else failed.push(callback); },
    checkJsApi: function (options) {
      var found = {};
      (options.jsApiList || []).forEach(function (name) { found[name] = typeof wx[name] === "function"; });
      finish(options, { errMsg: "checkJsApi:ok", checkResult: found });
    },
    getLocation: getLocation,
    closeWindow: closeWindow,
    previewImage: function (options) { window.open(options.current || (options.urls || [])[0]); finish(options, { errMsg: "previewImage:ok" }); },
    openLocation: function (options) {
      window.open("https://www.openstreetmap.org/?mlat=" + options.latitude + "&mlon=" + options.longitude);
      finish(options, { errMsg: "openLocation:ok" });
    },
    getNetworkType: function (options) { finish(options, { errMsg: "getNetworkType:ok", networkType: "wifi" }); }
  };
  ["updateAppMessageShareData", "updateTimelineShareData", "hideOptionMenu", "showOptionMenu", "hideMenuItems", "showMenuItems",
    "hideAllNonBaseMenuItem", "showAllNonBaseMenuItem"].forEach(function (name) { wx[name] = simple(name); });
  window.wx = window.jWeixin = wx;
})();
