// Lists of further answers: checks, open ends, pointless rules, engines, converted policies.
import assert from "node:assert/strict";
import { accessible, editor, goTo, NO_FINGERS, notIn, open, openShop, paste, PHONE, screen, shoot, SHOP, until, verdict, word } from "../page.mjs";

const CHECKED = `${SHOP}---
apiVersion: netpolis.dev/v1
kind: Check
metadata: {name: shop}
spec:
  checks:
  - {from: corner/till, to: corner/store, port: 5432, expect: allowed}
  - {from: corner/web, to: corner/store, port: 5432, expect: allowed, because: the shop sells}
`;
const TWICE = SHOP.replace("    ports:\n    - port: 5432\n", "    ports:\n    - port: 5432\n  - from:\n    - podSelector: {matchLabels: {app: till}}\n    ports:\n    - port: 5432\n");

const tab = (page) => page.getByRole("tab", { name: /^Answers/ });
const list = (page, name) => page.getByRole("group", { name: "Which answers" }).getByRole("button", { name });
const said = (page) => page.locator(".answers > header p").innerText();
const rows = (page) => page.locator(".answer-groups li");

async function shop(content, options) {
    const page = await openShop(options);
    await goTo(page, "Text");
    await paste(page, content);
    await goTo(page, "Reports");
    return page;
}

