// The review page: which sentence is current, what it rests on, and the keyboard.
//
// The server renders every change (htmx swaps it in); this module only moves the focus, lights up
// sources, and presses the same buttons that a mouse would.

import { isTyping, say } from "./app.js";

const panes = document.getElementById("panes");
const note = document.getElementById("note");
const words = document.getElementById("words");
const codes = document.getElementById("evidence");
const source = document.getElementById("source");
const emptySource = source.innerHTML;
const narrow = matchMedia("(max-width: 63.99rem)");

let current = ""; // the key of the chosen item: s12 is a sentence, c4 a code

// -- choosing -----------------------------------------------------------------------------------

const itemOf = (key) => document.querySelector(`[data-item="${CSS.escape(key)}"]`);
const itemsIn = (pane) => [...pane.querySelectorAll("[data-item]")];
const spansOf = (key) => [...words.querySelectorAll(`.span[data-keys~="${CSS.escape(key)}"]`)];

/** Scrolls only the pane that holds the element, never the whole page on a wide screen. */
function reveal(element) {
  const calm = matchMedia("(prefers-reduced-motion: reduce)").matches;
  const behavior = calm ? "auto" : "smooth";
  const frame = element.closest(".pane-scroll");
  if (narrow.matches || !frame) {
    element.scrollIntoView({ block: "center", behavior });
    return;
  }
  const away = element.getBoundingClientRect().top - frame.getBoundingClientRect().top;
  frame.scrollBy({ top: away - frame.clientHeight / 3, behavior });
}

function light(key) {
  for (const span of words.querySelectorAll(".span.lit")) span.classList.remove("lit");
  const lit = spansOf(key);
  for (const span of lit) span.classList.add("lit");
  return lit;
}

/** Only the chosen item's buttons are reached with Tab; j and k reach the others. */
function rove() {
  for (const item of document.querySelectorAll("[data-item]")) {
    const chosen = item.dataset.item === current;
    item.classList.toggle("current", chosen);
    item.tabIndex = chosen ? 0 : -1;
    if (chosen) item.setAttribute("aria-current", "true");
    else item.removeAttribute("aria-current");
    for (const control of item.querySelectorAll("a, button, select, summary")) {
      control.tabIndex = chosen ? 0 : -1;
    }
  }
}

function clearRelated() {
  for (const item of document.querySelectorAll(".related")) item.classList.remove("related");
}

function choose(key, { focus = true, show = true } = {}) {
  const item = itemOf(key);
  if (!item) return;
  current = key;
  clearRelated();
  rove();
  const lit = light(key);
  const sources = item.querySelector(".sources-body");
  showSources(sources);
  if (narrow.matches && focus) showPane(item.closest(".pane"));
  if (focus) item.focus({ preventScroll: true });
  if (show) keepInView(item);
  if (!narrow.matches && lit.length) reveal(lit[0]);
}

/** The item's sources as a copy beside the note, its links alive. */
function showSources(sources) {
  source.innerHTML = sources ? sources.innerHTML : emptySource;
  window.htmx?.process(source);
}

function keepInView(item) {
  const frame = item.closest(".pane-scroll").getBoundingClientRect();
  const box = item.getBoundingClientRect();
  const top = Math.max(frame.top, 0) + 24;
  const bottom = Math.min(frame.bottom, innerHeight) - 24;
  if (box.top < top || box.bottom > bottom) item.scrollIntoView({ block: "nearest" });
}

function move(pane, step) {
  const items = itemsIn(pane);
  const at = items.findIndex((item) => item.dataset.item === current);
  const next = items[at < 0 ? (step > 0 ? 0 : items.length - 1) : at + step];
  if (next) choose(next.dataset.item);
}

function nextOpen(pane) {
  const items = itemsIn(pane);
  const at = items.findIndex((item) => item.dataset.item === current);
  const after = [...items.slice(at + 1), ...items.slice(0, at + 1)];
  const open = after.find((item) => item.classList.contains("proposed"));
  if (open) choose(open.dataset.item);
}

// -- panes --------------------------------------------------------------------------------------

