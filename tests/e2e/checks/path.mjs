// Ways, station by station.
import assert from "node:assert/strict";
import { PHONE, accessible, headline, open, openExample, shoot, shown, stops, until } from "../page.mjs";

export default {
    async "a path is followed from station to station, and its lines light up"() {
        const page = await openExample("a public load balancer");
        assert.equal(await page.getByRole("tab", { name: "Path" }).getAttribute("aria-selected"), "true", "the example opens with its path");
        await until(/Denied for 66\.7 % of connections \(1 of 2 branches\)/, () => headline(page), "the verdict over all branches");
        assert.equal(await stops(page).count(), 6);
        assert.match(await stops(page).nth(2).innerText(), /SNAT[\s\S]*10\.224\.0\.5/);
        assert.match(await stops(page).nth(5).innerText(), /not reached/);
        // The deciding line, in the editor.
        await stops(page).nth(4).getByRole("button", { name: /policies\.yaml line 13/ }).click();
        assert.match(await page.locator(".cm-line.cm-activeLine").innerText(), /app: frontend/);
        await until(/isolates frontend/, async () => (await page.locator(".cm-line.cm-mark").allInnerTexts()).join(" "), "the line is lit");
        // A station opens: tiers, policies and rules as in the trace, and what upstream says.
        await stops(page).nth(4).getByRole("button", { name: /Ingress of shop\/frontend/ }).click();
        const opened = page.locator(".stop-open");
        await opened.locator(".rung summary").click();
        assert.match(await opened.innerText(), /10\.224\.0\.5 is not in 203\.0\.113\.0\/24[\s\S]*rule 1: allow/);
        await stops(page).nth(2).getByRole("button", { name: "Node node-b" }).click();
        assert.match(await opened.innerText(), /Using Source IP/);
        await shoot(page, "path");
        // The other branch.
        await page.getByRole("list", { name: "Branches" }).getByRole("button").nth(1).click();
        await until(/sees 10\.224\.0\.4/, () => stops(page).last().innerText(), "what the application sees");
        await until(/allows this ingress/, async () => (await page.locator(".cm-line.cm-mark").allInnerTexts()).join(" "), "other lines are lit");
        // Nothing moves before it is asked for.
        assert.equal(await page.locator(".playing").count(), 0);
        await page.locator(".path-play").click();
        assert.equal(await page.locator(".line.playing").count(), 1);
    },

    async "choices change the path, and say what the text says"() {
        const page = await openExample("a public load balancer");
        const policy = page.getByRole("combobox", { name: "externalTrafficPolicy" });
        assert.equal(await shown(policy), "as in the files: Cluster");
        await policy.selectOption("Local");
        await until(/^Allowed/, () => headline(page), "with Local the client's address stays");
        await page.getByRole("button", { name: /More choices/ }).click();
        const pods = page.getByRole("textbox", { name: "pods per node" });
        await pods.fill("1, 9");
        await pods.press("Enter");
        await until(/5\.56 %/, () => page.locator(".path-pods").innerText(), "shares of pods");
        await shoot(page, "path-choices");
        await policy.selectOption("");
        await until(/^Denied for/, () => headline(page), "as in the text again");
        // What means nothing is told, and the panel stays.
        await page.getByRole("combobox", { name: "target" }).fill("svc/shop/nothing");
        await page.keyboard.press("Enter");
        await until(/there is no Service `?nothing/i, () => page.locator(".path-pane").innerText(), "why there is no answer");
        assert.equal(await page.getByRole("combobox", { name: "client" }).inputValue(), "203.0.113.7");
    },

    async "two paths are compared, with the differences lit"() {
        const page = await openExample("a public load balancer");
        await page.getByRole("combobox", { name: "compare with" }).selectOption("dataplane=ebpf");
        const side = (n) => page.locator(".path-side").nth(n);
        await until(/Allowed on every branch/, () => side(1).locator(".path-verdict").innerText(), "the other side");
        assert.match(await side(0).innerText(), /kube-proxy/);
        for (const n of [0, 1]) {
            assert.ok((await side(n).locator(".pair .differs").count()) > 2, "changed addresses");
            assert.equal(await side(n).locator(".stop-by.differs").count(), 1, "the changed verdict");
        }
        await shoot(page, "path-compared");
        // It travels in a link.
        await page.getByRole("button", { name: "Share" }).click();
        const link = await page.getByRole("textbox", { name: "link" }).inputValue();
        const other = await open({}, new URL(link).hash);
        await until(/Allowed on every branch/, () => other.locator(".path-side").nth(1).locator(".path-verdict").innerText(), "opened from the link");
        await other.waitForTimeout(800);
        await other.reload();
        await until(/Denied for 66\.7 %/, () => headline(other), "after a reload");
    },

    async "paths are accessible, in light and dark, and on a phone"() {
        for (const colorScheme of ["light", "dark"]) {
            const page = await openExample("the same with eBPF", { colorScheme });
            await page.locator(".toast").getByRole("button").last().click();
            await page.getByRole("button", { name: /More choices/ }).click();
            await stops(page).nth(4).getByRole("button", { name: /Ingress of/ }).click();
            await accessible(page, `path, ${colorScheme}`);
            await shoot(page, `path-${colorScheme}`);
            const phone = await openExample("the same with eBPF", { colorScheme, viewport: PHONE, hasTouch: true, isMobile: true });
            await stops(phone).nth(4).scrollIntoViewIfNeeded();
            const [wide, seen] = await phone.evaluate(() => [document.documentElement.scrollWidth, innerWidth]);
            assert.ok(wide <= seen, `${wide} wide on ${seen}`);
            const inner = await phone.locator(".bottom-body").evaluate((body) => [body.scrollWidth, body.clientWidth]);
            assert.ok(inner[0] <= inner[1], `the panel is ${inner[0]} wide on ${inner[1]}`);
            await accessible(phone, `path on a phone, ${colorScheme}`);
            await shoot(phone, `path-phone-${colorScheme}`);
            // From top to bottom.
            const [first, second] = [await stops(phone).nth(0).boundingBox(), await stops(phone).nth(1).boundingBox()];
            assert.ok(second.y > first.y + 20 && second.x === first.x);
        }
        const still = await openExample("a public load balancer", { reducedMotion: "reduce" });
        await still.locator(".path-play").click();
        await still.locator(".stop.here").waitFor();
        assert.equal(await still.locator(".stop.here .sign").evaluate((sign) => getComputedStyle(sign).animationName), "none", "nothing moves where that is not wanted");
    },
};
