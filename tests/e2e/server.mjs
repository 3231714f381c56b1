// A plain file server, as any would do: no rewriting, no special headers, the site under a sub-path.
import { createServer } from "node:http";
import { readFile } from "node:fs/promises";
import { extname, join, normalize } from "node:path";

const TYPES = {
    ".html": "text/html; charset=utf-8",
    ".js": "text/javascript",
    ".css": "text/css",
    ".wasm": "application/wasm",
    ".woff2": "font/woff2",
    ".json": "application/json",
    ".txt": "text/plain; charset=utf-8",
    ".yaml": "text/plain; charset=utf-8",
    ".svg": "image/svg+xml",
    ".png": "image/png",
    ".webmanifest": "application/manifest+json",
};

/** Where a page with nothing in it is, and a script that stands in front of a page's own, for a driver that cannot put one there. */
const BLANK = "/blank.html";
const FRONT = "/front-of-the-page.js";

/**
 * Serves a folder at http://localhost:PORT/BASE/, and pages that are given as text beside it.
 *
 * For drivers that cannot tell of requests, `watch` is told of each, and with a text in `front` every page begins with that script. Of a file for
 * which `halve` has a promise the second half is sent when that is kept.
 * @param {string} folder
 * @param {string} base   with slashes at both ends
 * @param {Record<string, string>} pages  texts by path
 * @param {{compressed?: boolean}} options  whether it sends the compressed file beside a file
 *
 * With `cached` it says how long files may be kept, as docs/hosting.md has it.
 */
export async function serve(folder, base, pages, { compressed = false } = {}) {
    const site = {};
    const server = createServer(async (request, response) => {
        const path = decodeURIComponent(new URL(request.url, "http://localhost").pathname);
        const answer = (status, type, body) => {
            if (path !== FRONT && path !== BLANK) site.watch?.(site.origin + request.url, status);
            const front = site.front && type === TYPES[".html"];
            response.writeHead(status, { "content-type": type }).end(front ? String(body).replace(/<meta charset[^>]*>|$/i, `$&<script src="${FRONT}"></script>`) : body);
        };
        if (path === FRONT) return answer(200, TYPES[".js"], site.front);
        if (path === BLANK) return answer(200, TYPES[".html"], '<!doctype html><html lang="en"><meta charset="utf-8"><link rel="icon" href="data:,"><title>Nothing</title>');
        if (path in pages) return answer(200, TYPES[".html"], pages[path]);
        if (!path.startsWith(base)) return answer(404, TYPES[".txt"], "not here");
        const name = normalize(path.slice(base.length) || "index.html");
        if (name.startsWith("..")) return answer(404, TYPES[".txt"], "not here");
        try {
            const type = TYPES[extname(name)] ?? "application/octet-stream";
            const packed = compressed ? await readFile(join(folder, `${name}.gz`)).catch(() => undefined) : undefined;
            if (packed) response.setHeader("content-encoding", "gzip");
            const body = packed ?? (await readFile(join(folder, name)));
            if (site.cached) response.setHeader("cache-control", /-[0-9a-zA-Z]{8,}(_bg)?\.(js|wasm|css|bin)$/.test(name) ? "public, max-age=31536000, immutable" : "no-cache");
            const held = site.halve?.(name);
            if (!held) return answer(200, type, body);
            response.setHeader("content-type", type);
            response.write(body.subarray(0, body.length >> 1));
            await held;
            response.end(body.subarray(body.length >> 1));
        } catch {
            answer(404, TYPES[".txt"], "no such file");
        }
    });
    await new Promise((done) => server.listen(0, "127.0.0.1", done));
    const origin = `http://localhost:${server.address().port}`;
    return Object.assign(site, {
        origin,
        address: origin + base,
        blank: origin + BLANK,
        front: undefined,
        watch: undefined,
        halve: undefined,
        cached: false,
        /** With another script in front while a page is gone to. */
        async inFront(script, go) {
            const usual = site.front;
            site.front = script;
            await go();
            site.front = usual;
        },
        close: () => server.close(),
    });
}