function showPane(pane) {
  for (const other of panes.querySelectorAll(":scope > .pane")) {
    other.classList.toggle("shown", other === pane);
  }
  for (const link of document.querySelectorAll(".pane-nav a")) {
    if (link.hash === `#${pane.id}`) link.setAttribute("aria-current", "true");
    else link.removeAttribute("aria-current");
  }
}

function showInWords(turnId, key) {
  if (key) light(key);
  showPane(words);
  const lit = words.querySelector(`#${CSS.escape(turnId)} .span.lit`);
  reveal(lit ?? document.getElementById(turnId));
}

// -- editing ------------------------------------------------------------------------------------

function openEditor(item) {
  const details = item.querySelector("details.edit");
  if (!details) return;
  details.open = true;
  item.querySelector('[data-act="edit"]')?.setAttribute("aria-expanded", "true");
  const text = details.querySelector("textarea");
  text.focus();
  text.setSelectionRange(text.value.length, text.value.length);
}

function closeEditor(form) {
  form.reset();
  form.closest("details").open = false;
  const item = form.closest("[data-item]");
  item?.querySelector('[data-act="edit"]')?.setAttribute("aria-expanded", "false");
  if (item) item.focus();
  else form.closest("details").querySelector("summary").focus();
}

const isChanged = (form) => {
  const text = form.querySelector("textarea");
  return form.closest("details").open && text.value !== text.defaultValue;
};

addEventListener("beforeunload", (event) => {
  if ([...document.querySelectorAll("form[data-editor]")].some(isChanged)) event.preventDefault();
});

// -- mouse --------------------------------------------------------------------------------------

document.addEventListener("click", (event) => {
  const target = event.target;
  const paneLink = target.closest(".pane-nav a");
  const go = target.closest("[data-go]");
  const turn = target.closest("[data-turn]");
  const span = target.closest(".span");
  const item = target.closest("[data-item]");
  if (paneLink) {
    event.preventDefault();
    const pane = document.querySelector(paneLink.hash);
    showPane(pane);
    const lit = pane === words ? words.querySelector(".span.lit") : null;
    if (lit) reveal(lit);
    else scrollTo({ top: 0 });
  } else if (go) {
    event.preventDefault();
    document.getElementById("sign-dialog").close();
    choose(go.dataset.go);
  } else if (turn) {
    event.preventDefault();
    const key = turn.dataset.light ?? item?.dataset.item ?? current;
    if (item) choose(key, { focus: false, show: false });
    showInWords(turn.dataset.turn, key);
  } else if (span) {
    goToUsers(span);
  } else if (target.closest("[data-cancel]")) {
    closeEditor(target.closest("form"));
  } else if (item) {
    const act = target.closest("[data-act]")?.dataset.act;
    if (item.dataset.item !== current) choose(item.dataset.item, { focus: !act, show: false });
    if (act === "edit") openEditor(item);
  }
});

/** From the words to what rests on them: the first is chosen, the others are marked. */
function goToUsers(span) {
  const keys = span.dataset.keys.split(" ").filter((key) => itemOf(key));
  if (!keys.length) {
    light(span.dataset.keys.split(" ")[0]);
    say(panes.dataset.none);
    return;
  }
  choose(keys[0]);
  for (const key of keys.slice(1)) itemOf(key).classList.add("related");
}

// -- keyboard -----------------------------------------------------------------------------------

const keysOn = document.getElementById("keys-on");
keysOn.checked = localStorage.getItem("plume-keys") !== "off";
keysOn.addEventListener("change", () => {
  localStorage.setItem("plume-keys", keysOn.checked ? "on" : "off");
});

function press(act) {
  itemOf(current)?.querySelector(`[data-act="${act}"]`)?.click();
}

const paneOfCurrent = () => itemOf(current)?.closest(".pane") ?? note;

/** Decides, then goes on: the answer of the server replaces the sentence behind us. */
function decideAndGoOn(act) {
  press(act);
  move(paneOfCurrent(), 1);
}