export default {
    async "checks are made while the text is typed, and turn green"() {
        const page = await shop(CHECKED);
        await until(/1 ✓[^]*1 ✕/, () => tab(page).innerText(), "the counts beside the tab's title");
        await tab(page).click();
        await until("2 checks: 1 failed, 1 passed", () => said(page), "the summary");
        const failed = page.locator(".answer-groups li.bad");
        assert.match(await failed.innerText(), /expected: allowed; found: denied[^]*Because the shop sells/);
        await shoot(page, "answers-checks");
        await accessible(page, "checks");
        // Its trace.
        await failed.getByRole("button", { name: /Show the flow/ }).click();
        await until("denied", () => word(page), "the verdict");
        assert.match(await page.locator(".verdict").innerText(), /corner\/web/);
        await failed.getByRole("button", { name: /line/ }).click();
        await until(true, () => page.evaluate(() => document.activeElement.classList.contains("cm-content")), "the editor has the focus");
        await paste(page, CHECKED.replace("app: till}}\n    ports", "tier: any}}\n    ports"));
        await until("2 checks: 2 failed", () => said(page), "the summary");
        await paste(page, CHECKED.replace("{matchLabels: {app: till}}\n    ports", "{}\n    ports"));
        await until("2 checks: 2 passed", () => said(page), "the summary");
        await until(/2 ✓/, () => tab(page).innerText(), "the counts beside the tab's title");
        assert.equal(await page.locator(".answer-groups li.bad").count(), 0);
    },

    async "a pointless rule is told, and leads to its line"() {
        const page = await shop(TWICE);
        await tab(page).focus();
        await page.keyboard.press("Enter");
        await list(page, "Pointless").focus();
        await page.keyboard.press("Enter");
        await until(/^2 rules could be removed/, () => said(page), "the summary");
        await shoot(page, "answers-pointless");
        await accessible(page, "pointless rules");
        await rows(page).nth(1).getByRole("button", { name: /^show .* line/ }).focus();
        await page.keyboard.press("Enter");
        await until(true, () => page.evaluate(() => document.activeElement.classList.contains("cm-content")), "the editor has the focus");
        await page.keyboard.press("Control+c");
        assert.match(await page.evaluate(() => navigator.clipboard.readText()), /^from:\n.*app: till[^]*5432$/, "the rule is selected");
    },

    async "open ends and engines are told, and empty lists say so"() {
        const page = await shop(SHOP);
        await tab(page).click();
        await until(/^No checks in these files/, () => said(page), "the summary");
        await shoot(page, "answers-empty");
        await list(page, "Open ends").click();
        await rows(page).first().waitFor();
        assert.match(await page.locator(".answer-groups").innerText(), /Not protected[^]*corner\/web/);
        await shoot(page, "answers-open-ends");
        await accessible(page, "open ends");
        await list(page, "Engines").click();
        await until(/engine/, () => said(page), "the summary");
        const other = rows(page).filter({ has: page.getByRole("button", { name: /Show the flow/ }) }).first();
        await shoot(page, "answers-engines");
        await accessible(page, "engines");
        const title = await other.locator("p").first().innerText();
        await other.getByRole("button", { name: /Show the flow/ }).click();
        const to = page.getByRole("combobox", { name: "to", exact: true });
        await until(title.split(" → ")[1].split("/").at(-1).trim(), async () => /[^/]*$/.exec(await to.inputValue())[0].split(" ")[0], "the question");
        await verdict(page).waitFor();
    },

    async "policies are converted, applied in their place, and come back with one step"() {
        const page = await shop(SHOP);
        await tab(page).click();
        await list(page, "Convert").click();
        await until(/^1 of 1 policy converted\. The same flows: no difference/, () => said(page), "the summary");
        const targets = page.getByRole("group", { name: "Convert to" });
        assert.equal(await targets.getByRole("button", { name: "Calico" }).getAttribute("aria-pressed"), "true");
        await shoot(page, "answers-convert");
        await accessible(page, "converted policies");
        const offer = page.locator(".offer");
        await offer.locator("summary").click();
        assert.match(await offer.locator(".diff .add").first().innerText(), /projectcalico\.org\/v3/);
        assert.match(await offer.locator(".diff .gone").first().innerText(), /networking\.k8s\.io\/v1/);
        await shoot(page, "answers-convert-changes");
        await accessible(page, "the changes of a conversion");
        await offer.getByRole("button", { name: "Copy" }).click();
        assert.match(await page.evaluate(() => navigator.clipboard.readText()), /^apiVersion: projectcalico\.org\/v3\nkind: NetworkPolicy/);
        // By keyboard, and back.
        await targets.getByRole("button", { name: "Kubernetes" }).focus();
        await page.keyboard.press("Enter");
        await until(/^Nothing to convert to Kubernetes/, () => said(page), "the summary");
        assert.equal(await page.evaluate(() => document.activeElement.textContent), "Kubernetes", "the focus stays");
        await targets.getByRole("button", { name: "Calico" }).click();
        await offer.getByRole("button", { name: "Apply" }).click();
        await until(/^0 of 0|^Nothing to convert to Calico/, () => said(page), "the summary");
        await page.locator(".toast").getByRole("button", { name: /Undo/ }).click();
        await until(/^1 of 1 policy converted/, () => said(page), "the summary");
    },

    async "flows are ticked, and their policies are a file of their own"() {
        const page = await shop(CHECKED);
        await tab(page).click();
        await list(page, "Least privilege").click();
        await until(/^\d policies for 2 flows: exactly these remain/, () => said(page), "the summary");
        await shoot(page, "answers-least-privilege");
        await accessible(page, "least privilege");
        const boxes = page.locator(".answer-groups").getByRole("checkbox");
        assert.deepEqual(await boxes.evaluateAll((all) => all.map((one) => one.checked)), [true, true]);
        // By keyboard: the focus stays on the box while the policies become others.
        await boxes.nth(1).focus();
        await page.keyboard.press("Space");
        await until(/^\d policies for 1 flow: exactly these remain/, () => said(page), "the summary");
        assert.equal(await boxes.nth(1).evaluate((box) => box === document.activeElement && !box.checked), true, "the box has the focus");
        await page.keyboard.press("Space");
        await until(/for 2 flows/, () => said(page), "the summary");
        await page.getByRole("group", { name: "Policies of" }).getByRole("button", { name: "Calico" }).click();
        const offer = page.locator(".offer");
        await offer.locator("summary").click();
        await until(/projectcalico\.org\/v3/, () => offer.locator(".diff").innerText(), "the text");
        await page.getByRole("group", { name: "Wanted" }).getByRole("button", { name: "Allowed now" }).click();
        await until(/store/, () => page.locator(".tick").first().innerText(), "flows");
        await page.getByRole("group", { name: "Wanted" }).getByRole("button", { name: "Checks" }).click();
        await until(/for 2 flows/, () => said(page), "the summary");
        await offer.getByRole("button", { name: "Apply" }).click();
        await until(/2 ✓/, () => tab(page).innerText(), "both checks hold");
        assert.match(await page.getByRole("tab", { name: /least-privilege.yaml/ }).innerText(), /least-privilege/);
        await page.locator(".toast").getByRole("button", { name: /Undo/ }).click();
        await until(/1 ✓[^]*1 ✕/, () => tab(page).innerText(), "the files as they were");
    },

    async "a flow log is known, judged beside the files, and leads to policies"() {
        const page = await shop(CHECKED);
        const rows = ["src,dst,port,action", "corner/web,corner/store,5432,allow", "corner/till,corner/store,5432,deny"];
        // Large files must not stop the page.
        for (let port = 0; port < 100_000; port++) rows.push(`corner/till,corner/web,${1 + (port % 400)},allow`);
        await page.evaluate(() => {
            window.longest = 0;
            let last = performance.now();
            const tick = () => { const now = performance.now(); window.longest = Math.max(window.longest, now - last); last = now; setTimeout(tick); };
            tick();
        });
        await page.locator("input[type=file]").first().setInputFiles({ name: "export.csv", mimeType: "text/csv", buffer: Buffer.from(rows.join("\n")) });
        await until(/^export\.csv .*100002 entries.*1 passed and would be denied, 1 was denied and is allowed here/, () => said(page), "the summary");
        console.log(`    the page stood still for ${Math.round(await page.evaluate(() => window.longest))} ms at most`);
        assert.deepEqual(await page.locator(".file-tabs [role=tab], [role=tablist][aria-label=files] [role=tab]").allInnerTexts().then((all) => all.filter((name) => /export/.test(name))), [], "it is no file");
        await shoot(page, "answers-flow-logs");
        await accessible(page, "flow logs");
        assert.match(await page.locator(".answer-groups section").first().innerText(), /Passed in the log, denied by these files[^]*corner\/web[^]*corner\/store/);
        await page.locator(".answer-groups li.bad").first().getByRole("button", { name: /Show the flow/ }).click();
        await until("denied", () => word(page), "the verdict");
        // It is neither stored nor shared.
        assert.doesNotMatch(await page.evaluate(() => JSON.stringify({ ...localStorage })), /export\.csv|corner\/till,corner\/web/);
        await page.getByRole("button", { name: /Make policies from this/ }).click();
        await until(/policies for \d+ flows/, () => said(page), "policies");
        await list(page, "Flow logs").click();
        await page.getByRole("group", { name: "Logs" }).getByRole("button", { name: "Close" }).click();
        await until(/^No flow log is open/, () => said(page), "the summary");
    },

    "on a telephone they are beside problems, in light and dark": notIn(NO_FINGERS, async () => {
        for (const colorScheme of ["light", "dark"]) {
            const page = await shop(CHECKED, { viewport: PHONE, hasTouch: true, isMobile: true, colorScheme });
            await tab(page).tap();
            await until("2 checks: 1 failed, 1 passed", () => said(page), "the summary");
            for (const name of ["Least privilege", "Convert", "Pointless", "Open ends", "Engines", "Checks"]) {
                await list(page, name).tap();
                await rows(page).first().waitFor();
                assert.equal(await page.evaluate(() => document.scrollingElement.scrollWidth), PHONE.width, name);
                await shoot(page, `answers-phone-${name.toLowerCase().replace(" ", "-")}-${colorScheme}`);
                await accessible(page, `${name}, ${colorScheme}`);
            }
            const link = page.locator(".answer-groups li.bad").getByRole("button", { name: /Show the flow/ });
            await link.tap();
            await until("denied", () => word(page), "the verdict");
            assert.equal(await screen(page, "Trace").getAttribute("aria-current"), "page");
            await page.context().close();
        }
    }),
};
