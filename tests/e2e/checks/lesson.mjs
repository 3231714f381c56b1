// Lessons, as a learner plays them: by mouse, by touch on a phone, by keyboard alone.
import assert from "node:assert/strict";
import { accessible, given, NO_FINGERS, notIn, open, paste, PHONE, screen, shoot, text, troubles, until, verdict } from "../page.mjs";

const DENY = `apiVersion: networking.k8s.io/v1
kind: NetworkPolicy
metadata: {name: closed, namespace: shop}
spec:
  podSelector: {}
  policyTypes: [Ingress]
`;
const pane = (page) => page.getByRole("region", { name: "Lesson" });
const checks = (page) => pane(page).locator(".lesson-checks li");
const heading = (page) => pane(page).getByRole("heading", { level: 2 });
const task = (page) => pane(page).getByRole("region", { name: "Task" });
const openLesson = () => open({}, "?lesson=policy/default-deny");

/** Goes on by Tab until the keyboard is at what is called so. */
async function reach(page, name) {
    for (let presses = 0; presses < 120; presses++) {
        await page.keyboard.press("Tab");
        const here = await page.evaluate(() => document.activeElement?.getAttribute("aria-label") ?? document.activeElement?.textContent ?? "");
        if (here.trim().startsWith(name)) return;
    }
    assert.fail(`${name} is not reached by Tab`);
}

