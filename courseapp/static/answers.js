/*
 * Saves what a reader writes below a lesson while it is written, by the form that works without this.
 *
 * What is not kept yet stands on the screen and nowhere else: nothing goes into the browser's storage.
 * It is sent again until it is kept. Whoever wants to leave before that is asked; "Leave quickly"
 * never asks. One save is under way at a time, so that none overtakes another.
 */
"use strict";

const PAUSE = 900;
const PATIENCE = 20000;
const AGAIN = [2000, 4000, 8000, 15000, 30000];
/* More than this a browser does not send behind a page that is being left. */
const FAREWELL = 60000;
/* Several places together stay below that. */
const SMALL = 8000;
const places = [];
let leavesQuickly = false;

class Place {
  constructor(form) {
    this.form = form;
    this.text = form.querySelector("textarea");
    this.state = form.querySelector(".state");
    this.aloud = form.querySelector("[data-said]");
    this.error = form.querySelector("[data-error]");
    this.other = form.querySelector("[data-beside]");
    this.kept = this.received();
    /* What was sent and not heard of again: the server may have it. */
    this.unheard = new Set();
    this.busy = false;
    this.tries = 0;
    this.timer = 0;
    this.stopped = false;
    form.addEventListener("input", () => this.changed());
    form.addEventListener("submit", (event) => {
      event.preventDefault();
      this.stopped = false;
      this.save(true);
    });
    if (this.other) this.prepareOther();
    if (this.isUnsaved) this.changed();
  }

  /** What came with the page: whoever is quick types before this script has come. */
  received() {
    if (this.text) return this.text.defaultValue;
    const boxes = [...this.form.querySelectorAll("input[type=checkbox]")];
    return boxes.filter((box) => box.defaultChecked).map((box) => box.value).join();
  }

  /** What the reader has before them, as one string to compare. */
  value() {
    return this.text ? this.text.value : this.ticked().join();
  }

  ticked() {
    return [...this.form.querySelectorAll("input:checked")].map((box) => box.value);
  }

  get isUnsaved() {
    return this.value() !== this.kept;
  }

  changed() {
    if (!this.text) this.count();
    this.stopped = false;
    this.showError("");
    if (!this.isUnsaved && !this.busy) return this.show("saved");
    this.show("unsaved");
    this.after(PAUSE);
  }

  after(wait) {
    window.clearTimeout(this.timer);
    this.timer = window.setTimeout(() => this.save(), wait);
  }

  async save(isAsked = false) {
    window.clearTimeout(this.timer);
    if (this.busy || this.stopped || !(isAsked || this.isUnsaved)) return;
    if (this.text && !this.text.value.trim() && !this.form.elements.tag.value) return;
    this.busy = true;
    const value = this.value();
    const slow = window.setTimeout(() => this.show("again"), 4000);
    let answer = null;
    try {
      answer = await this.send();
    } catch {
      /* No connection; it is tried again. */
    }
    window.clearTimeout(slow);
    this.busy = false;
    await this.settle(answer, value);
  }

  send(isFarewell = false) {
    const body = new URLSearchParams(new FormData(this.form)).toString();
    return fetch(this.form.action, {
      method: "POST",
      body,
      headers: { Accept: "application/json", "Content-Type": "application/x-www-form-urlencoded" },
      redirect: "manual",
      cache: "no-store",
      keepalive: body.length < (isFarewell ? FAREWELL : SMALL),
      signal: AbortSignal.timeout(PATIENCE),
    });
  }

  async settle(answer, value) {
    const told = await this.read(answer);
    if (answer && answer.ok && told) {
      this.tries = 0;
      this.unheard.clear();
      this.kept = value;
      this.form.elements.tag.value = told.tag;
      this.showOther(null);
      this.showError("");
      if (this.isUnsaved) return this.after(PAUSE);
      return this.show(told.is_there ? "saved" : "emptied", true);
    }
    if (told && answer.status === 409) return this.merge(told);
    if (answer && answer.status === 403 && !told) await this.freshen();
    if (told && told.code === "somebody_else") return this.stop("other", "");
    if (told && answer.status < 500 && answer.status !== 429) return this.stop("unsaved", told.detail);
    const isOut = answer && answer.type === "opaqueredirect";
    if (isOut) await this.freshen();
    if (!answer) this.unheard.add(value);
    this.show(isOut ? "out" : "again", true);
    this.after(AGAIN[Math.min(this.tries, AGAIN.length - 1)]);
    this.tries += 1;
  }

