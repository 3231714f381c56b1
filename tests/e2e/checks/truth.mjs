// What is drawn and said is true, and says what it is of.
import assert from "node:assert/strict";
import { editor, marks, openShop, until } from "../page.mjs";

/** Marks that are not faded, by their name; all of them where nothing is pointed at. */
const lit = (page) => page.locator("svg.graph").evaluate((svg) => {
    const solid = (mark) => getComputedStyle(mark).opacity === "1";
    return [...svg.querySelectorAll("g.mark")].filter(solid).map((m) => m.querySelector("text.title").textContent).sort().join(" ");
});

export default {
    async "what is faded follows the picture, not the place in it"() {
        const page = await openShop();
        const mark = (name) => marks(page).filter({ hasText: name }).first();
        await mark("store").hover();
        await until("Internet store till web", () => lit(page), "all have something to do with the store");
        // A click redraws the picture with the arrows of what is selected: who is near is still near.
        await mark("store").click();
        await page.locator("g.mark.selected", { hasText: "store" }).waitFor();
        await until("Internet store till web", () => lit(page), "after the click");
        assert.equal(await page.locator("g.arrow[data-ask*='store[']").evaluateAll((arrows) => arrows.filter((a) => getComputedStyle(a).opacity !== "1").length), 0);
        // An arrow: its two ends. A new card comes before them and shifts every number.
        const arrow = page.locator(`g.arrow[data-ask^="corner/till["][data-ask*=" corner/store["]`);
        await arrow.focus();
        await arrow.dispatchEvent("pointerover", { bubbles: true, pointerType: "mouse" });
        await until("store till", () => lit(page), "at the arrow");
        await editor(page).focus();
        await page.keyboard.press("Control+End");
        await page.keyboard.insertText("---\napiVersion: v1\nkind: Pod\nmetadata: {name: aaa, namespace: corner}\nspec: {containers: [{name: a, image: a}]}\n");
        await marks(page).filter({ hasText: "aaa" }).first().waitFor();
        await until("store till", () => lit(page), "with one more card");
        await page.mouse.move(5, 5);
        await until(/aaa/, () => lit(page), "away from it");
    },
};
