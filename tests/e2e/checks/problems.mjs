// The list of problems: by kind, with explanations, filter and fixes.
import assert from "node:assert/strict";
import { NO_FINGERS, PHONE, accessible, notIn, open, openShop, paste, shoot, text, until } from "../page.mjs";

const list = (page) => page.getByRole("list", { name: "Problems" });
const kinds = (page) => list(page).locator(":scope > li");
const choice = (page, name) => page.getByRole("group", { name: "Which problems" }).getByRole("button", { name });

/** Policies that select nothing, by a mistyped label each, and one that nothing can be made of. */
const typos = (count) => Array.from({ length: count }, (_, index) => `---
apiVersion: networking.k8s.io/v1
kind: NetworkPolicy
metadata: {name: p${index}, namespace: corner}
spec:
  podSelector: {matchLabels: {app: weeb}}
  policyTypes: [Ingress]
`).join("");

const BROKEN = `---
apiVersion: networking.k8s.io/v1
kind: NetworkPolicy
metadata: {name: broken, namespace: corner}
spec: {podSelector: 5}
`;

const SHOP_PODS = `apiVersion: v1
kind: Pod
metadata: {name: web, namespace: corner, labels: {app: web}}
spec: {containers: [{name: web, image: example/web}]}
`;

async function withProblems(count, options) {
    const page = await openShop(options);
    if (options?.viewport) await page.locator(".screens button", { hasText: "Text" }).click();
    await paste(page, SHOP_PODS + typos(count) + BROKEN);
    if (options?.viewport) await page.locator(".screens button", { hasText: "Reports" }).click();
    else await page.getByRole("tab", { name: /^Problems/ }).click();
    await list(page).waitFor();
    await until(true, async () => (await list(page).locator("summary").filter({ hasText: "LINT001" }).count()) > 0, "the problems are of this text");
    return page;
}

const kind = (page, code) => kinds(page).filter({ has: page.locator("summary", { hasText: code }) });

export default {
    "problems of one kind stand together, errors first, and many are folded": async () => {
        const page = await withProblems(7);
        await until(true, async () => /error/.test(await kinds(page).first().getAttribute("class")), "errors come first");
        const typo = kind(page, "LINT001");
        assert.equal(await typo.locator("summary .count").innerText(), "7");
        assert.equal(await typo.locator("details").evaluate((own) => own.open), false, "more than can be read at once");
        await typo.locator("summary").focus();
        await page.keyboard.press("Enter");
        await until(true, () => typo.locator("details").evaluate((own) => own.open), "opened by the keyboard");
        assert.equal(await typo.locator(".problems > li").count(), 7);
        await accessible(page, "problems by kind");
        await shoot(page, "problems");
    },

    "a kind is explained in place, with an example of it and one as it should be": async () => {
        const page = await withProblems(2);
        const typo = kind(page, "LINT001");
        const fetched = () => page.requests.filter((url) => url.includes("findings.json")).length;
        assert.equal(fetched(), 0, "not before it is asked for");
        await typo.getByRole("button", { name: "Explain LINT001" }).click();
        const said = page.getByRole("region", { name: "LINT001 explained" });
        await said.locator("figure").first().waitFor();
        const words = await said.innerText();
        for (const part of ["a label is mistyped", "# here", "As it should be", "{app: wep}", "What to do"]) assert.ok(words.includes(part), part);
        assert.equal(fetched(), 1);
        await accessible(page, "an explanation");
        await shoot(page, "problems-explained");
        await typo.getByRole("button", { name: "Explain LINT001" }).click();
        await until(0, () => said.count(), "closed again");
    },

    "only the problems of a severity are listed, as chosen": async () => {
        const page = await withProblems(2);
        await choice(page, /^Errors/).click();
        await until("true", () => choice(page, /^Errors/).getAttribute("aria-pressed"), "chosen");
        for (const one of await kinds(page).all()) assert.match(await one.getAttribute("class"), /error/);
        assert.equal(await kind(page, "LINT001").count(), 0);
        await choice(page, /^All/).click();
        await until(1, () => kind(page, "LINT001").count(), "all again");
    },

    "one press mends all of a kind, and undo takes it back": async () => {
        const page = await withProblems(3);
        const typo = kind(page, "LINT001");
        await typo.getByRole("button", { name: "Fix 3 at once" }).click();
        await until(0, () => kind(page, "LINT001").count(), "they are settled");
        assert.equal((await text(page)).match(/app: weeb/g), null);
        await page.locator(".toast").getByRole("button", { name: "Undo" }).click();
        await until(1, () => kind(page, "LINT001").count(), "they are back");
        assert.equal((await text(page)).match(/app: weeb/g).length, 3);
    },

    "F8 goes to the next problem from anywhere, in another file, too": async () => {
        const page = await withProblems(2);
        await page.getByRole("button", { name: "new file" }).click();
        await page.locator(".logo").click();
        await page.keyboard.press("F8");
        await until(true, () => page.evaluate(() => document.activeElement.closest(".cm-editor") !== null), "the keyboard is in the editor");
        await page.locator(".cm-line", { hasText: "podSelector: 5" }).or(page.locator(".cm-line", { hasText: "weeb" })).first().waitFor();
    },

    "on a telephone problems and explanations fit": notIn(NO_FINGERS, async () => {
        const page = await withProblems(2, { viewport: PHONE, hasTouch: true, isMobile: true });
        await kind(page, "LINT001").getByRole("button", { name: "Explain LINT001" }).tap();
        await page.getByRole("region", { name: "LINT001 explained" }).locator("figure").first().waitFor();
        assert.ok(await page.evaluate(() => document.documentElement.scrollWidth <= innerWidth), "nothing scrolls sideways");
        await accessible(page, "problems on a telephone");
        await shoot(page, "problems-phone");
    }),
};
