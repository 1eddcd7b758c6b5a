/*
 * Dragging lessons within and between modules. The arrows beside each lesson do the same without
 * this file; what a drop leaves behind is sent as one order of everything.
 */
"use strict";

const board = document.querySelector("[data-arrange]");
if (board && window.matchMedia("(pointer: fine)").matches) {
  board.classList.add("can-drag");
  let dragged = null;

  const mark = (row) => {
    for (const one of board.querySelectorAll(".over")) one.classList.remove("over");
    if (row) row.classList.add("over");
  };
  /** Every module and the lessons in it, as the server reads them. */
  const send = () => {
    const form = document.createElement("form");
    form.method = "post";
    form.action = board.dataset.arrange;
    const token = document.querySelector("#move input[name=csrfmiddlewaretoken]").cloneNode();
    form.append(token);
    for (const node of board.querySelectorAll("[data-module], [data-lesson]")) {
      const input = document.createElement("input");
      input.type = "hidden";
      input.name = "order";
      input.value = node.dataset.lesson ? `lesson:${node.dataset.lesson}` : `module:${node.dataset.module}`;
      form.append(input);
    }
    document.body.append(form);
    form.submit();
  };

  for (const row of board.querySelectorAll("[data-lesson]")) {
    row.draggable = true;
    row.addEventListener("dragstart", (event) => {
      dragged = row;
      row.classList.add("dragged");
      event.dataTransfer.effectAllowed = "move";
      event.dataTransfer.setData("text/plain", row.dataset.lesson);
    });
    row.addEventListener("dragend", () => {
      row.classList.remove("dragged");
      mark(null);
      dragged = null;
    });
  }
  for (const home of board.querySelectorAll("[data-module]")) {
    const list = home.querySelector(".rows");
    home.addEventListener("dragover", (event) => {
      if (!dragged) return;
      event.preventDefault();
      mark(event.target.closest("[data-lesson]"));
    });
    home.addEventListener("drop", (event) => {
      if (!dragged) return;
      event.preventDefault();
      const before = event.target.closest("[data-lesson]");
      if (before === dragged) return;
      if (before) before.before(dragged);
      else list.append(dragged);
      send();
    });
  }
}

/* One menu open at a time, and Escape closes it. */
document.addEventListener("click", (event) => {
  for (const menu of document.querySelectorAll("details.more[open]")) {
    if (!menu.contains(event.target)) menu.open = false;
  }
});
document.addEventListener("keydown", (event) => {
  const menu = event.key === "Escape" && document.querySelector("details.more[open]");
  if (menu) {
    menu.open = false;
    menu.querySelector("summary").focus();
  }
});
