// Whole lessons, from the first step to the last, as learners play them: by mouse on the desktop, by touch on a phone, by keyboard alone.
import assert from "node:assert/strict";
import { editor, NO_FINGERS, notIn, open, PHONE, screen, shoot, until } from "../page.mjs";

/**
 * The lessons of the courses that take the least time, and what solves the task of each of their steps: the file, what is wrong in it, and what comes in its
 * place.
 */
const LESSONS = [
    {
        title: "Regions and zones",
        tasks: [
            { file: "azure.yaml", find: "germanynorth", put: "germanywestcentral" },
            { file: "azure.yaml", find: "1]", put: "1, 2, 3]" },
            { file: "web.yaml", find: "replicas: 2", put: "replicas: 3" },
        ],
    },
    {
        title: "Repair: labels",
        tasks: [
            { file: "policies.yaml", find: "pharmarcy", put: "pharmacy" },
            { file: "policies.yaml", find: "app: prescriptions", put: "component: prescriptions" },
            { file: "policies.yaml", find: "backend", put: "data" },
        ],
    },
];
/** Lessons that are played with what they offer themselves, hints and solutions; by mouse. */
const SHOWN = ["Rules of a security group", "Default deny"];

const pane = (page) => page.getByRole("region", { name: "Lesson" });
const heading = (page) => pane(page).getByRole("heading", { level: 2 });
const isHere = (what) => what.evaluate((element) => element === document.activeElement);

/** What a mouse does. */
const byMouse = {
    name: "mouse",
    press: (what) => what.click(),
    async lessons(page) {
        await page.getByRole("button", { name: /^Example/ }).click();
        await page.getByRole("button", { name: "Lessons…" }).click();
    },
    solve: (_, task) => task.getByRole("button", { name: "Show me" }).click(),
};

/** What fingers do, on a phone. */
const byTouch = {
    name: "touch",
    press: (what) => what.tap(),
    async lessons(page) {
        await page.getByRole("button", { name: "More" }).tap();
        await page.getByRole("button", { name: "Lessons…" }).tap();
    },
    async solve(page, _, { file, find, put }) {
        await screen(page, "Text").tap();
        await page.getByRole("tab", { name: file }).tap();
        await until(true, () => editor(page).evaluate(placeAfter, find).then(Boolean), `${find} in ${file}`);
        const place = await editor(page).evaluate(placeAfter, find);
        await page.touchscreen.tap(place.x, place.y);
        await until(true, () => isHere(editor(page)), "a finger is in the text");
        for (const _ of find) await page.keyboard.press("Backspace");
        // As keyboards of phones write: the word at once.
        await page.keyboard.insertText(put);
        await screen(page, "Lesson").tap();
    },
};

/** What keys do. Nothing is pressed that they have not come to. */
const byKeys = {
    name: "keys",
    async press(what, page = what.page()) {
        await reach(page, what);
        await page.keyboard.press("Enter");
    },
    async lessons(page) {
        await this.press(page.getByRole("button", { name: /^Example/ }));
        await this.press(page.getByRole("button", { name: "Lessons…" }));
    },
    async solve(page, task, { file, find, put }) {
        const tab = (selected) => page.getByRole("tablist", { name: "Files" }).getByRole("tab", { selected });
        await reach(page, tab(true));
        for (let files = 0; files < 5 && (await tab(true).innerText()).trim() !== file; files++) await page.keyboard.press("ArrowRight");
        await until(file, async () => (await tab(true).innerText()).trim(), "the file");
        await reach(page, editor(page));
        await page.keyboard.press("Control+f");
        await until(true, () => isHere(page.locator(".cm-search input[name=search]")), "the field for what is looked for");
        await page.keyboard.type(find);
        await page.keyboard.press("Enter");
        await page.keyboard.press("Escape");
        await until(find, () => page.evaluate(() => getSelection().toString()), "what is selected");
        await page.keyboard.type(put);
        await solved(task);
        // The first may close a list of words to choose from.
        for (const key of ["Escape", "Escape", "Shift+Tab"]) await page.keyboard.press(key);
        assert.equal(await isHere(editor(page)), false, "the keyboard leaves the editor");
    },
};

