// What every page has: the account menu, dialogs, copying, printing, and what to say when the
// server cannot be reached. Pages work without it.

const body = document.body;

/** Shows a problem where screen readers announce it at once. */
export function notice(text) {
  const box = document.createElement("div");
  box.className = "notice notice-error";
  const line = document.createElement("p");
  line.textContent = text;
  box.append(line);
  document.getElementById("notices").replaceChildren(box);
}

/** Says something quietly to screen readers. */
export function say(text) {
  const said = document.getElementById("said");
  said.textContent = "";
  // A repeated word is announced again only when the region was empty in between.
  setTimeout(() => (said.textContent = text), 50);
}

/** Whether a key press belongs to what is being typed. */
export function isTyping(target) {
  return (
    target instanceof HTMLElement &&
    (target.isContentEditable || ["INPUT", "TEXTAREA", "SELECT"].includes(target.tagName))
  );
}

document.addEventListener("click", (event) => {
  const target = event.target instanceof Element ? event.target : null;
  for (const menu of document.querySelectorAll("details[data-menu][open]")) {
    if (!menu.contains(target)) menu.open = false;
  }
  const opener = target?.closest("[data-open-dialog]");
  if (opener) document.getElementById(opener.dataset.openDialog).showModal();
  const closer = target?.closest("dialog [data-close-dialog]");
  if (closer) {
    event.preventDefault();
    closer.closest("dialog").close();
  }
  if (target?.closest("[data-print]")) window.print();
  const copier = target?.closest("[data-copy]");
  if (copier) copy(copier);
});

document.addEventListener("keydown", (event) => {
  if (event.key === "Escape") {
    for (const menu of document.querySelectorAll("details[data-menu][open]")) {
      menu.open = false;
      menu.querySelector("summary").focus();
    }
  }
  const search = document.getElementById("patient-q");
  if (event.key === "/" && search && !isTyping(event.target)) {
    event.preventDefault();
    search.focus();
  }
});

document.addEventListener("change", (event) => {
  const form = event.target.closest?.("form[data-submit-on-change]");
  if (form && form.checkValidity()) form.requestSubmit();
});

async function copy(button) {
  const source = document.querySelector(button.dataset.copy);
  try {
    await navigator.clipboard.writeText(source.innerText);
  } catch {
    // Without the clipboard's permission the text is selected, ready for the person to copy.
    getSelection().selectAllChildren(source);
    return;
  }
  const words = button.querySelector("span");
  const before = words.textContent;
  words.textContent = button.dataset.copied;
  say(button.dataset.copied);
  setTimeout(() => (words.textContent = before), 2000);
}

body.addEventListener("htmx:sendError", () => notice(body.dataset.saidOffline));
body.addEventListener("htmx:responseError", (event) => {
  if (event.detail.xhr.status >= 500) notice(body.dataset.saidError);
});
body.addEventListener("htmx:afterOnLoad", (event) => {
  const request = event.detail;
  if (request.successful && request.requestConfig?.verb === "post") {
    document.getElementById("notices").replaceChildren();
  }
});
