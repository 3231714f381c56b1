// WebKit by WebDriver, as playwright's Browser and Context: what the checks use of them.
//
// A context is a session with a browser process of its own; one that is closed is emptied and used again, as a start takes a second.
import { spawn } from "node:child_process";
import { createServer } from "node:net";
import { build } from "esbuild";
import webdriver from "selenium-webdriver";
import { Page } from "./page.mjs";

const FOLDER = `/usr/lib/${process.arch === "arm64" ? "aarch64" : "x86_64"}-linux-gnu`;

/** Debian's two: WebKitGTK, which is as new as Safari, and WPE WebKit 2.38, which is as old as Safari 16. */
const BROWSERS = {
    webkit: {
        driver: "WebKitWebDriver",
        options: "webkitgtk:browserOptions",
        binary: process.env.WEBKIT ?? `${FOLDER}/webkit2gtk-4.1/MiniBrowser`,
        // Without a toolbar, so that a window can be as narrow as a phone.
        args: ["--automation", "--full-screen", "--javascript-can-access-clipboard=true"],
    },
    "webkit-old": {
        driver: "WPEWebDriver",
        options: "wpe:browserOptions",
        binary: process.env.WEBKIT_OLD ?? `${FOLDER}/wpe-webkit-1.1/MiniBrowser`,
        args: ["--automation", "--headless"],
    },
};

/** The script that goes in front of every page, which finds and watches. */
async function bundle() {
    const entry = new URL("inside.mjs", import.meta.url).pathname;
    const { outputFiles } = await build({ entryPoints: [entry], bundle: true, format: "iife", write: false, target: "safari16" });
    return outputFiles[0].text;
}

async function freePort() {
    const server = createServer().listen(0, "127.0.0.1");
    await new Promise((done) => server.once("listening", done));
    const { port } = server.address();
    await new Promise((done) => server.close(done));
    return port;
}

/** Starts a driver and a browser. */
async function start({ driver: command, options, binary, args }) {
    const port = await freePort();
    const process_ = spawn(command, [`--port=${port}`], { stdio: "ignore" });
    const end = () => process_.kill();
    process.on("exit", end);
    const server = `http://127.0.0.1:${port}`;
    for (let turn = 0; turn < 100; turn++) {
        if (process_.exitCode !== null) throw new Error(`${command} does not start`);
        if (await fetch(`${server}/status`).then((r) => r.ok, () => false)) break;
        await new Promise((done) => setTimeout(done, 50));
    }
    const wanted = new webdriver.Capabilities().setBrowserName("MiniBrowser").set(options, { binary, args });
    const driver = await new webdriver.Builder().usingServer(server).withCapabilities(wanted).build();
    await driver.manage().setTimeouts({ script: 60_000 });
    return {
        driver,
        async stop() {
            await driver.quit().catch(() => {});
            process.off("exit", end);
            end();
        },
    };
}

class Context {
    scripts = [];
    greeters = [];
    opened = [];
    current = undefined;
    wheeled = [0, 0];

    constructor(browser, session, options) {
        this.browser = browser;
        this.session = session;
        this.driver = session.driver;
        this.inside = browser.inside;
        this.options = options;
        if (options.serviceWorkers === "block") this.scripts.push("if (navigator.serviceWorker) navigator.serviceWorker.register = async () => {};");
    }

    pages() {
        return this.opened;
    }

    on(event, call) {
        if (event === "page") this.greeters.push(call);
    }

    addInitScript(script) {
        this.scripts.push(`(${script})();`);
    }

    async turnTo(page) {
        if (this.current === page.handle) return;
        await this.driver.switchTo().window(page.handle);
        this.current = page.handle;
    }

    inFront(scripts, go) {
        return this.browser.site.inFront(`${this.inside}\n${scripts.join("\n")}`, go);
    }

    async newPage() {
        const isFirst = this.opened.length === 0;
        if (isFirst) this.current = await this.driver.getWindowHandle();
        else {
            await this.driver.switchTo().newWindow("window");
            this.current = await this.driver.getWindowHandle();
        }
        const page = new Page(this, this.current);
        this.opened.push(page);
        for (const greet of this.greeters) greet(page);
        if (isFirst) {
            const stored = this.options.storageState?.origins.flatMap((origin) => origin.localStorage) ?? [];
            await this.inFront([], () => this.driver.get(this.browser.site.blank));
            await page.inside("forget", stored);
        }
        await page.setViewportSize(this.options.viewport ?? { width: 1280, height: 720 });
        return page;
    }

    /** Tells every page of a request of the site, as it is not known whose it is. */
    requested(url, status) {
        for (const page of this.opened) {
            page.emit("request", { url: () => url });
            page.emit("response", { url: () => url, status: () => status });
        }
    }

    async closePage(page) {
        await page.flush();
        await this.turnTo(page);
        await this.driver.close();
        this.opened = this.opened.filter((one) => one !== page);
        this.current = undefined;
    }

    async close() {
        this.browser.closed(this);
        try {
            const [first, ...others] = this.opened;
            for (const page of others) await this.closePage(page);
            if (first) {
                await first.flush();
                await this.driver.actions().clear().catch(() => {});
            }
            if (first) this.browser.free.push(this.session);
            else await this.session.stop();
        } catch {
            await this.session.stop();
        }
    }
}

class Browser {
    free = [];
    open = [];

    constructor(kind, site, inside) {
        this.kind = kind;
        this.site = site;
        this.inside = inside;
        site.watch = (url, status) => this.open.forEach((context) => context.requested(url, status));
    }

    contexts() {
        return [...this.open];
    }

    async newContext(options = {}) {
        const context = new Context(this, this.free.pop() ?? (await start(this.kind)), options);
        this.open.push(context);
        return context;
    }

    closed(context) {
        this.open = this.open.filter((one) => one !== context);
    }

    async close() {
        for (const context of this.contexts()) await context.close();
        for (const session of this.free) await session.stop();
    }
}

/**
 * @param {"webkit" | "webkit-old"} name
 * @param {Awaited<ReturnType<typeof import("../server.mjs").serve>>} site
 */
export async function launch(name, site) {
    return new Browser(BROWSERS[name], site, await bundle());
}