function moveInWords(step) {
  const spans = [...words.querySelectorAll(".span")];
  const at = spans.indexOf(document.activeElement);
  const next = spans[Math.min(Math.max(at + step, 0), spans.length - 1)];
  if (!next) return;
  next.tabIndex = -1;
  next.focus({ preventScroll: true });
  reveal(next);
}

const COMMANDS = {
  a: () => decideAndGoOn("accept"),
  x: () => decideAndGoOn("reject"),
  u: () => press("restore"),
  f: () => press("check"),
  e: () => itemOf(current) && openEditor(itemOf(current)),
  n: () => nextOpen(paneOfCurrent()),
  s: () => document.getElementById("sign-link").click(),
  c: () => {
    const to = paneOfCurrent() === codes ? note : codes;
    const items = itemsIn(to);
    const open = items.find((item) => item.classList.contains("proposed")) ?? items[0];
    if (open) choose(open.dataset.item);
  },
};

document.addEventListener("keydown", (event) => {
  if (event.ctrlKey || event.metaKey || event.altKey || event.isComposing) return;
  const form = event.target.closest?.("form[data-editor]");
  if (form && event.target.tagName === "TEXTAREA") {
    if (event.key === "Escape") closeEditor(form);
    if (event.key === "Enter" && !event.shiftKey) {
      event.preventDefault();
      form.requestSubmit();
    }
    return;
  }
  if (isTyping(event.target) || document.querySelector("dialog[open]")) return;
  const inWords = words.contains(document.activeElement);
  const arrows = event.target.closest?.("[data-item], .span, #panes") !== null;
  if (event.key === "Enter" && event.target.classList?.contains("span")) {
    goToUsers(event.target);
  } else if ((event.key === "ArrowDown" || event.key === "ArrowUp") && arrows && !inWords) {
    event.preventDefault();
    move(paneOfCurrent(), event.key === "ArrowDown" ? 1 : -1);
  } else if (event.key === "?") {
    document.getElementById("keys").showModal();
  } else if (!keysOn.checked) {
    return;
  } else if (event.key === "j" || event.key === "k") {
    const step = event.key === "j" ? 1 : -1;
    if (inWords) moveInWords(step);
    else move(paneOfCurrent(), step);
  } else if (COMMANDS[event.key]) {
    event.preventDefault();
    COMMANDS[event.key]();
  }
});

// -- what the server sends back -----------------------------------------------------------------

document.body.addEventListener("htmx:configRequest", (event) => {
  // Forms hold the version that they were drawn with; the page knows the newest that it has shown.
  const version = document.querySelector("#review-form [name=expected_version]");
  if (version && event.detail.parameters.expected_version !== undefined) {
    event.detail.parameters.expected_version = version.value;
  }
});

document.body.addEventListener("htmx:afterSwap", (event) => {
  if (event.detail.target.id === "sign-body") {
    document.getElementById("sign-dialog").showModal();
  }
});

document.body.addEventListener("htmx:afterSettle", (event) => {
  const lost = document.activeElement === document.body || document.activeElement === null;
  rove();
  const item = itemOf(current);
  if (!item) return;
  const sources = item.querySelector(".sources-body");
  if (sources && !source.contains(event.detail.elt)) showSources(sources);
  if (lost && !document.querySelector("dialog[open]")) item.focus({ preventScroll: true });
});

document.body.addEventListener("htmx:afterRequest", (event) => {
  if (!event.detail.successful) return;
  const path = event.detail.pathInfo.requestPath;
  const said = { accept: "saidAccepted", reject: "saidRejected", restore: "saidUndone" };
  const act = path.split("/").pop();
  if (event.detail.requestConfig.verb === "post" && !path.endsWith("/search")) {
    say(panes.dataset[said[act] ?? "saidSaved"]);
  }
});

document.body.addEventListener("plume:go", (event) => choose(event.detail.value));

// -- the beginning ------------------------------------------------------------------------------

if (location.hash.length > 1 && itemOf(location.hash.slice(1))) {
  choose(location.hash.slice(1));
} else {
  rove();
  const first = note.querySelector(".sentence.proposed") ?? note.querySelector(".sentence");
  if (first) {
    current = first.dataset.item;
    rove();
  }
}
