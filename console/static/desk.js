// What pages do by themselves while they are open. Without it every page is right when it is loaded again.
"use strict";

const STALE_AFTER = 15000; // Milliseconds without news, of which there is some every ten seconds.
const SAY_EVERY = 10000; // For who hears the page: not with each figure.

// One stream for each tab. Each event has whole pieces, by the id of the element that they are for.
function watch() {
  const address = document.body.dataset.stream;
  if (!address) return;
  let heard = Date.now();
  let said = 0;
  const banner = document.getElementById("stale");
  const sentence = document.body.dataset.stale;
  const source = new EventSource(address);
  const alive = () => {
    heard = Date.now();
    banner.hidden = true;
  };
  source.addEventListener("pieces", (event) => {
    alive();
    for (const [id, piece] of Object.entries(JSON.parse(event.data))) put(id, piece);
  });
  source.addEventListener("beat", alive);
  source.addEventListener("over", () => {
    source.close();
    window.location.reload();
  });
  setInterval(() => {
    if (Date.now() - heard < STALE_AFTER && source.readyState !== EventSource.CLOSED) return;
    const when = new Date(heard).toLocaleTimeString(document.documentElement.lang);
    banner.textContent = sentence.replace("{when}", when);
    banner.hidden = false;
  }, 1000);

  function put(id, piece) {
    const element = document.getElementById(id);
    if (!element) return;
    if (id === "told") {
      if (Date.now() - said > SAY_EVERY && element.textContent !== piece) {
        element.textContent = piece;
        said = Date.now();
      }
      return;
    }
    if (element.dataset.piece === piece) return;
    const at = element.contains(document.activeElement) ? document.activeElement : null;
    // Who is at a button of it, or has opened something there, keeps it as it is.
    if (id === "steer" && (at || element.querySelector("details[open]"))) return;
    const link = at && at.getAttribute("href");
    element.innerHTML = piece;
    element.dataset.piece = piece;
    if (link) element.querySelector(`a[href="${link}"]`)?.focus();
    if (id === "waiting" && piece.trim()) document.title = piece.trim() + " " + document.title.replace(/^\(\d+\) /, "");
  }
}

// Counts down on the screen; the server begins the alert by its own clock.
function countDown() {
  const shown = document.getElementById("left");
  if (!shown) return;
  const due = performance.now() + Number(shown.dataset.left);
  const step = () => {
    const left = due - performance.now();
    shown.textContent = String(Math.max(0, Math.ceil(left / 1000)));
    if (left < -200) window.location.reload();
    else setTimeout(step, 100);
  };
  step();
}

function speeds() {
  const sound = document.getElementById("sound");
  const row = document.querySelector(".speeds");
  if (!sound || !row) return;
  row.hidden = false;
  row.addEventListener("click", (event) => {
    const speed = event.target.dataset.speed;
    if (speed) sound.playbackRate = Number(speed);
  });
}

document.addEventListener("DOMContentLoaded", () => {
  const summary = document.getElementById("summary");
  if (summary) summary.focus();
  watch();
  countDown();
  speeds();
});
