/*
 * The form of a mail: only the fields that its moment uses, a count of words while one types, and
 * words to fill in at the press of a button. Without this file all fields stand there.
 */
"use strict";

const form = document.querySelector("[data-mail-step]");
if (form) {
  const uses = JSON.parse(form.dataset.uses);
  const all = new Set(Object.values(uses).flat());
  const body = form.elements.body;
  const count = form.querySelector("[data-count]");
  let last = body;

  const show = () => {
    const shown = new Set(uses[form.elements.trigger.value]);
    for (const name of all) form.querySelector(`[data-field="${name}"]`).hidden = !shown.has(name);
    const link = form.elements.link.value !== "none";
    form.querySelector('[data-field="label"]').hidden = !link;
    const kind = form.elements.kind.value;
    for (const one of form.querySelectorAll("[data-kind]")) one.hidden = one.dataset.kind !== kind;
  };
  const tell = () => {
    const words = body.value.replace(/\{\{[^}]*\}\}/g, "").match(/[\p{L}\p{N}]+(?:[-'’][\p{L}\p{N}]+)*/gu) ?? [];
    count.textContent = `${words.length} ${words.length === 1 ? count.dataset.one : count.dataset.many}`;
    count.classList.toggle("look", words.length > Number(count.dataset.most));
  };

  form.addEventListener("change", show);
  form.addEventListener("input", tell);
  form.addEventListener("focusin", (event) => {
    if (event.target.matches("textarea, #id_subject, #id_preview, #id_label")) last = event.target;
  });
  form.addEventListener("click", (event) => {
    const words = event.target.closest("[data-insert]")?.dataset.insert;
    if (!words) return;
    last.focus();
    last.setRangeText(words, last.selectionStart, last.selectionEnd, "end");
    last.dispatchEvent(new Event("input", { bubbles: true }));
  });
  show();
  tell();
}
