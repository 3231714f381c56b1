// The board of policies.
import assert from "node:assert/strict";
import { accessible, open, shoot, until, word } from "../page.mjs";

export default {
    async "a policy dragged on the board shows what would change, and Keep writes it"() {
        const page = await open();
        await page.getByRole("button", { name: /^Example/ }).click();
        await page.locator(".examples .example", { hasText: "zero trust" }).click();
        await until("denied", () => word(page), "before");
        await page.getByRole("tab", { name: "Policies", exact: true }).click();
        const cards = page.locator(".board .card");
        const order = () => cards.locator("header b").allInnerTexts();
        await until(/quarantine,everything-else/, async () => String(await order()), "the order in the tier");
        await until(/decides \d+ of \d+ flows/, () => cards.first().innerText(), "how much it decides");
        await page.locator(".toast").getByRole("button").last().click();
        await cards.nth(0).evaluate((card) => card.scrollIntoView({ block: "start" }));
        const [first, second] = [await cards.nth(0).boundingBox(), await cards.nth(1).boundingBox()];
        await page.mouse.move(second.x + 40, second.y + 20);
        await page.mouse.down();
        await page.mouse.move(first.x + 40, first.y + 20, { steps: 8 });
        await page.mouse.up();
        const proposal = page.getByRole("status", { name: "What this move would change" });
        await until(/everything-else before quarantine: \d flows change/, () => proposal.innerText(), "what would change");
        assert.equal(await word(page), "denied", "nothing is changed yet");
        await shoot(page, "board-move");
        await accessible(page, "board");
        await proposal.getByRole("button", { name: "Keep" }).click();
        await until("allowed", () => word(page), "after the move");
        await until(/^everything-else,quarantine/, async () => String(await order()), "the new order");
        await page.locator(".toast").getByRole("button", { name: "Undo" }).click();
        await until("denied", () => word(page), "after undo");
        // Without a mouse.
        await page.getByRole("button", { name: "move everything-else" }).click();
        await page.getByRole("button", { name: "Earlier" }).click();
        await until(/flows change/, () => proposal.innerText(), "by menu");
        await proposal.getByRole("button", { name: "Leave it as it is" }).click();
        await proposal.waitFor({ state: "detached" });
    },
};
