// The gallery's search: cards that have all the words stay. The page is whole without it.
const search = document.getElementById("search");
const cards = [...document.querySelectorAll(".gallery-card")];
const none = document.getElementById("none");

/** "Load balancer", "load-balancer" and "LoadBalancer" are one word. */
const tight = (text) => text.replace(/[\s-]+/g, "");

function filter() {
  const words = search.value.toLowerCase().split(/\s+/).filter(Boolean);
  const has = (text, word) => text.includes(word) || tight(text).includes(tight(word));
  for (const card of cards) card.hidden = !words.every((word) => has(card.dataset.words, word));
  for (const section of document.querySelectorAll("main section")) section.hidden = !section.querySelector(".gallery-card:not([hidden])");
  none.hidden = cards.some((card) => !card.hidden);
  const query = search.value.trim();
  history.replaceState(null, "", query ? `?q=${encodeURIComponent(query)}` : location.pathname);
}

search.hidden = false;
search.value = new URLSearchParams(location.search).get("q") ?? "";
search.addEventListener("input", filter);
addEventListener("keydown", (event) => {
  if (event.key === "/" && event.target !== search) {
    event.preventDefault();
    search.focus();
  }
});
if (search.value) filter();
