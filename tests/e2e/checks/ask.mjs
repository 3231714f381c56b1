// Texts and questions: what is typed, pasted and asked.
import assert from "node:assert/strict";
import { SHOP, arrow, ask, becomeSlow, editor, letItEvaluate, marks, openShop, paste, shoot, slowEngine, stations, text, until, word } from "../page.mjs";

/** A text and Enter in a row, with no time to draw anything between them. */
const typedAndEntered = (field, text) =>
    field.evaluate((input, text) => {
        input.value = text;
        input.dispatchEvent(new InputEvent("input", { bubbles: true }));
        input.dispatchEvent(new KeyboardEvent("keydown", { key: "Enter", bubbles: true, cancelable: true }));
    }, text);

export default {
    async "pasted text becomes a graph; an edge tells why"() {
        const page = await openShop();
        assert.deepEqual((await marks(page).locator(".title").allTextContents()).filter((t) => ["web", "till", "store"].includes(t)).sort(), ["store", "till", "web"]);
        await arrow(page, "web", "store").first().dispatchEvent("click");
        await until("denied", () => word(page), "web to store");
        const trace = await stations(page).allInnerTexts();
        assert.equal(trace.length, 2, trace.join("\n"));
        assert.match(trace[1], /store-only-from-till/);
        assert.match(trace[1], /nearest/i);
        await shoot(page, "denied");
        await arrow(page, "till", "store").first().dispatchEvent("click");
        await page.getByRole("textbox", { name: "destination port" }).fill("5432");
        await until("allowed", () => word(page), "till to store");
        // The deciding rule's lines are lit in the editor.
        await page.locator(".cm-mark").first().waitFor();
        const lit = (await page.locator(".cm-mark").allInnerTexts()).join("\n");
        assert.match(lit, /podSelector|from/);
        await shoot(page, "allowed");
    },

    async "a question can be asked by its ends and port"() {
        const page = await openShop();
        await ask(page, "till", "store", 5432);
        await until("allowed", () => word(page), "till to store 5432");
        await page.getByRole("textbox", { name: "destination port" }).fill("5433");
        await until("denied", () => word(page), "till to store 5433");
        await page.getByRole("combobox", { name: "protocol" }).selectOption("ICMP");
        await until(/cannot tell/, () => word(page), "till to store ICMP");
        await page.getByRole("button", { name: "swap source and destination" }).click();
        await until("allowed", () => word(page), "store to till ICMP");
    },

    async "a field keeps its text while an answer arrives, so that what is typed takes its place"() {
        const page = await openShop({ prepare: slowEngine });
        await becomeSlow(page);
        // Other pods, so that another question is asked.
        const pod = (name) => `apiVersion: v1\nkind: Pod\nmetadata: {name: ${name}, namespace: yard}\nspec: {containers: [{name: c, image: example/c}]}\n`;
        await paste(page, `${pod("guest")}---\n${pod("host")}`);
        const from = page.getByRole("combobox", { name: "from", exact: true });
        const before = await from.inputValue();
        await from.focus();
        await letItEvaluate(page);
        await until(/yard/, () => page.getByRole("combobox", { name: "to", exact: true }).inputValue(), "the other question");
        assert.equal(await from.inputValue(), before);
        await page.keyboard.insertText("gue");
        assert.equal(await from.inputValue(), "gue");
        await page.getByRole("listbox", { name: "from", exact: true }).getByRole("option").filter({ hasText: "guest" }).first().click();
        await until("yard/guest", () => from.inputValue(), "what is chosen");
        // What is deleted stays deleted while everything is offered again.
        await from.fill("");
        assert.equal(await from.inputValue(), "");
    },

    async "Enter takes what is typed by then, also before the list is drawn again"() {
        const page = await openShop();
        const from = page.getByRole("combobox", { name: "from", exact: true });
        await from.fill("t");
        await page.getByRole("listbox", { name: "from", exact: true }).getByRole("option").filter({ hasText: "store" }).first().waitFor();
        await typedAndEntered(from, "till");
        await until("corner/till", () => from.inputValue(), "not the first with a t in it");
        await page.keyboard.press("Control+k");
        await typedAndEntered(page.getByRole("combobox", { name: "Command or name" }), "Lessons");
        await page.getByRole("dialog", { name: "Lessons" }).waitFor();
    },

    async "typing changes the verdict, and broken text keeps the rest"() {
        const page = await openShop();
        await ask(page, "web", "store", 5432);
        await until("denied", () => word(page), "before");
        const before = await marks(page).count();
        await paste(page, SHOP.replace("{app: till}}\n    ports", "{app: web}}\n    ports"));
        await until("allowed", () => word(page), "after the edit");
        const broken = `${SHOP}---\nkind: [\n`;
        await paste(page, broken);
        await page.getByRole("tab", { name: /Problems/ }).click();
        await page.getByRole("list", { name: "Problems" }).getByRole("listitem").first().waitFor();
        assert.equal(await marks(page).count(), before, "the other documents are evaluated");
        assert.equal((await text(page)).trim(), broken.trim(), "the text stays");
        await shoot(page, "broken");
    },

    async "the editor completes and explains Calico's fields, labels and selectors"() {
        const page = await openShop();
        await paste(page, `${SHOP}---\napiVersion: projectcalico.org/v3\nkind: NetworkPolicy\nmetadata: {name: x, namespace: corner}\nspec:\n  types: [Ingress]`);
        const options = () => page.locator(".cm-tooltip-autocomplete li").evaluateAll((all) => all.map((li) => li.querySelector(".cm-completionLabel").textContent).join(" "));
        await editor(page).click();
        await page.keyboard.press("Control+End");
        await page.keyboard.type("\nserviceA");
        await until("serviceAccountSelector", options, "a field");
        for (let i = 0; i < "serviceA".length; i++) await page.keyboard.press("Backspace");
        await page.keyboard.type("selector: app == 's");
        await until("store", options, "a value of a label");
        await page.locator(".cm-tooltip-autocomplete li", { hasText: "store" }).click();
        await until(/app == 'store'/, () => text(page), "it is written inside the quotes");
        const help = page.locator(".cm-field-help");
        await page.locator(".cm-line", { hasText: "types: [Ingress]" }).getByText("types", { exact: true }).hover();
        await until(/Directions/, async () => (await help.allInnerTexts()).join(), "help for a field");
    },

    async "a denied flow offers the change that allows it, and undo takes it back"() {
        const page = await openShop();
        await ask(page, "web", "store", 5432);
        await until("denied", () => word(page), "before");
        const fix = page.getByRole("region", { name: "Allow this" });
        await fix.getByRole("button", { name: "Apply" }).click();
        await until("allowed", () => word(page), "after the change");
        await page.locator(".toast").getByRole("button", { name: "Undo" }).click();
        await until("denied", () => word(page), "after undo");
        assert.equal((await text(page)).trim(), SHOP.trim());
    },
};