export default {
    async "a lesson opens by its link, grades while one types, and goes on to the next step"() {
        const page = await openLesson();
        await until("Everything is open", () => heading(page).innerText(), "the first step");
        await until("allowed", async () => (await verdict(page).innerText()).trim().toLowerCase(), "its question");
        // A verdict is predicted before it is shown.
        const prediction = pane(page).getByRole("region", { name: "Prediction" });
        await prediction.getByRole("button", { name: "denied" }).click();
        await until(/^No\. Allowed/, () => prediction.getByRole("status").innerText(), "a wrong prediction");
        await prediction.getByRole("button", { name: "allowed" }).click();
        await until(/^Right\. /, () => prediction.getByRole("status").innerText(), "a right one");
        await pane(page).getByRole("button", { name: "Next step" }).click();
        await until("A policy that allows nothing", () => heading(page).innerText(), "the second step");
        await until(4, () => checks(page).count(), "its checks");
        await until(3, () => pane(page).locator(".lesson-checks .fails").count(), "what does not hold yet");
        await shoot(page, "lesson-task");
        await accessible(page, "lesson");
        // A hint, then a wrong answer that is explained, then a right one.
        await task(page).getByRole("button", { name: "Hint" }).click();
        assert.match(await task(page).locator(".lesson-hints").innerText(), /namespace/);
        await paste(page, DENY.replace("podSelector: {}", "podSelector: {matchLabels: {app: db}}"));
        await until(/closes db/, () => task(page).locator(".lesson-wrong").innerText(), "why that is wrong");
        await paste(page, DENY);
        await until("Solved", () => task(page).getByRole("heading").innerText(), "the task");
        assert.equal(await pane(page).locator(".lesson-checks .fails").count(), 0);
        // The way back, and progress that a reload does not lose.
        await until(/step 2: .*, solved/, () => pane(page).locator(".lesson-step.on").getAttribute("aria-label"), "the step is marked");
        await page.reload();
        await until(/solved/, () => pane(page).locator(".lesson-step.done").getAttribute("aria-label"), "and stays so");
        await pane(page).getByRole("button", { name: "close the lesson" }).click();
        assert.equal(await pane(page).count(), 0);
    },

    async "a lesson's task is solved by Show me, taken back by Start again, and a wrong link says so"() {
        const page = await open({}, "?lesson=policy/default-deny&step=open-one-door");
        await until("Open one door", () => heading(page).innerText(), "the step of the link");
        await until(/\d/, async () => String(await checks(page).count()), "its checks");
        await task(page).getByRole("button", { name: "Show me" }).click();
        await until("Solved", () => task(page).getByRole("heading").innerText(), "the solution");
        await task(page).getByRole("button", { name: "Start again" }).click();
        await until("Task", () => task(page).getByRole("heading").innerText(), "the step begins again");
        assert.match(await text(page), /default-deny/);
        const lost = await open({}, "?lesson=policy/nowhere");
        await until(/could not be loaded/, () => pane(lost).innerText(), "no such lesson");
        // The browser says so too.
        assert.ok(troubles.splice(0).every((trouble) => /nowhere|404/.test(trouble)));
    },

    async "lessons are chosen from a list"() {
        const page = await open();
        await page.getByRole("button", { name: /^Example/ }).click();
        await page.getByRole("button", { name: "Lessons…" }).click();
        const list = page.getByRole("dialog", { name: "Lessons" });
        await accessible(page, "lessons");
        assert.ok(await list.locator(".window-body").evaluate((body) => body.scrollWidth <= body.clientWidth), "nothing scrolls sideways");
        await shoot(page, "lessons");
        await list.getByRole("button", { name: /^Default deny/ }).click();
        await until("Everything is open", () => heading(page).innerText(), "the lesson");
        assert.equal(await list.count(), 0);
    },

    async "a lesson is played on a phone by touch"() {
        const page = await open({ viewport: PHONE, hasTouch: true, isMobile: true });
        await page.getByRole("button", { name: "More" }).tap();
        await page.getByRole("button", { name: "Lessons…" }).tap();
        assert.ok(await page.locator(".window-body").evaluate((body) => body.scrollWidth <= body.clientWidth), "nothing scrolls sideways");
        await shoot(page, "lessons-phone");
        await page.getByRole("dialog", { name: "Lessons" }).getByRole("button", { name: /^Default deny/ }).tap();
        await until("Everything is open", () => heading(page).innerText(), "the first step");
        await shoot(page, "lesson-phone");
        const small = await pane(page).getByRole("button").evaluateAll((all) => all.filter((b) => b.getBoundingClientRect().height < 39.5 && !b.matches(".spot, .square, .term-word")).map((b) => b.textContent));
        assert.deepEqual(small, [], "buttons that a finger misses");
        await pane(page).getByRole("button", { name: "step 2", exact: false }).tap();
        await until(4, () => checks(page).count(), "its checks");
        await task(page).getByRole("button", { name: "Show me" }).tap();
        await until("Solved", () => task(page).getByRole("heading").innerText(), "the task");
        await screen(page, "Graph").tap();
        await verdict(page).waitFor();
        assert.equal(await pane(page).isVisible(), false);
        await screen(page, "Lesson").tap();
        await until(true, () => pane(page).isVisible(), "back to the lesson");
        assert.ok(await page.evaluate(() => document.documentElement.scrollWidth <= innerWidth), "nothing scrolls sideways");
    },

    async "a lesson is played by keyboard alone"() {
        const page = await openLesson();
        await until("Everything is open", () => heading(page).innerText(), "the first step");
        await reach(page, "Next step");
        await page.keyboard.press("Enter");
        await until("A policy that allows nothing", () => heading(page).innerText(), "the second step");
        await until(4, () => checks(page).count(), "its checks");
        await reach(page, "Show me");
        await page.keyboard.press("Enter");
        await until("Solved", () => task(page).getByRole("heading").innerText(), "the task");
    },

    async "a lesson is played in German by keyboard, and the choice is kept"() {
        const page = await open({}, "?lesson=policy/default-deny&lang=de");
        const german = page.getByRole("region", { name: "Lektion" });
        const title = german.getByRole("heading", { level: 2 });
        await until("Alles ist offen", () => title.innerText(), "the first step in German");
        assert.equal(await page.evaluate(() => document.documentElement.lang), "de");
        await until("Erlaubt", async () => (await verdict(page).innerText()).trim(), "the verdict's word");
        await accessible(page, "lesson-german");
        await reach(page, "Nächster Schritt");
        await page.keyboard.press("Enter");
        await until("Eine Policy, die nichts erlaubt", () => title.innerText(), "the second step");
        await until(4, () => german.locator(".lesson-checks li").count(), "its checks");
        await reach(page, "Hinweis");
        await page.keyboard.press("Enter");
        assert.match(await german.locator(".lesson-hints").innerText(), /Namespace/);
        await reach(page, "Zeig es mir");
        await page.keyboard.press("Enter");
        const germanTask = german.getByRole("region", { name: "Aufgabe" });
        await until("Gelöst", () => germanTask.getByRole("heading").innerText(), "the task");
        await shoot(page, "lesson-german");
        // Another language: the same step, and what was done stays.
        await german.getByRole("combobox", { name: "Sprache" }).selectOption("en");
        await until("A policy that allows nothing", () => heading(page).innerText(), "the step in English");
        await until("Solved", () => task(page).getByRole("heading").innerText(), "it is still solved");
        assert.match(await page.evaluate(() => location.search), /step=a-policy-that-allows-nothing.*lang=en/);
        await pane(page).getByRole("combobox", { name: "Language" }).selectOption("de");
        await until("Eine Policy, die nichts erlaubt", () => title.innerText(), "and back");
        // Without a word in the address it is the one that was chosen.
        await page.goto((await page.url()).replace("&lang=de", ""));
        await until("Eine Policy, die nichts erlaubt", () => title.innerText(), "the choice is kept");
    },

    async "a lesson that is not in German is played in English, and says so"() {
        const page = await open({}, "?lesson=policy/peers&lang=de");
        const german = page.getByRole("region", { name: "Lektion" });
        await until("en", () => german.locator(".lesson-body").getAttribute("lang"), "the language of the prose");
        assert.equal(await german.getByRole("button", { name: "Nächster Schritt" }).count(), 1);
        await page.getByRole("button", { name: "Mehr" }).click();
        await page.getByRole("button", { name: "English" }).click();
        await until(1, () => pane(page).getByRole("button", { name: "Next step" }).count(), "all in English");
    },

    async "terms are explained in place by keyboard and by mouse"() {
        const page = await openLesson();
        await until("Everything is open", () => heading(page).innerText(), "the first step");
        const term = pane(page).locator(".term-word").filter({ hasText: /^ingress$/ });
        const note = pane(page).locator(".term-note");
        await term.focus();
        await page.keyboard.press("Enter");
        await until(/Connections that come in to a pod.*Source: kubernetes\.io/s, () => note.innerText(), "what it means");
        assert.equal(await term.getAttribute("aria-expanded"), "true");
        await shoot(page, "lesson-term");
        await accessible(page, "lesson-term");
        await page.keyboard.press("Tab");
        assert.match(await page.evaluate(() => document.activeElement.textContent), /Source/);
        await page.keyboard.press("Escape");
        await until(0, () => note.count(), "Escape closes it");
        await term.click();
        await until(1, () => note.count(), "a press opens it");
        await heading(page).click();
        await page.mouse.move(1200, 400);
        await term.hover();
        await until(1, () => note.count(), "so does the pointer");
        await page.mouse.move(1200, 400);
        await until(0, () => note.count(), "until it is elsewhere");
    },

    "terms are explained in place by touch": notIn(NO_FINGERS, async () => {
        const page = await open({ viewport: PHONE, hasTouch: true, isMobile: true });
        // A lesson covers the verdict on a phone.
        await page.goto(`${given.site.address}?lesson=azure/regions-and-zones`);
        await until(/geography/, () => heading(page).innerText(), "the first step");
        const term = pane(page).locator(".term-word").first();
        const note = pane(page).locator(".term-note");
        await term.tap();
        await until(1, () => note.count(), "a finger opens it");
        const box = await note.boundingBox();
        assert.ok(box.x >= 0 && box.x + box.width <= PHONE.width, "all of it is on the screen");
        await shoot(page, "lesson-term-phone");
        await term.tap();
        await until(0, () => note.count(), "and closes it");
    }),
};
