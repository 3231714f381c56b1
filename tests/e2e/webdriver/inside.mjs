// What runs inside the page under test, in front of its own scripts: finds elements as playwright's locators do, says whether they can be used,
// and keeps what went wrong. The checks' side (locator.mjs, page.mjs) asks by name and with JSON.
import { computeAccessibleName, getRole, isDisabled, isInaccessible } from "dom-accessibility-api";

// Before a check or the page puts something else in its place.
const nextFrame = window.requestAnimationFrame.bind(window);
const later = window.setTimeout.bind(window);

// --- what went wrong ------------------------------------------------------------------------------

const troubles = [];
window.addEventListener("error", (event) => event.message && troubles.push({ type: "pageerror", text: event.message }));
window.addEventListener("unhandledrejection", (event) => troubles.push({ type: "pageerror", text: String(event.reason?.message ?? event.reason) }));
const say = console.error;
console.error = (...words) => {
    troubles.push({ type: "console", text: words.map((word) => (word instanceof Error ? `${word}\n${word.stack}` : String(word))).join(" ") });
    say.apply(console, words);
};

// --- finding --------------------------------------------------------------------------------------

const plain = (text) => (text ?? "").replace(/\s+/g, " ").trim();

/** A string is looked for in any case and anywhere, unless exactly; a pattern came as its source and flags. */
function matcher(wanted, exact) {
    if (wanted === undefined) return () => true;
    if (typeof wanted !== "string") {
        const pattern = new RegExp(wanted.source, wanted.flags.replace(/[gy]/g, ""));
        return (text) => pattern.test(text);
    }
    const words = plain(wanted);
    return exact ? (text) => plain(text) === words : (text) => plain(text).toLowerCase().includes(words.toLowerCase());
}

function isVisible(element) {
    const area = element.getBoundingClientRect();
    return area.width > 0 && area.height > 0 && getComputedStyle(element).visibility === "visible";
}

const within = (roots, select) => {
    const found = new Set(roots.flatMap((root) => [...root.querySelectorAll(select)]));
    // From one root they are in order already.
    return roots.length < 2 ? [...found] : [...found].sort((a, b) => (a.compareDocumentPosition(b) & Node.DOCUMENT_POSITION_FOLLOWING ? -1 : 1));
};

const STEPS = {
    css(roots, { css }) {
        // Of playwright's own selectors, the one that the checks use.
        const visible = /:visible(?=,|$)/;
        const parts = visible.test(css) ? css.split(/,\s*/) : [css];
        const found = parts.flatMap((part) => within(roots, part.replace(visible, "")).filter((element) => !visible.test(part) || isVisible(element)));
        return [...new Set(found)];
    },
    role(roots, { role, name, exact }) {
        const named = matcher(name, exact);
        const has = (element) => getRole(element) === role && !isInaccessible(element);
        return within(roots, "*").filter((element) => has(element) && (name === undefined || named(computeAccessibleName(element))));
    },
    text(roots, { text, exact }) {
        const matches = matcher(text, exact);
        const says = (element) => !/^(script|style|noscript)$/i.test(element.tagName) && matches(plain(element.textContent));
        return within(roots, "*").filter((element) => says(element) && ![...element.children].some(says));
    },
    filter(found, { hasText, has }) {
        const says = matcher(hasText);
        return found.filter((element) => says(plain(element.textContent)) && (!has || resolve(has, [element]).length > 0));
    },
    nth: (found, { nth }) => found.slice(nth, nth === -1 ? undefined : nth + 1),
    frame: (roots, { frame }) => within(roots, frame).map((element) => element.contentDocument).filter(Boolean),
};

/** Elements that a locator names: its steps, one after the other. */
function resolve(steps, roots = [document]) {
    return steps.reduce((found, step) => STEPS[step.by](found, step), roots);
}

// --- waiting --------------------------------------------------------------------------------------

/** The next frame, or soon, where no frames come because the window is covered. */
const frame = () => new Promise((done) => (nextFrame(done), later(done, 60)));

const place = (element) => {
    const { x, y, width, height } = element.getBoundingClientRect();
    return { x, y, width, height };
};

/** The part of an element that neither the window nor a box around it cuts off. */
function seen(element) {
    let { left, top, right, bottom } = element.getBoundingClientRect();
    const cut = (box) => ([left, top, right, bottom] = [Math.max(left, box.left), Math.max(top, box.top), Math.min(right, box.right), Math.min(bottom, box.bottom)]);
    cut({ left: 0, top: 0, right: innerWidth, bottom: innerHeight });
    for (let around = element.parentElement; around; around = around.parentElement)
        if (getComputedStyle(around).overflowX !== "visible") cut(around.getBoundingClientRect());
    return { left, top, right, bottom };
}

