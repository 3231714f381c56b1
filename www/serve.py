#!/usr/bin/env python3
"""Serves the folder that this file stands in, for a machine without a network: `python3 serve.py`, on Windows `py serve.py`.

Browsers load the page's program from a server only, not from a folder. This one is reached from this machine alone, and ends with Ctrl+C.
`serve.py PORT` takes another port than 8080, and `--quiet` opens no browser.
"""
import functools
import http.server
import os
import sys
import webbrowser


class Handler(http.server.SimpleHTTPRequestHandler):
    # Python asks the system, and some systems say that scripts are text: a browser refuses them then.
    extensions_map = {
        **http.server.SimpleHTTPRequestHandler.extensions_map,
        ".css": "text/css",
        ".js": "text/javascript",
        ".mjs": "text/javascript",
        ".json": "application/json",
        ".svg": "image/svg+xml",
        ".wasm": "application/wasm",
        ".webmanifest": "application/manifest+json",
        ".woff2": "font/woff2",
    }

    def end_headers(self):
        self.send_header("Cache-Control", "no-cache")
        super().end_headers()

    def log_message(self, *_):
        pass


def main():
    folder = os.path.dirname(os.path.abspath(__file__))
    numbers = [argument for argument in sys.argv[1:] if argument.isdigit()]
    handler = functools.partial(Handler, directory=folder)
    for port in [int(numbers[0])] if numbers else [8080, 8081, 8082, 0]:
        try:
            server = http.server.ThreadingHTTPServer(("127.0.0.1", port), handler)
            break
        except OSError as error:
            refused = error
    else:
        sys.exit(f"no port to serve at: {refused}")
    address = f"http://localhost:{server.server_address[1]}/"
    print(f"Netpolis is at {address} (Ctrl+C ends it)", flush=True)
    if "--quiet" not in sys.argv:
        webbrowser.open(address)
    try:
        server.serve_forever()
    except KeyboardInterrupt:
        pass


main()