/** Where the last of these words ends on the screen; nothing while they are not there. */
function placeAfter(content, words) {
    for (const line of content.querySelectorAll(".cm-line")) {
        const start = line.textContent.indexOf(words);
        if (start < 0) continue;
        line.scrollIntoView({ block: "nearest" });
        const texts = document.createTreeWalker(line, NodeFilter.SHOW_TEXT);
        for (let before = 0, text; (text = texts.nextNode()); before += text.length) {
            const end = start + words.length - before;
            if (end > text.length) continue;
            const range = document.createRange();
            range.setStart(text, end - 1);
            range.setEnd(text, end);
            const box = range.getBoundingClientRect();
            return { x: box.right - 1, y: box.top + box.height / 2 };
        }
    }
    return null;
}

/** Goes to an element by Tab, back by Shift and Tab. */
async function reach(page, what) {
    for (let presses = 0; presses < 150 && !(await isHere(what)); presses++) {
        const isBefore = await what.evaluate((element) => {
            const here = document.activeElement;
            return here !== document.body && Boolean(here.compareDocumentPosition(element) & Node.DOCUMENT_POSITION_PRECEDING);
        });
        await page.keyboard.press(isBefore ? "Shift+Tab" : "Tab");
    }
    assert.ok(await isHere(what), `${await what.innerText()} is reached by Tab`);
}

const solved = (task) => until("Solved", () => task.getByRole("heading").innerText(), "the task");

/** Guesses until the answer is right. */
async function answer(hand, question) {
    const choices = question.locator(".lesson-choice");
    const isRight = async () => (await question.locator(".lesson-choice.right").count()) === 1;
    for (let choice = 0; choice < (await choices.count()) && !(await isRight()); choice++) {
        await hand.press(choices.nth(choice));
        await until("true", () => choices.nth(choice).getAttribute("aria-pressed"), "what was chosen");
    }
    await until(true, isRight, "a right answer");
}

/** Does a task, after a look at a hint. */
async function work(page, hand, task, change) {
    await task.locator(".lesson-checks .fails").first().waitFor();
    const hint = task.getByRole("button", { name: "Hint" });
    if (await hint.count()) {
        await hand.press(hint);
        await task.locator(".lesson-hints li").first().waitFor();
    }
    await hand.solve(page, task, change);
    await solved(task);
}

/** A lesson from the list of lessons to the end of its last step: each question is answered, and each task is done. */
async function play(page, hand, title, changes) {
    await hand.lessons(page);
    await hand.press(page.getByRole("dialog", { name: "Lessons" }).getByRole("button", { name: new RegExp(`^${title}`) }));
    const steps = pane(page).locator(".lesson-step");
    await steps.first().waitFor();
    const count = await steps.count();
    let tasks = 0;
    for (let step = 0; step < count; step++) {
        await until("step", () => steps.nth(step).getAttribute("aria-current"), `step ${step + 1}`);
        await until(true, () => isHere(heading(page)), "the keyboard is where the step begins");
        assert.equal(await pane(page).locator(".lesson-body").evaluate((body) => body.scrollTop), 0, "and so is the page");
        const parts = pane(page).locator(".lesson-quiz, .lesson-task");
        for (let number = 0; number < (await parts.count()); number++) {
            const part = parts.nth(number);
            if (await part.evaluate((element) => element.matches(".lesson-quiz"))) {
                await answer(hand, part);
                continue;
            }
            await work(page, hand, part, changes?.[tasks]);
            tasks += 1;
        }
        if (step < count - 1) await hand.press(pane(page).getByRole("button", { name: "Next step" }));
    }
    await pane(page).getByText("This was the last step.").waitFor();
    assert.ok(tasks > 1 && tasks === (changes?.length ?? tasks), `${tasks} tasks`);
    assert.equal(await pane(page).locator(".lesson-step.done").count(), tasks, "every step with a task is solved");
    await shoot(page, `played-${hand.name}-${title.replace(/\W+/g, "-")}`);
    await page.context().close();
}

export default {
    async "a lesson of each course is played from its first step to its last by mouse"() {
        for (const title of SHOWN) await play(await open(), byMouse, title);
    },

    "a lesson of each course is played from its first step to its last by touch": notIn(NO_FINGERS, async () => {
        for (const { title, tasks } of LESSONS) await play(await open({ viewport: PHONE, hasTouch: true, isMobile: true }), byTouch, title, tasks);
    }),

    async "a lesson of each course is played from its first step to its last by keyboard alone"() {
        for (const { title, tasks } of LESSONS) await play(await open(), byKeys, title, tasks);
    },
};
