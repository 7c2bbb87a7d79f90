// One claim: rows of services are added and cleared; the insured person's fields come and go.
const form = document.querySelector("[data-lines]");
const total = form?.querySelector('[name="line-TOTAL_FORMS"]');

function cleared(row, number) {
  for (const input of row.querySelectorAll("input")) {
    input.value = "";
    input.removeAttribute("aria-invalid");
    input.removeAttribute("aria-describedby");
    if (number !== undefined) {
      input.name = input.name.replace(/^line-\d+-/, `line-${number}-`);
      input.id = input.id.replace(/line-\d+-/, `line-${number}-`);
    }
  }
  for (const error of row.querySelectorAll(".error")) error.remove();
  for (const cell of row.querySelectorAll(".wrong")) cell.classList.remove("wrong");
}

form?.addEventListener("click", (event) => {
  if (!(event.target instanceof Element)) return;
  if (event.target.closest("[data-line-clear]")) {
    const row = event.target.closest("[data-line]");
    cleared(row);
    row.querySelector("input").focus();
  }
  if (event.target.closest("[data-line-add]")) {
    const rows = form.querySelectorAll("[data-line]");
    const number = rows.length;
    const row = rows[number - 1].cloneNode(true);
    for (const label of row.querySelectorAll("label")) {
      label.htmlFor = label.htmlFor.replace(/line-\d+-/, `line-${number}-`);
    }
    row.firstElementChild.textContent = number + 1;
    cleared(row, number);
    rows[number - 1].after(row);
    total.value = number + 1;
    row.querySelector("input").focus();
  }
});

const coverage = document.querySelector("[data-coverage]");
const relationship = coverage?.querySelector('[name="relationship"]');
const insured = coverage?.querySelector("[data-insured]");

function toggle() {
  insured.hidden = relationship.value === "self";
}

if (insured) {
  relationship.addEventListener("change", toggle);
  toggle();
}
