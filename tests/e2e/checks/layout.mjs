// Every size of screen, for everybody.
import assert from "node:assert/strict";
import { PHONE, accessible, open, shoot } from "../page.mjs";

export default {
    async "accessible, light"() {
        const page = await open({ colorScheme: "light" });
        await shoot(page, "light");
        await accessible(page, "start, light");
        await page.getByRole("tab", { name: /Problems/ }).click();
        await accessible(page, "problems, light");
        await page.getByRole("button", { name: "Share" }).click();
        await accessible(page, "share, light");
        await page.getByRole("dialog").getByRole("button", { name: "close" }).click();
        await page.getByRole("button", { name: /^Example/ }).click();
        await accessible(page, "menu, light");
    },

    async "accessible, dark"() {
        const page = await open({ colorScheme: "dark" });
        await shoot(page, "dark");
        await accessible(page, "start, dark");
        await page.locator(".rung summary").first().click();
        await accessible(page, "trace opened, dark");
    },

    async "accessible on a phone, without sideways scrolling"() {
        const page = await open({ viewport: PHONE, hasTouch: true, isMobile: true, colorScheme: "light" });
        const screens = page.getByRole("navigation", { name: "Screens" }).getByRole("button");
        const titles = await screens.allInnerTexts();
        assert.ok(titles.length >= 4, titles.join());
        for (const [i, title] of titles.entries()) {
            await screens.nth(i).click();
            const [wide, seen] = await page.evaluate(() => [document.documentElement.scrollWidth, innerWidth]);
            assert.ok(wide <= seen, `${title}: ${wide} wide on ${seen}`);
            await shoot(page, `phone-${i + 1}`);
            await accessible(page, `phone, ${title.split("\n")[0]}`);
        }
    },

    async "readable at 200 % text and on a narrow window"() {
        const page = await open({ viewport: { width: 720, height: 450 } });
        const [wide, seen] = await page.evaluate(() => [document.documentElement.scrollWidth, innerWidth]);
        assert.ok(wide <= seen, `${wide} wide on ${seen}`);
        await shoot(page, "narrow");
    },
};
