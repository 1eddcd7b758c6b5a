/*
 * What the pages do on top of plain HTML. Nothing needs this file; everything here is a comfort.
 *
 * 1. "Leave quickly" takes the place of this page in the history.
 * 2. A self-check is counted on this screen; nothing of it is sent.
 * 3. A film that is at another site is shown here, but only once the reader asks for it.
 * 4. The lesson remembers which block the reader has before them.
 */
"use strict";

for (const link of document.querySelectorAll("[data-leave]")) {
  link.addEventListener("click", (event) => {
    event.preventDefault();
    document.body.hidden = true;
    window.location.replace(link.href);
  });
}

for (const form of document.querySelectorAll("form[data-selfcheck]")) {
  const count = form.querySelector(".count");
  form.querySelector("button").hidden = true;
  form.querySelector(".sent").hidden = true;
  form.querySelector(".counted").hidden = false;
  form.addEventListener("submit", (event) => event.preventDefault());
  form.addEventListener("change", () => {
    const ticked = form.querySelectorAll("input:checked").length;
    count.textContent = count.dataset.words.replace("{n}", ticked);
  });
}

for (const film of document.querySelectorAll("[data-player]")) {
  const button = film.querySelector("button");
  button.hidden = false;
  button.addEventListener("click", () => {
    const player = document.createElement("iframe");
    player.title = film.dataset.title;
    player.allow = "autoplay; fullscreen; picture-in-picture";
    /* The site itself, never the page: without any of it the players refuse to play. */
    player.referrerPolicy = "strict-origin";
    player.src = film.dataset.player;
    film.replaceWith(player);
    player.focus();
  });
}

const lesson = document.querySelector("[data-position]");
if (lesson && "IntersectionObserver" in window) {
  const seen = new Set();
  const blocks = [...lesson.querySelectorAll(".block")];
  let kept = "";
  let timer = 0;

  /** The first block whose text is still on the screen: there the reader goes on. */
  const here = () => {
    const block = blocks.find((one) => seen.has(one));
    return block ? block.id.slice(2) : "";
  };
  const keep = () => {
    const block = here();
    if (!block || block === kept) return;
    kept = block;
    const token = document.querySelector("input[name=csrfmiddlewaretoken]");
    const body = new URLSearchParams({ block });
    const headers = { "X-CSRFToken": token ? token.value : "" };
    fetch(lesson.dataset.position, { method: "POST", body, headers, keepalive: true }).catch(() => {
      kept = "";
    });
  };
  const observer = new IntersectionObserver(
    (entries) => {
      for (const entry of entries) {
        if (entry.isIntersecting) seen.add(entry.target);
        else seen.delete(entry.target);
      }
      window.clearTimeout(timer);
      timer = window.setTimeout(keep, 1500);
    },
    { rootMargin: "-12% 0px -30% 0px" },
  );
  for (const block of blocks) observer.observe(block);
  document.addEventListener("visibilitychange", () => {
    if (document.visibilityState === "hidden") keep();
  });
}

/* A sheet prints from its own button; without this script the browser's menu does. */
for (const button of document.querySelectorAll("[data-print]")) {
  button.hidden = false;
  button.addEventListener("click", () => window.print());
}
