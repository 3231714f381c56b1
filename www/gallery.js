// The gallery's search: cards that have all the words stay. The page is whole without it.
const search = document.getElementById("search");
const cards = [...document.querySelectorAll(".gallery-card")];
const none = document.getElementById("none");

function filter() {
  const words = search.value.toLowerCase().split(/\s+/).filter(Boolean);
  for (const card of cards) card.hidden = !words.every((word) => card.dataset.words.includes(word));
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
