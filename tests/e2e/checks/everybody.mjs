// For everybody: screen readers, large letters, colours of one's own, paper.
import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { accessible, here, open, screen, shoot, until } from "../page.mjs";

/** The window of a desktop of 1280 by 1024 at 400 %. */
const ENLARGED = { viewport: { width: 320, height: 256 } };

/** What stands behind a title in docs/accessibility.md, as text. */
async function documented(title) {
    const document = await readFile(join(here, "../../docs/accessibility.md"), "utf8");
    const [, text] = new RegExp(`### ${title}\n[^#]*?\`\`\`yaml\n(.*?)\n\`\`\``, "s").exec(document) ?? [];
    assert.ok(text, `docs/accessibility.md has \`${title}\``);
    return text;
}

export default {
    "a screen reader's way through question, trace and matrix is the one that is documented": async () => {
        const page = await open();
        const tree = (place) => page.locator(place).ariaSnapshot();
        assert.equal(await tree(".inspector form.question"), await documented("The question"));
        assert.equal(await tree(".inspector .verdict"), await documented("The verdict"));
        assert.equal(await tree(".inspector ol.stations"), await documented("The trace"));
        const row = page.locator(".matrix tr", { has: page.getByRole("rowheader", { name: "shop/cart" }) });
        // The name of a row is what its cells say, once more.
        const [, ...cells] = (await row.ariaSnapshot()).split("\n");
        assert.equal(cells.map((line) => line.slice(2)).join("\n"), await documented("A row of the matrix"));
    },

    "at 400 % every screen is there without scrolling sideways": async () => {
        const page = await open(ENLARGED);
        for (const name of ["Text", "Graph", "Trace", "Matrix", "Path", "Policies", "Reports"]) {
            await screen(page, name).click();
            await until("page", () => screen(page, name).getAttribute("aria-current"), name);
            const { wide, high } = await page.evaluate(() => ({ wide: document.documentElement.scrollWidth, high: document.documentElement.scrollHeight }));
            assert.ok(wide <= 320, `${name}: ${wide} wide`);
            assert.ok(high > 256, `${name}: the page is higher than the window, and is scrolled`);
        }
        await screen(page, "Trace").click();
        await page.getByRole("listitem").filter({ hasText: "Ingress of db" }).first().scrollIntoViewIfNeeded();
        await shoot(page, "enlarged-trace");
        await accessible(page, "at 400 %");
    },

    "where colours are not the page's, nothing depends on them": async () => {
        for (const colorScheme of ["light", "dark"]) {
            const page = await open({ forcedColors: "active", colorScheme });
            const chosen = (tab) => tab.evaluate((element) => getComputedStyle(element).textDecorationLine);
            assert.equal(await chosen(page.getByRole("tab", { name: "Matrix" })), "underline", "the chosen tab");
            assert.equal(await chosen(page.getByRole("tab", { name: "Path" })), "none", "another");
            const dashes = (kind) => page.locator(`svg.graph .edge.${kind}`).first().evaluate((line) => getComputedStyle(line).strokeDasharray);
            assert.notEqual(await dashes("denied"), await dashes("allowed"), "arrows differ by more than colour");
            await shoot(page, `forced-colours-${colorScheme}`);
        }
    },

    "on paper are question, verdict, trace, graph and matrix, whole and in light": async () => {
        const page = await open({ colorScheme: "dark" });
        const seen = await page.evaluate(() => document.querySelector("svg.graph").clientWidth);
        await page.evaluate(() => dispatchEvent(new Event("beforeprint")));
        await page.setViewportSize({ width: 700, height: 1000 });
        await page.emulateMedia({ media: "print" });
        assert.match(await page.locator("svg.graph").getAttribute("viewBox"), new RegExp(`^0 0 ${seen} `), "the canvas as it was looked at");
        for (const [what, there] of [[".verdict", true], [".stations", true], ["svg.graph", true], [".legend-foot", true], [".matrix table", true], [".editor-pane", false], [".toolbar", false], [".tabs", false], [".suggestion", false]]) {
            assert.equal(await page.locator(what).first().isVisible(), there, what);
        }
        const [trace, graph, matrix] = await Promise.all([".stations", "svg.graph", ".matrix table"].map((what) => page.locator(what).first().boundingBox()));
        assert.ok(trace.y + trace.height <= graph.y && graph.y + graph.height <= matrix.y, "one below the other");
        assert.ok(graph.height > 300, `the graph is ${graph.height} high`);
        assert.equal(await page.evaluate(() => getComputedStyle(document.querySelector(".verdict p")).color), "rgb(21, 32, 43)", "dark letters");
        await page.screenshot({ path: join(here, "shots/paper.png"), fullPage: true });
        const pdf = await page.pdf({ format: "A4" });
        assert.ok(pdf.length > 10_000, `a file of ${pdf.length} bytes`);
        await page.emulateMedia({ media: "screen" });
        await page.evaluate(() => dispatchEvent(new Event("afterprint")));
        assert.equal(await page.locator("svg.graph").getAttribute("viewBox"), null);
    },
};
