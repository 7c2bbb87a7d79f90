// Choosing claims: all at once, a range with Shift, and by keyboard (j, k, x, a).
const boxes = () => [...document.querySelectorAll('[data-choose] input[name="item"]')];
let last = null;

function count() {
  const label = document.querySelector("[data-choose-count]");
  const all = document.querySelector("[data-choose-all]");
  if (!label || !all) return;
  const chosen = boxes().filter((box) => box.checked).length;
  label.textContent = chosen === 1 ? label.dataset.one : label.dataset.many.replace("%n", chosen);
  all.checked = chosen > 0 && chosen === boxes().length;
  all.indeterminate = chosen > 0 && chosen < boxes().length;
}

document.addEventListener("click", (event) => {
  const box = event.target;
  if (!(box instanceof HTMLInputElement) || box.name !== "item") return;
  if (event.shiftKey && last && last.isConnected) {
    const list = boxes();
    const [from, to] = [list.indexOf(last), list.indexOf(box)].sort((a, b) => a - b);
    for (const other of list.slice(from, to + 1)) other.checked = box.checked;
  }
  last = box;
  count();
});

document.addEventListener("change", (event) => {
  if (!(event.target instanceof HTMLInputElement)) return;
  if (event.target.matches("[data-choose-all]")) {
    for (const box of boxes()) box.checked = event.target.checked;
  }
  count();
});

document.addEventListener("keydown", (event) => {
  if (event.ctrlKey || event.metaKey || event.altKey) return;
  const typing = event.target instanceof HTMLElement && event.target.matches("input:not([type=checkbox]), textarea, select");
  const list = boxes();
  if (typing || !list.length || !"jkxa".includes(event.key)) return;
  const here = list.indexOf(document.activeElement);
  if (event.key === "j") list[Math.min(here + 1, list.length - 1)].focus();
  if (event.key === "k") list[Math.max(here - 1, 0)].focus();
  if (event.key === "x" && here >= 0) list[here].checked = !list[here].checked;
  if (event.key === "a") {
    const every = list.every((box) => box.checked);
    for (const box of list) box.checked = !every;
  }
  event.preventDefault();
  count();
});

document.addEventListener("htmx:afterSwap", count);
count();
