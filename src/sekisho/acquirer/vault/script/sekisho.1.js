/*
 * Sekisho for the pages of a shop, version 1. A plain script without dependencies:
 *
 *   <script src="https://pay.example/vault/js/sekisho.1.js"
 *           integrity="(see sekisho.1.js.integrity)" crossorigin="anonymous"></script>
 *
 * Your page's Content-Security-Policy needs pay.example in script-src, frame-src and form-action.
 *
 *   const card = Sekisho.fields({ key: "pk_…", mount: "#card", lang: "ja" });
 *   card.on("ready" | "change" | "submit" | "error", handler);
 *   const { token, brand, lastFour, expiry } = await card.tokenize();
 *
 *   const info = Sekisho.browserInfo();           // browserInfo of the payment API, less what your
 *                                                 // server adds: browserAcceptHeader, deviceIPAddress
 *
 *   const run = Sekisho.authenticate({ url, frame, onChallenge, onClose });
 *   await run.done;                               // a signal only: ask your server how it ended
 *
 * Card data stays in the frame. This script never sees it, so it can neither keep nor lose it.
 */
(function () {
  "use strict";

  var script = document.currentScript;
  var base = new URL("../", script.src);
  var VERSION = 1;
  var READY_WITHIN_MS = 10000;
  var FRAME_HEIGHT = 248; // As tall as the form is at least: nothing jumps when it opens.
  var TITLES = { ja: "カード情報の入力欄", en: "Card details" };

  function freshNonce() {
    var octets = crypto.getRandomValues(new Uint8Array(16));
    return Array.from(octets, function (octet) {
      return octet.toString(16).padStart(2, "0");
    }).join("");
  }

  function fault(code, message, fields) {
    var error = new Error(message);
    error.name = "SekishoError";
    error.code = code;
    error.fields = fields || [];
    return error;
  }

  function element(given, what) {
    var found = typeof given === "string" ? document.querySelector(given) : given;
    if (!(found instanceof Element)) throw fault("usage", what + " is not an element of this page");
    return found;
  }

  function isText(value, most) {
    return typeof value === "string" && value.length > 0 && value.length <= most;
  }

  function isCount(value, most) {
    return Number.isInteger(value) && value >= 0 && value <= most;
  }

  /* What the frame may say; anything else is dropped. */
  var SHAPES = {
    ready: function () { return true; },
    height: function (said) { return isCount(said.height, 2000); },
    change: function (said) {
      return typeof said.complete === "boolean" && (said.brand === null || isText(said.brand, 20));
    },
    submit: function () { return true; },
    token: function (said) {
      var made = said.made;
      return isCount(said.id, 1e9) && made && isText(made.token, 100) && isText(made.brand, 20) &&
        /^\d{4}$/.test(made.lastFour) && made.expiry &&
        isCount(made.expiry.month, 12) && isCount(made.expiry.year, 2099);
    },
    failed: function (said) {
      return isCount(said.id, 1e9) && isText(said.code, 40) && isText(said.message, 400) &&
        Array.isArray(said.fields) && said.fields.every(function (name) { return isText(name, 40); });
    },
  };

  function Fields(options) {
    var mount = element(options.mount, "mount");
    if (!isText(options.key, 100)) throw fault("usage", "key is your publishable key");
    this._lang = options.lang === "ja" ? "ja" : "en";
    this._labels = options.labels || {};
    this._nonce = freshNonce();
    this._listeners = { ready: [], change: [], submit: [], error: [] };
    this._waiting = new Map();
    this._lastId = 0;
    this._port = null;
    this._frame = this._open(mount, options.key);
  }

  Fields.prototype._open = function (mount, key) {
    var self = this;
    var frame = document.createElement("iframe");
    var address = new URL("fields", base);
    address.searchParams.set("key", key);
    address.searchParams.set("lang", this._lang);
    frame.title = TITLES[this._lang];
    frame.setAttribute("sandbox", "allow-scripts allow-same-origin allow-forms");
    frame.referrerPolicy = "strict-origin";
    frame.style.border = "0";
    frame.style.display = "block";
    frame.style.width = "100%";
    frame.style.height = FRAME_HEIGHT + "px";
    frame.addEventListener("load", function () { self._connect(); });
    frame.src = address.href;
    mount.appendChild(frame);
    this._timer = setTimeout(function () {
      self._emit("error", fault("frame_unavailable", "The card form did not open. Is this page's " +
        "origin registered for the publishable key, and allowed by its frame-src?"));
    }, READY_WITHIN_MS);
    return frame;
  };

  /* A port of our own: no other window of the page can listen to it or speak on it. */
  Fields.prototype._connect = function () {
    var self = this;
    var channel = new MessageChannel();
    if (this._port) this._port.close();
    this._port = channel.port1;
    this._port.onmessage = function (event) { self._hear(event.data); };
    this._frame.contentWindow.postMessage(
      { source: "sekisho", type: "connect", version: VERSION, nonce: this._nonce,
        labels: this._labels },
      base.origin, // Exact: whoever else may be in the frame does not get the port.
      [channel.port2]
    );
  };

  Fields.prototype._hear = function (said) {
    if (!said || said.source !== "sekisho" || said.nonce !== this._nonce) return;
    var shape = Object.prototype.hasOwnProperty.call(SHAPES, said.type) && SHAPES[said.type];
    if (!shape || !shape(said)) return;
    if (said.type === "ready") {
      clearTimeout(this._timer);
      this._isReady = true;
      this._emit("ready");
    } else if (said.type === "height") {
      this._frame.style.height = said.height + "px";
    } else if (said.type === "change") {
      this._emit("change", { complete: said.complete, brand: said.brand });
    } else if (said.type === "submit") {
      this._emit("submit");
    } else {
      this._settle(said);
    }
  };

  Fields.prototype._settle = function (said) {
    var waiting = this._waiting.get(said.id);
    if (!waiting) return;
    this._waiting.delete(said.id);
    if (said.type === "token") {
      waiting.resolve({
        token: said.made.token,
        brand: said.made.brand,
        lastFour: said.made.lastFour,
        expiry: { month: said.made.expiry.month, year: said.made.expiry.year },
      });
      return;
    }
    var error = fault(said.code, said.message, said.fields);
    this._emit("error", error);
    waiting.reject(error);
  };

  Fields.prototype._say = function (message) {
    message.source = "sekisho";
    message.nonce = this._nonce;
    this._port.postMessage(message);
  };

  Fields.prototype._emit = function (name, detail) {
    this._listeners[name].forEach(function (listener) { listener(detail); });
  };

  /* Listen to "ready", "change" ({complete, brand}), "submit" (Enter was pressed) or "error". */
  Fields.prototype.on = function (name, listener) {
    if (!Object.prototype.hasOwnProperty.call(this._listeners, name)) {
      throw fault("usage", "there is no event " + name);
    }
    this._listeners[name].push(listener);
    return this;
  };

  /* Send the card to the vault and get a token. Rejects with code "invalid" when a field is not
     right: the form then says which, and has the focus. */
  Fields.prototype.tokenize = function () {
    var self = this;
    return new Promise(function (resolve, reject) {
      if (!self._isReady) {
        reject(fault("not_ready", "The card form is not open yet."));
        return;
      }
      self._lastId += 1;
      self._waiting.set(self._lastId, { resolve: resolve, reject: reject });
      self._say({ type: "tokenize", id: self._lastId });
    });
  };

  /* Move the focus to the first field that still needs something. */
  Fields.prototype.focus = function () {
    if (!this._isReady) return;
    this._frame.focus();
    this._say({ type: "focus" });
  };

  /* Take the form off the page. */
  Fields.prototype.close = function () {
    clearTimeout(this._timer);
    if (this._port) this._port.close();
    this._isReady = false;
    this._frame.remove();
  };

  var COLOR_DEPTHS = [48, 32, 24, 16, 15, 8, 4, 1];

  /* The bank's page should fit: the sizes are those of EMV 3DS, the frame is the shop's. */
  function windowSize() {
    return window.innerWidth >= 560 ? "500_600" : "FULL_SCREEN";
  }

  function browserInfo() {
    var depth = COLOR_DEPTHS.find(function (known) { return known <= screen.colorDepth; }) || 1;
    return {
      browserLanguage: navigator.language,
      browserColorDepth: String(depth),
      browserScreenHeight: String(screen.height),
      browserScreenWidth: String(screen.width),
      deviceLocalTimeZone: new Date().getTimezoneOffset(), // Minutes from local time to UTC.
      browserUserAgent: navigator.userAgent,
      javaEnabled: typeof navigator.javaEnabled === "function" && navigator.javaEnabled(),
      javaScriptEnabled: true,
      challengeWindowSize: windowSize(),
    };
  }

  /* A form, because a frame that is opened so keeps the address out of this page's markup. */
  function submitInto(frame, address) {
    var form = document.createElement("form");
    form.method = "GET";
    form.action = address.origin + address.pathname;
    form.target = frame.name;
    form.hidden = true;
    address.searchParams.forEach(function (value, name) {
      var input = document.createElement("input");
      input.type = "hidden";
      input.name = name;
      input.value = value;
      form.appendChild(input);
    });
    document.body.appendChild(form);
    form.submit();
    form.remove();
  }

  /* The attribute alone names a frame only when it is inserted, and ours stands on the page. */
  function nameFrame(frame, name) {
    frame.name = name;
    try {
      frame.contentWindow.name = name;
    } catch (crossOrigin) {
      throw fault("usage", "a frame that already shows another site needs a name of its own");
    }
  }

  function checkedAddress(url) {
    var address = new URL(url);
    var insecureFits = address.protocol === "http:" && location.protocol === "http:";
    if (address.protocol !== "https:" && !insecureFits) {
      throw fault("usage", "url is the authenticationOrchestrationUrl of the payment API");
    }
    return address;
  }

  /* True once the frame is back on a page of this shop: the gateway posted it there. */
  function hasReturned(frame) {
    try {
      var where = frame.contentWindow.location;
      return where.origin === location.origin && where.href !== "about:blank";
    } catch (crossOrigin) {
      return false; // Somebody else's page still: the gateway's or the bank's.
    }
  }

  function showChallenge(frame, said) {
    var sized = isCount(said.width, 2000) && isCount(said.height, 2000);
    frame.hidden = false;
    frame.classList.add("sekisho-challenge");
    frame.classList.toggle("sekisho-challenge--full", !sized);
    frame.style.display = "block";
    frame.style.maxWidth = "100%";
    frame.style.width = sized ? said.width + "px" : "100%";
    frame.style.height = sized ? said.height + "px" : "100%";
  }

  function showProcessing(frame, before) {
    frame.classList.remove("sekisho-challenge", "sekisho-challenge--full");
    frame.hidden = before.hidden;
    frame.style.display = before.display;
    frame.style.width = before.width;
    frame.style.height = before.height;
  }

  function authenticate(options) {
    var address = checkedAddress(options.url);
    var frame = element(options.frame, "frame");
    var before = { hidden: frame.hidden, display: frame.style.display,
      width: frame.style.width, height: frame.style.height };
    var end;
    var done = new Promise(function (resolve) { end = resolve; });
    var open = true;
    if (!frame.name) nameFrame(frame, "sekisho-" + freshNonce());

    function finish(how) {
      if (!open) return;
      open = false;
      window.removeEventListener("message", hear);
      frame.removeEventListener("load", look);
      showProcessing(frame, before);
      end({ how: how });
      if (options.onClose) options.onClose({ how: how });
    }

    function hear(event) {
      if (event.source !== frame.contentWindow) return;
      var said = event.data;
      if (!said || said.source !== "sekisho") return;
      if (said.type === "finished" &&
          (event.origin === location.origin || event.origin === address.origin)) {
        finish("returned");
      } else if (event.origin === address.origin && said.type === "challenge") {
        showChallenge(frame, said);
        if (options.onChallenge) options.onChallenge({ width: said.width, height: said.height });
      } else if (event.origin === address.origin && said.type === "processing") {
        showProcessing(frame, before);
      }
    }

    function look() {
      if (hasReturned(frame)) finish("returned");
    }

    window.addEventListener("message", hear);
    frame.addEventListener("load", look);
    submitInto(frame, address);
    return { done: done, close: function () { finish("closed"); } };
  }

  window.Sekisho = Object.freeze({
    version: VERSION,
    fields: function (options) { return new Fields(options); },
    browserInfo: browserInfo,
    authenticate: authenticate,
  });
})();
