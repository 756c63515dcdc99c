// The tour by keys: a key follows the link of its name. The page works without this, by its links.
const tour = document.getElementById("main");
const words = document.getElementById("tour-say");
const names = new Map(Object.entries(JSON.parse(tour.dataset.keys)).map(([name, key]) => [key, name]));

document.addEventListener("keydown", (event) => {
  if (event.ctrlKey || event.altKey || event.metaKey || event.repeat) return;
  if (event.target.matches("input, textarea, select, [contenteditable]")) return;
  const name = /^[1-9]$/.test(event.key) ? `clause-${event.key}` : names.get(event.key);
  if (!name) return;
  const link = tour.querySelector(`[data-key="${CSS.escape(name)}"]`);
  event.preventDefault();
  if (link && !link.getAttribute("href").startsWith("?")) {
    link.click();
  } else {
    words.hidden = false;
    words.textContent = words.dataset.wrong;
  }
});
