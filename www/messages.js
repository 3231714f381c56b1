// Speaks with the page around an embedded one. docs/embedding.md describes the messages; npm/src/element.d.ts has their types.
//
// Who may talk: the window around this one, and nobody else. Its origin is the one that `origin=` in the address names; else the one that the browser
// tells, until the first message fixes it. Answers and events go to that origin only.

import { Evaluator } from "./evaluator.js";

const SOURCE = "netpolis";
const VERSION = 1;

/** What can be asked of the JavaScript API, with the fields of the message that are its arguments. */
const METHODS = {
  decide: ["question"], path: ["question", "settings"], problems: [], endpoints: [], connectivity: [], checks: [], fix: ["question"], exposure: [],
  pointless: [], engines: [], convert: ["question"], diff: ["older"], leastPrivilege: ["question"], flowLogs: ["logs"],
};
/** Those that the program answers which the page begins with. */
const SMALL = new Set(["decide", "path", "problems", "endpoints", "connectivity"]);

/** The other messages, with their fields. */
const ORDERS = {
  load: ["files", "link", "example"], ask: ["question"], settings: ["settings"], files: [], theme: ["theme"], view: ["view"],
  lesson: ["lesson", "step"],
};
const FIELDS = { ...METHODS, ...ORDERS };
const ALWAYS = ["source", "version", "type", "id"];
const THEMES = ["light", "dark", "auto", "system"];

const isObject = (value) => typeof value === "object" && value !== null && !Array.isArray(value);
const wrong = (code, message) => Promise.reject({ code, message });
const list = (words) => words.map((word) => `\`${word}\``).join(", ");
/** How long what is shown is not looked at again, in ms, if nothing tells that it is another. */
const LOOKS_EVERY = 250;

export class Host {
  #programs;
  #evaluator;
  /** Gives the program an order. */
  #take;
  #parent = parent === window ? undefined : parent;
  #origin;
  /** Whether the origin is fixed. */
  #fixed = false;
  /** Events that wait for an origin, by their type. */
  #held = new Map();
  #before = Promise.resolve();
  #told = [];
  #last = {};
  #height = 0;

  /**
   * @param {{small: {js: string, wasm: string}, larger?: {js: string, wasm: string}}} programs
   * @param {string} worker  the address of the evaluator's worker
   */
  constructor(programs, worker) {
    this.#programs = programs;
    this.#evaluator = new Evaluator(worker);
    const asked = new URLSearchParams(location.search).get("origin") ?? new URLSearchParams(location.hash.slice(1)).get("origin");
    this.#fixed = Boolean(asked);
    this.#origin = asked || location.ancestorOrigins?.[0] || (document.referrer && new URL(document.referrer).origin) || undefined;
  }

