// One policy as a drawing: opened from everywhere, looked at, and two ways between policies and pods.
import assert from "node:assert/strict";
import { accessible, editor, goTo, notIn, NO_FINGERS, openShop, paste, PHONE, shoot, SHOP, until } from "../page.mjs";

const drawing = (page) => page.locator(".policy-drawing");
const side = (page, name) => page.getByRole("region", { name, exact: true });
const rules = (page, name) => side(page, name).locator(".policy-rule");
const title = (page) => page.locator(".policy-pane h2").innerText();

const TWO = `${SHOP}---
apiVersion: networking.k8s.io/v1
kind: NetworkPolicy
metadata: {name: deny-all, namespace: corner}
spec: {podSelector: {}, policyTypes: [Ingress]}
`;

async function opened(options) {
    const page = await openShop(options);
    await goTo(page, "Text");
    await paste(page, TWO);
    await goTo(page, "Policies");
    const tab = page.getByRole("tab", { name: "Policies", exact: true });
    if (await tab.isVisible()) await tab.click();
    await page.getByRole("button", { name: "draw NetworkPolicy corner/store-only-from-till" }).click();
    await drawing(page).waitFor();
    return page;
}

export default {
    async "a policy is drawn with its pods, sources and destinations, and each rule leads to its line"() {
        const page = await opened();
        assert.equal(await title(page), "corner/store-only-from-till");
        await until(/pods with app=store in namespace corner/, () => side(page, "Selected").innerText(), "whom it selects");
        assert.match(await side(page, "Ingress").innerText(), /Isolated: only what a rule allows comes in/);
        assert.match(await side(page, "Egress").innerText(), /does not act on egress/);
        assert.match(await rules(page, "Ingress").innerText(), /Allow · rule 1[^]*app=till[^]*TCP 5432[^]*corner\/till/);
        await rules(page, "Ingress").getByRole("button", { name: /line \d+ in the editor/ }).click();
        await until(true, () => editor(page).evaluate((e) => e.contains(document.activeElement)), "the keyboard is in the editor");
        await shoot(page, "policy");
        await accessible(page, "policy");
    },

    async "the drawing leads from policies to pods and back, by keyboard too"() {
        const page = await opened();
        await side(page, "Selected").getByRole("button", { name: "corner/store", exact: true }).focus();
        await page.keyboard.press("Enter");
        const hits = page.locator(".policy-hits");
        await until(/deny-all/, () => hits.innerText(), "all policies on the pod");
        assert.equal(await hits.locator("[aria-current]").innerText().then((text) => text.split(" ")[0]), "corner/store-only-from-till");
        await until(/Policies that select it/, () => page.locator(".end-panel").innerText(), "the pod in the inspector");
        await hits.getByRole("button", { name: /deny-all/ }).focus();
        await page.keyboard.press("Enter");
        await until("corner/deny-all", () => title(page), "the other policy");
        await until(/nothing comes in/, () => side(page, "Ingress").innerText(), "what it does");
        assert.equal(await side(page, "Selected").locator("button[aria-pressed=true]").innerText(), "corner/store");
        await page.locator(".end-panel").getByRole("button", { name: /store-only-from-till/ }).click();
        await until("corner/store-only-from-till", () => title(page), "back by the inspector");
        await page.getByRole("button", { name: "All policies" }).click();
        await page.locator(".board").waitFor();
    },

    async "a policy opens from the trace and from the text, and follows edits"() {
        const page = await openShop();
        await paste(page, TWO);
        await page.locator(".station details summary").last().click();
        await page.locator(".station .policy").getByRole("button", { name: /store-only-from-till/ }).first().click();
        await until("corner/store-only-from-till", () => title(page), "from the trace");
        await editor(page).click();
        await page.keyboard.press("Control+End");
        await page.keyboard.press("ArrowUp");
        await page.getByRole("button", { name: "draw the policy at the cursor" }).click();
        await until("corner/deny-all", () => title(page), "from the text");
        await paste(page, TWO.replace("{}, policyTypes: [Ingress]", "{}, policyTypes: [Egress]"));
        await until(/nothing goes out/, () => side(page, "Egress").innerText(), "after an edit");
    },

    "on a telephone the columns stand below each other, and nothing scrolls sideways": notIn(NO_FINGERS, async () => {
        const page = await opened({ viewport: PHONE, hasTouch: true, isMobile: true });
        const tops = await page.locator(".policy-drawing > section").evaluateAll((all) => all.map((one) => one.getBoundingClientRect().top));
        assert.deepEqual(tops, [...tops].sort((a, b) => a - b));
        assert.ok(tops[0] < tops[1] && tops[1] < tops[2]);
        await side(page, "Selected").getByRole("button", { name: "corner/store", exact: true }).tap();
        await until(/deny-all/, () => page.locator(".policy-hits").innerText(), "all policies on the pod");
        assert.ok(await page.evaluate(() => document.documentElement.scrollWidth <= innerWidth));
        await shoot(page, "policy-phone");
        await accessible(page, "policy on a telephone");
    }),
};
