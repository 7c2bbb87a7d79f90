// Giving the words of a visit: files can be dropped, and a file that is too large is said at once.

const form = document.getElementById("words-form");
const drop = document.getElementById("drop");
const file = document.getElementById("id_file");
const said = document.getElementById("file-said");

function checkSize() {
  const chosen = file.files[0];
  const tooLarge = chosen !== undefined && chosen.size > Number(form.dataset.maxBytes);
  said.textContent = tooLarge ? form.dataset.tooLarge : "";
  file.setCustomValidity(said.textContent);
}

file.addEventListener("change", checkSize);

drop.addEventListener("dragover", (event) => {
  if (!event.dataTransfer.types.includes("Files")) return;
  event.preventDefault();
  drop.classList.add("over");
});

drop.addEventListener("dragleave", (event) => {
  if (!drop.contains(event.relatedTarget)) drop.classList.remove("over");
});

drop.addEventListener("drop", (event) => {
  if (!event.dataTransfer.files.length) return;
  event.preventDefault();
  drop.classList.remove("over");
  file.files = event.dataTransfer.files;
  checkSize();
  file.focus();
});