  /** The program is there, and takes orders. */
  listen(take) {
    this.#take = take;
    if (!this.#parent) return;
    addEventListener("message", (event) => this.#hear(event));
    // It says nothing that is anybody's own, so it may reach whoever is there.
    this.#parent.postMessage(this.#message({ type: "ready", types: Object.keys(FIELDS) }), "*");
    new ResizeObserver(() => this.#tellHeight()).observe(document.body);
  }

  /** What is shown is another. */
  tell(news) {
    for (const heard of this.#told.splice(0)) heard();
    if (!this.#parent) return;
    const { revision, settings } = news;
    const text = `${revision} ${settings}`;
    if (this.#is("changed", text) && this.#last.begun) this.#send({ type: "changed", files: this.#take("files"), settings: asObject(settings) });
    this.#last.begun = true;
    if (!news.waits) {
      if (news.verdict && this.#is("verdict", JSON.stringify(news.verdict))) this.#send({ type: "verdict", ...news.verdict });
      if (news.refused && this.#is("verdict", news.refused)) this.#send({ type: "unanswered", question: news.asked, message: news.refused });
    }
    if (news.lesson && this.#is("lesson", JSON.stringify(news.lesson))) this.#send({ type: "lesson", ...lessonOf(news.lesson) });
    this.#tellHeight();
  }

  /** Whether something is another than it was when it was told last. */
  #is(what, now) {
    if (this.#last[what] === now) return false;
    this.#last[what] = now;
    return true;
  }

  #tellHeight() {
    requestAnimationFrame(() => {
      const panes = [...document.querySelectorAll(".embed-body > *")];
      if (panes.length === 0) return;
      const [tops, heights] = [panes.map((pane) => pane.offsetTop), panes.map((pane) => contentHeight(pane))];
      const stacked = new Set(tops).size > 1;
      const foot = document.querySelector(".embed-foot")?.offsetHeight ?? 0;
      const height = Math.ceil((stacked ? heights.reduce((all, one) => all + one, 0) : Math.max(...heights)) + foot);
      if (height !== this.#height) this.#send({ type: "height", height: (this.#height = height) });
    });
  }

  #message(content) {
    return { source: SOURCE, version: VERSION, ...content };
  }

  #send(content) {
    if (!this.#origin) return void this.#held.set(content.type, content);
    // A page without an origin of its own, as of a file, cannot be named.
    this.#parent.postMessage(this.#message(content), this.#origin === "null" ? "*" : this.#origin);
  }

  #hear({ source, origin, data }) {
    if (source !== this.#parent || data?.source !== SOURCE) return;
    if (this.#fixed && origin !== this.#origin) return;
    this.#fixed = true;
    this.#origin = origin;
    for (const [type, content] of this.#held) {
      this.#held.delete(type);
      this.#send(content);
    }
    const { id, type } = data;
    // One after the other: each is answered about what it finds.
    this.#before = this.#before.then(() => this.#answer(data)).then(
      (result) => id !== undefined && this.#send({ type: "answer", id, to: type, ok: true, result }),
      (error) => this.#send({ type: "answer", id, to: type, ok: false, error: { code: error?.code ?? "failed", message: error?.message ?? `${error}`, ...(error?.field && { field: error.field }) } }),
    );
  }

  async #answer(data) {
    const { type, version } = data;
    if (version !== undefined && version !== VERSION) return wrong("version", `this page speaks version ${VERSION} of the messages, not ${version}`);
    if (!Object.hasOwn(FIELDS, type)) return wrong("unknown-type", `there is no message \`${type}\`; there are ${list(Object.keys(FIELDS))}`);
    const known = FIELDS[type];
    const stranger = Object.keys(data).find((key) => !ALWAYS.includes(key) && !known.includes(key));
    if (stranger) return wrong("malformed", `\`${type}\` has no field \`${stranger}\`; ${known.length ? `there are ${list(known)}` : "it has none"}`);
    if (Object.hasOwn(METHODS, type)) return this.#ask(type, known.map((field) => data[field]));
    return this[`on_${type}`](data);
  }

  /** Asks the JavaScript API about what is shown. */
  async #ask(method, args, settings = {}) {
    const program = SMALL.has(method) ? this.#programs.small : this.#programs.larger;
    if (!program) return wrong("unavailable", `\`${method}\` needs a part of the program that this site was built without`);
    const news = this.#take("news");
    const all = { ...asObject(news.settings), ...settings };
    return this.#evaluator.ask({ program, state: { key: `${news.revision} ${JSON.stringify(all)}`, files: this.#take("files"), settings: all }, method, args });
  }

  /** Gives the program an order; what it comes to is shown when this is done. */
  async #order(kind, content, code) {
    const why = this.#take(kind, content);
    if (why !== undefined) return wrong(code, why);
    return this.#settled();
  }

  /** What is shown, once it is about what is there and asked. */
  async #settled() {
    for (;;) {
      // The program draws first.
      await new Promise((next) => setTimeout(next));
      const news = this.#take("news");
      if (!news.waits) return news;
      if (news.stuck) return wrong("engine", "the evaluator could not be loaded, failed, or was cancelled by the reader");
      await new Promise((next) => {
        this.#told.push(next);
        setTimeout(next, LOOKS_EVERY);
      });
    }
  }

  async on_load({ files, link, example }) {
    if ([files, link, example].filter((one) => one !== undefined).length !== 1) return wrong("malformed", "`load` takes one of `files`, `link` and `example`");
    if (files !== undefined) {
      const isFile = (file) => isObject(file) && typeof file.name === "string" && typeof file.text === "string";
      if (!Array.isArray(files) || !files.every(isFile)) return wrong("malformed", "`files` is not a list of objects with `name` and `text`, which are strings");
      if (new Set(files.map(({ name }) => name)).size < files.length) return wrong("duplicate-file", "two files have one name");
      return outcome(await this.#order("load", files.map(({ name, text }) => ({ name, text })), "malformed"));
    }
    if (link !== undefined) return outcome(await this.#order("link", `${link}`, "invalid-link"));
    return outcome(await this.#order("example", `${example}`, "unknown-example"));
  }

  async on_ask({ question }) {
    if (question !== undefined) {
      if (!isObject(question) || typeof question.from !== "string" || typeof question.to !== "string") return wrong("malformed", "`question` is not an object with `from` and `to`, which are strings");
      await this.#order("ask", { ...question, protocol: question.protocol ?? "TCP" }, "invalid-question");
    }
    const news = await this.#settled();
    if (question !== undefined && !(news.asked.from === question.from && news.asked.to === question.to)) return wrong("superseded", "the reader has asked something else meanwhile");
    if (news.verdict) return news.verdict;
    // The API says the same, with a code.
    await this.#ask("path", [news.asked]);
    return wrong("invalid-question", news.refused ?? "nothing is asked");
  }

  async on_settings({ settings }) {
    if (settings === undefined) return asObject(this.#take("news").settings);
    if (!isObject(settings)) return wrong("malformed", "`settings` is not an object of names and words");
    const all = { ...asObject(this.#take("news").settings), ...settings };
    const text = Object.entries(all).map(([name, value]) => `${name}=${value}`).join("\n");
    try {
      return asObject((await this.#order("settings", text, "invalid-setting")).settings);
    } catch (error) {
      // The API says which there are.
      if (error.code === "invalid-setting") await this.#ask("endpoints", [], settings);
      throw error;
    }
  }

  async on_files() {
    return this.#take("files");
  }

  async on_theme({ theme }) {
    if (!THEMES.includes(theme)) return wrong("malformed", `there is no theme \`${theme}\`; there are ${list(THEMES.slice(0, 3))}`);
    this.#take("theme", theme);
    return { theme };
  }

  async on_view({ view }) {
    await this.#order("view", `${view}`, "unknown-view");
    return { view };
  }

  async on_lesson({ lesson, step = "" }) {
    if (lesson === undefined) return lessonOf((await this.#settled()).lesson);
    // Folders below the site's own.
    if (!/^[\w-]+\/[\w-]+$/.test(lesson)) return wrong("malformed", "`lesson` is not `COURSE/LESSON`");
    await this.#order("view", "lesson", "unknown-view");
    const { lesson: opened } = await this.#order("lesson", { lesson, step: `${step}` }, "malformed");
    if (!opened || opened.failed.length > 0) return wrong("unknown-lesson", opened?.failed.join("\n") ?? `there is no lesson \`${lesson}\``);
    if (step && opened.steps[opened.step]?.id !== step) return wrong("unknown-step", `there is no step \`${step}\`; there are ${list(opened.steps.map(({ id }) => id))}`);
    return lessonOf(opened);
  }
}

/** `name=value` lines as an object. */
function asObject(text) {
  return Object.fromEntries(text.split("\n").filter(Boolean).map((line) => [line.slice(0, line.indexOf("=")), line.slice(line.indexOf("=") + 1)]));
}

/** What came of loading: the verdict that the scene opens with, or why there is none. */
const outcome = ({ verdict, refused }) => ({ verdict: verdict ?? null, unanswered: refused ?? null });

/** A lesson with its totals; nothing where none is open. */
function lessonOf(news) {
  if (!news) return null;
  const { failed, ...lesson } = news;
  const sum = (what) => lesson.steps.reduce((all, step) => all + step[what], 0);
  const [tasks, solved, questions, right] = ["tasks", "solved", "questions", "right"].map(sum);
  return { ...lesson, tasks, solved, questions, right, complete: lesson.steps.length > 0 && solved === tasks && right === questions };
}

/** How high a pane would like to be. */
function contentHeight(pane) {
  const inner = [pane, ...pane.children].map((part) => part.scrollHeight - part.clientHeight);
  return pane.offsetHeight + Math.max(0, ...inner);
}