  async read(answer) {
    const kind = answer ? answer.headers.get("Content-Type") || "" : "";
    if (!kind.startsWith("application/json")) return null;
    return answer.json().catch(() => null);
  }

  /** Whoever signed in again in another tab has another token there. */
  async freshen() {
    try {
      const headers = { Accept: "application/json" };
      const answer = await fetch(this.form.action, { headers, redirect: "manual", cache: "no-store" });
      const told = await this.read(answer);
      if (told && told.token) this.form.elements.csrfmiddlewaretoken.value = told.token;
    } catch {
      /* It is asked for again with the next try. */
    }
  }

  /** Something else is kept: our own, whose answer got lost, or what another window kept. */
  merge(told) {
    const theirs = told.theirs;
    if (!this.text) return this.mergeTicks(told);
    this.form.elements.tag.value = told.tag;
    if (theirs && (this.unheard.has(theirs.text) || theirs.text === this.kept)) {
      this.kept = theirs.text;
      return this.save();
    }
    if (!theirs) return this.stop("unsaved", told.detail);
    this.stop("unsaved", "");
    this.showOther(theirs.text);
  }

  /** What was ticked or unticked here since it was last kept is done to what the other kept. */
  mergeTicks(told) {
    const before = new Set(this.kept.split(","));
    const theirs = new Set(((told.theirs || {}).recognised || []).map(String));
    for (const box of this.form.querySelectorAll("input[type=checkbox]")) {
      const isMine = box.checked !== before.has(box.value);
      if (!isMine) box.checked = theirs.has(box.value);
    }
    this.kept = [...this.form.querySelectorAll("input[type=checkbox]")]
      .map((box) => box.value)
      .filter((number) => theirs.has(number))
      .join();
    this.form.elements.tag.value = told.tag;
    this.form.elements.occurrence.value = told.occurrence;
    this.count();
    if (this.isUnsaved) return this.save();
    this.show("saved", true);
  }

  prepareOther() {
    const choose = (text) => {
      this.text.value = text;
      this.showOther(null);
      this.stopped = false;
      this.save(true);
      this.text.focus();
    };
    const quote = this.other.querySelector("blockquote");
    this.other
      .querySelector("[data-both]")
      .addEventListener("click", () => choose(`${quote.textContent}\n\n${this.text.value}`));
    this.other.querySelector("[data-mine]").addEventListener("click", () => choose(this.text.value));
  }

  showOther(text) {
    if (!this.other) return;
    this.other.hidden = text === null;
    this.other.querySelector("blockquote").textContent = text || "";
  }

  showError(sentence) {
    this.error.hidden = !sentence;
    this.error.textContent = sentence;
    if (sentence) this.aloud.textContent = sentence;
  }

  /** Nothing is tried again until the reader does something. */
  stop(word, sentence) {
    this.stopped = true;
    this.show(word, true);
    this.showError(sentence);
  }

  count() {
    const count = this.form.querySelector(".count");
    count.textContent = count.dataset.words.replace("{n}", this.ticked().length);
  }

  show(word, isSaid = false) {
    const said = this.state.dataset[word];
    this.state.textContent = said;
    this.state.classList.toggle("saved", word === "saved" || word === "emptied");
    const onceMore = this.form.querySelector("[data-once-more]");
    if (onceMore && word === "saved") onceMore.hidden = false;
    /* Read out when it comes to rest, not with every key. */
    if (isSaid && this.aloud.textContent !== said) this.aloud.textContent = said;
  }

  /** The page is going: the last words go along, if they fit. */
  farewell() {
    if (!this.isUnsaved || this.stopped || this.busy) return;
    window.clearTimeout(this.timer);
    const value = this.value();
    this.busy = true;
    this.send(true)
      .catch(() => null)
      .then((answer) => {
        this.busy = false;
        return this.settle(answer, value);
      });
  }
}

for (const form of document.querySelectorAll("form[data-write]")) places.push(new Place(form));

for (const link of document.querySelectorAll("[data-leave]")) {
  link.addEventListener(
    "click",
    () => {
      leavesQuickly = true;
      for (const place of places) place.farewell();
    },
    { capture: true },
  );
}
window.addEventListener("beforeunload", (event) => {
  if (!leavesQuickly && places.some((place) => place.isUnsaved)) event.preventDefault();
});
window.addEventListener("online", () => {
  for (const place of places) place.save();
});
document.addEventListener("visibilitychange", () => {
  if (document.visibilityState === "hidden") for (const place of places) place.farewell();
});
