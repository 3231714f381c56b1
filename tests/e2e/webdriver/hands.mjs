// Keyboard and mouse, by WebDriver's actions: the browser takes them as a person's.

const KEYS = {
    Enter: "\uE007", Escape: "\uE00C", Tab: "\uE004", Backspace: "\uE003", Delete: "\uE017", Space: " ",
    ArrowLeft: "\uE012", ArrowUp: "\uE013", ArrowRight: "\uE014", ArrowDown: "\uE015",
    Home: "\uE011", End: "\uE010", PageUp: "\uE00E", PageDown: "\uE00F",
    Shift: "\uE008", Control: "\uE009", Alt: "\uE00A", Meta: "\uE03D",
};
const code = (key) => KEYS[key] ?? key;
const down = (key) => ({ type: "keyDown", value: code(key) });
const up = (key) => ({ type: "keyUp", value: code(key) });

export class Keyboard {
    constructor(page) {
        this.page = page;
    }

    act(actions) {
        return this.page.act({ type: "key", id: "keyboard", actions });
    }

    down(key) {
        return this.act([down(key)]);
    }

    up(key) {
        return this.act([up(key)]);
    }

    /** A key, or several that are held, as `Control+a`. */
    press(keys) {
        const held = keys.split(/(?<=.)\+/);
        return this.act([...held.map(down), ...held.reverse().map(up)]);
    }

    type(words, { delay } = {}) {
        const one = (letter) => [down(letter === "\n" ? "Enter" : letter), up(letter === "\n" ? "Enter" : letter), ...(delay ? [{ type: "pause", duration: delay }] : [])];
        return this.act([...words].flatMap(one));
    }

    insertText(words) {
        return this.page.script("document.execCommand('insertText', false, given) && undefined", { given: words });
    }
}

const BUTTONS = { left: 0, middle: 1, right: 2 };

export class Mouse {
    at = [0, 0];

    constructor(page) {
        this.page = page;
    }

    act(actions) {
        return this.page.act({ type: "pointer", id: "mouse", parameters: { pointerType: "mouse" }, actions });
    }

    async move(x, y, { steps = 1 } = {}) {
        const [fromX, fromY] = this.at;
        this.at = [x, y];
        // The driver takes whole pixels.
        const step = (n, from, to) => Math.round(from + ((to - from) * n) / steps);
        await this.act(Array.from({ length: steps }, (_, n) => ({ type: "pointerMove", duration: 0, x: step(n + 1, fromX, x), y: step(n + 1, fromY, y) })));
    }

    down({ button = "left" } = {}) {
        return this.act([{ type: "pointerDown", button: BUTTONS[button] }]);
    }

    up({ button = "left" } = {}) {
        return this.act([{ type: "pointerUp", button: BUTTONS[button] }]);
    }

    async click(x, y, { button = "left", clickCount = 1 } = {}) {
        this.at = [x, y];
        const press = [{ type: "pointerDown", button: BUTTONS[button] }, { type: "pointerUp", button: BUTTONS[button] }];
        await this.act([{ type: "pointerMove", duration: 0, x: Math.round(x), y: Math.round(y) }, ...Array(clickCount).fill(press).flat()]);
    }

    wheel(deltaX, deltaY) {
        const [x, y] = this.at.map(Math.round);
        // WebKit's driver takes for the distance what was scrolled in all, and sends what that is more than before.
        const { wheeled } = this.page.owner;
        [wheeled[0], wheeled[1]] = [wheeled[0] + deltaX, wheeled[1] + deltaY];
        return this.page.act({ type: "wheel", id: "wheel", actions: [{ type: "scroll", x, y, deltaX: wheeled[0], deltaY: wheeled[1], duration: 0 }] });
    }
}
