// Runs before anything is drawn, in every browser, from every place: it is no module. It spares a returning visitor what would change
// under their eyes, and says why the page's program cannot be loaded where it cannot say so itself.
(function () {
  var root = document.documentElement;
  var embedded = root.getAttribute("data-page") === "embed";

  function stored(kind, find) {
    try {
      return find(window[kind]);
    } catch (refused) {
      return null; // No storage in some windows.
    }
  }

  if (!embedded) {
    var theme = stored("localStorage", function (storage) { return storage.getItem("netpolis.theme"); });
    if (theme === "light" || theme === "dark") root.setAttribute("data-theme", theme);
  }
  // The picture in the page is that of the opening scene.
  var other =
    location.hash.length > 1 ||
    (embedded && location.search.length > 1) ||
    (!embedded &&
      (stored("sessionStorage", function (storage) { return storage.getItem("netpolis.tab"); }) ||
        stored("localStorage", function (storage) { return Object.keys(storage).some(function (key) { return key.indexOf("netpolis.scene.") === 0; }); })));
  if (other) root.className += " other-scene";

  // Before a class: large type. The script that takes the keys comes with the program.
  if (/[?&#]present\b/.test(location.search + location.hash)) root.className += " present";

  function cannotStart(words) {
    var tell = function () {
      var note = document.getElementById("starting");
      if (!note) return;
      note.textContent = words;
      note.className = "starting now";
      note.setAttribute("role", "alert");
    };
    if (document.readyState === "loading") document.addEventListener("DOMContentLoaded", tell);
    else tell();
  }

  if (location.protocol === "file:") {
    cannotStart("Netpolis was opened from a folder, and browsers load its program only from a server. Start the one that stands beside this page with “python3 serve.py” (on Windows “py serve.py”); it opens the page.");
  } else if (!("noModule" in document.createElement("script")) || typeof WebAssembly !== "object") {
    cannotStart("This browser is too old for Netpolis, or WebAssembly is switched off. Chromium 108, Firefox 115, Safari 16 and newer ones show it.");
  }
  // Errors of elements do not rise; they are caught on the way down.
  window.addEventListener(
    "error",
    function (event) {
      if (event.target && event.target.tagName === "SCRIPT")
        cannotStart("The program of this page did not load. Either the network failed, or the server does not send .js files as text/javascript. Load the page again.");
    },
    true,
  );
})();
