// The graph.
import assert from "node:assert/strict";
import { headline, marks, openExample, openShop, shoot, until } from "../page.mjs";

export default {
    async "a Service on the graph leads to its path"() {
        const page = await openExample("a public load balancer");
        await page.getByRole("tab", { name: "Matrix" }).click();
        await page.locator("svg.graph [data-follow]").first().click();
        await until(/^(Allowed|Denied)/, () => headline(page), "by the mark on the card");
        assert.equal(await page.getByRole("combobox", { name: "target" }).inputValue(), "Service shop/frontend");
        // Without a pointer: by the panel of the workload, and by that of a client.
        await page.getByRole("tab", { name: "Matrix" }).click();
        await marks(page).filter({ hasText: "frontend" }).first().press("Enter");
        await page.locator(".end-panel").getByRole("button", { name: /show the path to Service shop\/frontend/ }).click();
        await until(/^(Allowed|Denied)/, () => headline(page), "by the workload's panel");
        await marks(page).filter({ hasText: "203.0.113.0/24" }).first().press("Enter");
        await page.locator(".end-panel").getByRole("button", { name: /show the path to Service shop\/frontend/ }).click();
        await until(/Denied for 66\.7 %/, () => headline(page), "by the client's panel");
        // Nothing asked yet: what there is is offered.
        await page.locator(".header .pick").first().click();
        await page.locator(".examples .example", { hasText: "Online boutique" }).click();
        await page.locator(".path-offer").getByRole("button", { name: /Service boutique\/frontend/ }).first().click();
        await until(/^(Allowed|Denied|Cannot tell)/, () => headline(page), "from the offer");
    },

    async "the graph can be used with the keyboard alone"() {
        const page = await openShop();
        const first = page.locator("svg.graph g.mark[tabindex='0']").first();
        await first.focus();
        const name = () => page.evaluate(() => document.activeElement?.getAttribute("aria-label") ?? "");
        const seen = new Set([await name()]);
        for (const key of ["ArrowRight", "ArrowDown", "ArrowRight", "ArrowUp", "ArrowLeft"]) {
            await page.keyboard.press(key);
            seen.add(await name());
        }
        assert.ok(seen.size >= 2, [...seen].join("; "));
        await page.keyboard.press("Enter");
        await page.locator("g.mark.selected").first().waitFor();
        await shoot(page, "selected");
    },
};
