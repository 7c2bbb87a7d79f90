// Loaded before the page is drawn: tells the stylesheet that scripts run.
document.documentElement.classList.add("js");
