// Registers the service worker, and says when a newer version of the site has been fetched. A person decides when it is used: it takes a
// reload, and what was written is stored with every change.

/** The page as a site of its own: not where it is embedded, and not where browsers know no service workers (`file:`, plain `http:`). */
export function keepForOffline() {
  if (!("serviceWorker" in navigator) || window !== window.parent) return;
  const register = async () => {
    try {
      const registration = await navigator.serviceWorker.register("service-worker.js", { updateViaCache: "none" });
      follow(registration);
    } catch {
      // Private windows and some servers refuse: the page works, online.
    }
  };
  // Not beside the page's own start.
  if (document.readyState === "complete") register();
  else addEventListener("load", register, { once: true });
}

function follow(registration) {
  // On the first visit there is no version before this one, and nothing to tell.
  const ready = () => registration.waiting && navigator.serviceWorker.controller && offer(registration.waiting);
  ready();
  registration.addEventListener("updatefound", () => registration.installing?.addEventListener("statechange", ready));
}

function offer(waiting) {
  if (document.querySelector(".update-banner")) return;
  const banner = document.createElement("div");
  banner.className = "page-banner update-banner";
  banner.setAttribute("role", "status");
  document.body.prepend(banner);
  const say = document.createElement("p");
  say.textContent = "A newer version of Netpolis is ready. Your text is kept.";
  const use = button("Use it now", () => {
    navigator.serviceWorker.addEventListener("controllerchange", () => location.reload(), { once: true });
    waiting.postMessage("use this version");
  });
  const later = button("Later", () => banner.remove());
  banner.append(say, use, later);
}

function button(text, click) {
  const made = document.createElement("button");
  made.type = "button";
  made.className = "pick";
  made.textContent = text;
  made.addEventListener("click", click);
  return made;
}
