// <netpolis-scene>: a scene of Netpolis in any page. docs/embedding.md describes it. One script, of no module, so that any page may take it from any place:
//
//   <script src="https://netpolis.example/embed.js" defer></script>
//   <netpolis-scene example="path-uneven" view="path" height="480">What stands here until it is loaded.</netpolis-scene>
(() => {
  const HOME = document.currentScript?.src ? new URL(".", document.currentScript.src).href : undefined;
  const SOURCE = "netpolis";
  const VERSION = 1;
  /** How long the embedded page may take to begin, in ms, before it counts as unreachable. */
  const PATIENCE = 30000;
  /** How long the others wait for it: what one has fetched costs the next nothing. */
  const TURN = 6000;
  /** How far from the visible part it begins to load. */
  const NEAR = "400px";
  const HEIGHT = 420;
  /** What stands in the embedded page's address. */
  const ASKED = ["example", "lesson", "step", "view", "from", "to", "port", "protocol", "theme", "edit"];
  const IS_YAML = "script[type='text/yaml'], script[type='application/yaml'], template, pre[data-name]";
  const failure = (code, message) => Object.assign(new Error(message), { name: "NetpolisError", code });

  /** The text without the indentation that all its lines have. */
  function unindented(text) {
    const lines = text.replace(/^\s*\n/, "").trimEnd().split("\n");
    const depth = Math.min(...lines.filter((line) => line.trim()).map((line) => line.search(/\S/)));
    return `${lines.map((line) => line.slice(depth)).join("\n")}\n`;
  }

  class NetpolisScene extends HTMLElement {
    /** Done when the element before has loaded. */
    static #turn = Promise.resolve();
    static observedAttributes = ["src", "scene", "height", "label", ...ASKED];
    #frame;
    #origin;
    #picture;
    #fallback;
    #sight;
    #patience;
    /** Requests that are not answered, by their id. */
    #waiting = new Map();
    #last = 0;
    /** Settled once the embedded page shows what it is to. */
    #shown;
    #isShown = false;
    #hears = (event) => this.#hear(event);

    constructor() {
      super();
      // Styles are set one by one: a page may forbid all others.
      const root = this.attachShadow({ mode: "open" });
      this.#fallback = root.appendChild(document.createElement("div"));
      this.#picture = this.#fallback.appendChild(document.createElement("img"));
      Object.assign(this.#picture.style, { display: "none", maxWidth: "100%", maxHeight: "100%", margin: "auto" });
      this.#fallback.append(document.createElement("slot"));
      Object.assign(this.#fallback.style, { position: "absolute", inset: "0", overflow: "auto" });
    }

    connectedCallback() {
      Object.assign(this.style, { display: this.style.display || "block", position: "relative", overflow: "hidden" });
      this.#resize();
      addEventListener("message", this.#hears);
      // Its files stand in it, and may not have been read yet.
      if (document.readyState === "loading") document.addEventListener("DOMContentLoaded", () => this.isConnected && this.#begin(), { once: true });
      else this.#begin();
    }

    disconnectedCallback() {
      removeEventListener("message", this.#hears);
      this.#end(failure("removed", "the element was taken out of the page"));
    }

    attributeChangedCallback(name, before, now) {
      if (before === now || !this.isConnected) return;
      if (name === "height") return this.#resize();
      if (name === "label") return void (this.#frame && (this.#frame.title = this.#label));
      const quietly = (promise) => promise.catch((error) => this.#tell("error", { code: error.code, message: error.message }));
      if (!this.#isShown) return this.#again();
      if (name === "view" && now) quietly(this.show(now));
      else if (name === "theme") quietly(this.request("theme", { theme: now || "auto" }));
      else if (name === "example" && now) quietly(this.load({ example: now }));
      else if (["lesson", "step"].includes(name) && this.getAttribute("lesson")) quietly(this.lesson(this.getAttribute("lesson"), this.getAttribute("step") ?? ""));
      else if (["from", "to", "port", "protocol"].includes(name)) quietly(Promise.resolve().then(() => this.#ask()));
      else this.#again();
    }

    // --- what a page can do ---

    /** Shows other files, a link or an example: a list of `{name, text}`, or an object with `files`, `link` or `example`. */
    load(what) {
      return this.request("load", Array.isArray(what) ? { files: what } : what);
    }
    /** Asks, and shows the answer; without a question, what is asked already. */
    ask(question) {
      return this.request("ask", question && { question });
    }
    path(question, settings) {
      return this.request("path", settings ? { question, settings } : { question });
    }
    decide(question) {
      return this.request("decide", { question });
    }
    /** Makes the checks among the files. */
    check() {
      return this.request("checks");
    }
    problems() {
      return this.request("problems");
    }
    endpoints() {
      return this.request("endpoints");
    }
    connectivity() {
      return this.request("connectivity");
    }
    files() {
      return this.request("files");
    }
    settings(settings) {
      return this.request("settings", settings && { settings });
    }
    /** How far the learner is; with a name, opens a lesson. */
    lesson(lesson, step) {
      return this.request("lesson", lesson ? { lesson, step } : {});
    }
    /** Shows another view. */
    show(view) {
      return this.request("view", { view });
    }
    /** Any request of docs/embedding.md. Loads the embedded page, if that was not done. */
    async request(type, fields = {}) {
      this.#load();
      await this.#shown.promise;
      return this.#post(type, fields);
    }

    // --- the embedded page ---

    get #label() {
      return this.getAttribute("label") ?? "Netpolis";
    }

    /** The files that stand in it. */
    get #inner() {
      const nodes = [...this.querySelectorAll(IS_YAML)];
      return nodes.map((node, number) => ({
        name: node.dataset.name ?? (number ? `scene-${number + 1}.yaml` : "scene.yaml"),
        // What made the page may have put a template's text beside its content.
        text: unindented(node.content?.textContent || node.textContent),
      }));
    }

    #resize() {
      const height = this.getAttribute("height") ?? "";
      this.style.height = /^\d+$/.test(height) ? `${height}px` : height === "auto" ? this.style.height || `${HEIGHT}px` : height || `${HEIGHT}px`;
    }

    #begin() {
      const [example, lesson] = ["example", "lesson"].map((name) => this.getAttribute(name));
      const drawn = lesson ? `lessons/${lesson}` : example;
      const home = this.#home();
      // The build has drawn every example with its verdict, and how every lesson begins.
      if (drawn && home && !["from", "to", "step", "scene"].some((name) => this.hasAttribute(name)) && this.#inner.length === 0) {
        Object.assign(this.#picture, { alt: "", src: new URL(`pictures/${drawn}.svg`, home).href });
        this.#picture.onload = () => (this.#picture.style.display = "block");
      }
      this.#sight = new IntersectionObserver((seen) => seen.some(({ isIntersecting }) => isIntersecting) && this.#load(), { rootMargin: NEAR });
      this.#sight.observe(this);
    }

    /** The folder of the site. */
    #home() {
      const src = this.getAttribute("src");
      return src ? new URL(".", new URL(src, document.baseURI)).href : HOME;
    }

    /** The embedded page's address. What differs stands in the fragment, so that all on a page are one to the browser's cache. */
    #address() {
      const home = this.#home();
      if (!home) return undefined;
      const src = this.getAttribute("src") ?? "";
      const scene = (this.getAttribute("scene") ?? src).split("#")[1] ?? this.getAttribute("scene") ?? "";
      const given = new URLSearchParams();
      for (const name of ASKED) {
        const value = this.getAttribute(name);
        // `edit` alone is enough.
        if (value !== null) given.set(name, name === "edit" ? value || "1" : value);
      }
      if (this.lang) given.set("lang", this.lang);
      if (this.#inner.length > 0) given.set("example", "");
      given.set("origin", location.origin === "null" ? "" : location.origin);
      return `${new URL("embed.html", home)}#${[scene, given].filter(String).join("&")}`;
    }

    #load() {
      if (this.#frame) return;
      this.#sight?.disconnect();
      const shown = {};
      shown.promise = new Promise((done, fail) => Object.assign(shown, { done, fail }));
      // Whoever asks is told; nobody has to.
      shown.promise.catch(() => undefined);
      this.#shown = shown;
      const address = this.#address();
      if (!address || !this.isConnected) return this.#unreachable(address ? "the element is not in a page" : "`src` has to say where Netpolis is");
      this.#origin = new URL(address).origin;
      const frame = document.createElement("iframe");
      frame.title = this.#label;
      frame.setAttribute("sandbox", "allow-scripts allow-same-origin allow-popups allow-downloads");
      frame.allow = "clipboard-write";
      Object.assign(frame.style, { position: "absolute", inset: "0", width: "100%", height: "100%", border: "0", visibility: "hidden" });
      frame.src = address;
      this.#frame = frame;
      NetpolisScene.#turn = NetpolisScene.#turn.then(() => {
        if (this.#frame !== frame) return undefined;
        this.shadowRoot.append(frame);
        this.#patience = setTimeout(() => this.#unreachable("the embedded page did not load"), PATIENCE);
        const over = new Promise((done) => setTimeout(done, TURN));
        return Promise.race([shown.promise.catch(() => undefined), over]);
      });
    }

    /** Begins anew with other attributes. */
    #again() {
      const loaded = Boolean(this.#frame);
      this.#end(failure("replaced", "the element shows something else now"));
      this.#begin();
      if (loaded) this.#load();
    }

    #end(error) {
      clearTimeout(this.#patience);
      this.#sight?.disconnect();
      this.#frame?.remove();
      this.#frame = undefined;
      this.#isShown = false;
      this.#fallback.style.visibility = "";
      this.#picture.style.display = "none";
      this.#shown?.fail(error);
      for (const { fail } of this.#waiting.values()) fail(error);
      this.#waiting.clear();
    }

    #unreachable(message) {
      this.#shown.fail(failure("unreachable", message));
      this.#tell("error", { code: "unreachable", message });
    }

    #post(type, fields) {
      return new Promise((done, fail) => {
        if (!this.#frame) return fail(failure("removed", "the element was taken out of the page"));
        const id = (this.#last += 1);
        this.#waiting.set(id, { done, fail });
        this.#frame.contentWindow.postMessage({ source: SOURCE, version: VERSION, id, type, ...fields }, this.#origin);
      });
    }

    #ask() {
      const [from, to, protocol, port] = ["from", "to", "protocol", "port"].map((name) => this.getAttribute(name));
      if (!from || !to) return undefined;
      return this.#post("ask", { question: { from, to, protocol: protocol || "TCP", ...(port && { port: Number(port) }) } });
    }

    #tell(type, detail) {
      this.dispatchEvent(new CustomEvent(type, { detail }));
    }

    #hear({ source, origin, data }) {
      if (!this.#frame?.contentWindow || source !== this.#frame.contentWindow || origin !== this.#origin || data?.source !== SOURCE) return;
      const { source: _, version: __, type, ...content } = data;
      if (type === "answer") {
        const request = this.#waiting.get(content.id);
        this.#waiting.delete(content.id);
        if (content.ok) request?.done(content.result);
        else request?.fail(Object.assign(failure(content.error.code, content.error.message), content.error.field && { field: content.error.field }));
      } else if (type === "ready") this.#prepare(content);
      else {
        if (type === "height" && this.getAttribute("height") === "auto") this.style.height = `${content.height}px`;
        if (this.#isShown) this.#tell(type, content);
      }
    }

    /** Files and question are there before anything is shown. */
    async #prepare(content) {
      clearTimeout(this.#patience);
      const shown = this.#shown;
      try {
        const files = this.#inner;
        if (files.length > 0) {
          await this.#post("load", { files });
          await this.#ask();
        }
      } catch (error) {
        this.#tell("error", { code: error.code, message: error.message });
      }
      if (shown !== this.#shown || !this.#frame) return;
      this.#frame.style.visibility = "";
      this.#fallback.style.visibility = "hidden";
      this.#isShown = true;
      shown.done();
      this.#tell("ready", content);
      // What was said before anybody listened.
      const { type: _, ...verdict } = (await this.#post("ask", {}).catch(() => ({}))) ?? {};
      if (verdict.headline) this.#tell("verdict", verdict);
    }
  }

  if (!customElements.get("netpolis-scene")) customElements.define("netpolis-scene", NetpolisScene);
})();