/** Whether what is at this point is the element, or in it, or a label's text for it. */
function receives(element, x, y) {
    const hit = element.ownerDocument.elementFromPoint(x, y);
    return hit && (element.contains(hit) || hit.closest("label")?.control === element) ? null : hit ?? "nothing";
}

/** The middle of what is seen of an element, once it stands still and nothing lies over it; otherwise why not. */
async function target(element) {
    if (!isVisible(element)) return { not: "visible" };
    if (isDisabled(element) || element.getAttribute("aria-disabled") === "true") return { not: "enabled" };
    const before = place(element);
    await frame();
    const area = place(element);
    if (Object.keys(area).some((key) => area[key] !== before[key])) return { not: "stable" };
    const { left, top, right, bottom } = seen(element);
    const [x, y] = [(left + right) / 2, (top + bottom) / 2];
    const over = left < right && top < bottom ? receives(element, x, y) : "nothing";
    if (over === null) return { x, y };
    element.scrollIntoView({ block: "center", inline: "center", behavior: "instant" });
    return { not: over === "nothing" ? "in sight" : `free: <${over.tagName} class="${over.getAttribute("class")}"> lies over it` };
}

// --- what is asked of one element -----------------------------------------------------------------

function put(element, value) {
    element.focus();
    if (element.isContentEditable) {
        getSelection().selectAllChildren(element);
    } else {
        element.select();
    }
    // As typed, so that the page hears of it as it does of hands.
    element.ownerDocument.execCommand(value === "" ? "delete" : "insertText", false, value);
}

function choose(select, wanted) {
    const option = [...select.options].find((one) => one.value === wanted || plain(one.label) === wanted);
    if (!option) throw new Error(`no option ${wanted}`);
    select.value = option.value;
    for (const type of ["input", "change"]) select.dispatchEvent(new Event(type, { bubbles: true, composed: true }));
}

const ASKED = {
    innerText: (element) => element.innerText ?? plain(element.textContent),
    textContent: (element) => element.textContent,
    getAttribute: (element, name) => element.getAttribute(name),
    inputValue: (element) => element.value,
    isDisabled: (element) => isDisabled(element),
    isEnabled: (element) => !isDisabled(element),
    isChecked: (element) => element.checked,
    boundingBox: (element) => (element.getClientRects().length ? place(element) : null),
    focus: (element) => element.focus(),
    scrollIntoViewIfNeeded: (element) => element.scrollIntoView({ block: "center", inline: "center", behavior: "instant" }),
    dispatchEvent: (element, type) => {
        const Kind = /^(click|dblclick|mouse|contextmenu)/.test(type) ? MouseEvent : Event;
        element.dispatchEvent(new Kind(type, { bubbles: true, cancelable: true, composed: true }));
    },
    target,
    put: (element, value) => (isVisible(element) && !isDisabled(element) ? put(element, value) ?? {} : { not: "visible and enabled" }),
    choose,
};

const shown = (element) => (element ? element.outerHTML.slice(0, 120) : "");

window.__hands = {
    resolve,
    isVisible,
    takeTroubles: () => troubles.splice(0),
    /** The one element; `many` are an error, as one does not know which is meant. */
    one(steps) {
        const found = resolve(steps);
        if (found.length > 1) throw new Error(`strict: ${found.length} elements:\n${found.slice(0, 4).map(shown).join("\n")}`);
        return found[0];
    },
    count: (steps) => resolve(steps).length,
    /** Whether it is attached, visible, hidden or detached. */
    state(steps, state) {
        const element = state === "detached" || state === "hidden" ? resolve(steps)[0] : this.one(steps);
        return { attached: !!element, detached: !element, visible: !!element && isVisible(element), hidden: !element || !isVisible(element) }[state];
    },
    /** `{none}` as long as there is no such element. */
    async ask(steps, what, ...given) {
        const element = this.one(steps);
        return element ? { value: await ASKED[what](element, ...given) } : { none: true };
    },
    all: (steps, what) => resolve(steps).map((element) => ASKED[what](element)),
    /** Forgets what a page before has stored, for a context of its own. */
    async forget(stored) {
        localStorage.clear();
        sessionStorage.clear();
        for (const registration of (await navigator.serviceWorker?.getRegistrations()) ?? []) await registration.unregister();
        for (const name of (await window.caches?.keys()) ?? []) await window.caches.delete(name);
        for (const { name } of (await indexedDB.databases?.()) ?? []) indexedDB.deleteDatabase(name);
        for (const { name, value } of stored) localStorage.setItem(name, value);
    },
};
