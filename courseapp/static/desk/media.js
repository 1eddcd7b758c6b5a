/*
 * The field of a media block, and the form of the list of files.
 *
 * A chosen file goes to the server at once; its address then stands in the field's input, which says
 * `input` and `change` like any other, so that whatever saves the form notices. Listens on the
 * document: a field that comes into the page later works too.
 */
"use strict";

{
  document.documentElement.classList.add("js");

  const token = () => document.querySelector("input[name=csrfmiddlewaretoken]").value;

  /** Say something below the file; `wrong` says it is a problem. */
  const say = (place, words, wrong = false) => {
    const said = place.querySelector(".said");
    said.textContent = words;
    said.classList.toggle("error", wrong);
  };

  /** Send a file; calls `done` with what the server made of it. */
  const send = (place, file, address, kind, done) => {
    const words = place.dataset;
    const most = Number(file.type.startsWith("image/") ? words.mostImage : words.mostRecording);
    if (file.size > most) {
      say(place, words.large.replace("{most}", most / 1e6), true);
      return;
    }
    const bar = place.querySelector("progress");
    const asked = new XMLHttpRequest();
    const body = new FormData();
    body.append("csrfmiddlewaretoken", token());
    body.append("kind", kind);
    body.append("file", file);
    bar.hidden = false;
    bar.value = 0;
    say(place, words.busy);
    asked.upload.addEventListener("progress", (event) => {
      if (event.lengthComputable) bar.value = (100 * event.loaded) / event.total;
    });
    asked.upload.addEventListener("load", () => say(place, words.working));
    asked.addEventListener("loadend", () => {
      bar.hidden = true;
      let told = {};
      try {
        told = JSON.parse(asked.responseText);
      } catch {
        // No answer, or a page: signed out meanwhile.
      }
      if (asked.status === 201 && told.address) done(told);
      else say(place, told.detail || words.failed, true);
    });
    asked.open("POST", address);
    asked.setRequestHeader("Accept", "application/json");
    asked.send(body);
  };

  /** Show in the field what its address leads to. */
  const show = async (field) => {
    const address = field.querySelector("[data-media-address]").value.trim();
    const asked = new URLSearchParams({ address, kind: field.dataset.kind });
    const answer = await fetch(`${field.dataset.shown}?${asked}`).catch(() => null);
    if (answer && answer.ok && !answer.redirected) {
      field.querySelector("[data-media-shown]").innerHTML = await answer.text();
    }
  };

  /** Put an address in the field, as if it had been typed there. */
  const fill = (field, address) => {
    const input = field.querySelector("[data-media-address]");
    input.value = address;
    input.dispatchEvent(new Event("input", { bubbles: true }));
    input.dispatchEvent(new Event("change", { bubbles: true }));
  };

  document.addEventListener("change", (event) => {
    const field = event.target.closest("[data-media-field]");
    if (!field) return;
    if (event.target.matches("[data-media-address]")) show(field);
    if (event.target.type === "file" && event.target.files.length) {
      send(field, event.target.files[0], field.dataset.add, field.dataset.kind, (told) => {
        say(field, field.dataset.done);
        event.target.value = "";
        fill(field, told.address);
      });
    }
  });

  document.addEventListener("click", (event) => {
    const choice = event.target.closest("[data-media-choose]");
    if (!choice) return;
    const field = choice.closest("[data-media-field]");
    const list = choice.closest("details");
    fill(field, choice.dataset.mediaChoose);
    list.open = false;
    list.querySelector("summary").focus();
  });

  // A details element tells of its opening without bubbling: it is caught on the way down.
  document.addEventListener(
    "toggle",
    async (event) => {
      const list = event.target;
      if (!list.open || !list.matches("[data-media-recent]")) return;
      const field = list.closest("[data-media-field]");
      const asked = new URLSearchParams({ kind: field.dataset.kind });
      const answer = await fetch(`${field.dataset.recent}?${asked}`).catch(() => null);
      if (answer && answer.ok && !answer.redirected) {
        list.querySelector("div").innerHTML = await answer.text();
      }
    },
    true,
  );

  for (const form of document.querySelectorAll("[data-media-form]")) {
    form.addEventListener("submit", (event) => {
      event.preventDefault();
      const file = form.querySelector("input[type=file]").files[0];
      send(form, file, form.action, "", () => window.location.assign(form.elements.next.value));
    });
  }
}
