/*
 * The editor of a lesson: one block open at a time, saving by itself, acts without leaving the page.
 *
 * Saving: the whole form goes to its own address a moment after the last change, at most one at a
 * time. Whatever is not saved yet is kept beside, in this tab's own storage, until it is. After an
 * answer that says the texts went apart nothing is sent any more: the person decides first.
 */
"use strict";

{
  const page = document.querySelector(".les");
  const form = document.querySelector("#lesson-form");
  const blocks = document.querySelector("#blocks");
  const article = document.querySelector("#passages");
  const state = document.querySelector("#state");
  const toast = document.querySelector("#toast");
  const notices = document.querySelector("#notices");
  const words = document.querySelector("#words").dataset;
  const KEY = `les:${page.dataset.lesson}`;
  const QUIET = 2500; // Milliseconds after the last change,
  const LONGEST = 10000; // and after the first one that was not saved, while somebody goes on.
  const say = (text, values = {}) =>
    Object.entries(values).reduce((told, [name, value]) => told.replace(`{${name}}`, value), text);

  page.classList.add("js");

  /* --- Saving --------------------------------------------------------------------------------- */

  let changes = 0; // Counted up by every change; what was sent remembers its count.
  let saved = 0;
  let firstChange = 0;
  let timer = 0;
  let failures = 0;
  let stopped = false;
  let running = null; // The save or act under way.

  const isSaved = () => changes === saved;
  const show = (name, values) => {
    state.textContent = say(state.dataset[name] ?? "", values);
    state.dataset.now = name;
  };
  const data = (extra = {}) => {
    const sent = new URLSearchParams(new FormData(form));
    for (const [name, value] of Object.entries(extra)) sent.append(name, value);
    return sent;
  };
  const keep = () => {
    try {
      const at = new Date().toLocaleTimeString([], { hour: "2-digit", minute: "2-digit" });
      sessionStorage.setItem(KEY, JSON.stringify({ at, form: data().toString() }));
    } catch {
      // No room or not allowed: the page itself still holds the text.
    }
  };
  const forget = () => sessionStorage.removeItem(KEY);

  const changed = () => {
    changes += 1;
    firstChange ||= Date.now();
    keep();
    hush();
    if (stopped) return;
    if (failures === 0) show("changed");
    plan();
  };
  const plan = () => {
    clearTimeout(timer);
    const wait = failures
      ? Math.min(60000, 2000 * 2 ** failures)
      : Math.max(0, Math.min(QUIET, firstChange + LONGEST - Date.now()));
    timer = setTimeout(save, wait);
  };

  /** Send the form; what the server answers, null when it could not be reached or understood. */
  const send = async (extra, body = data(extra)) => {
    let answer;
    try {
      answer = await fetch(form.action, {
        method: "POST",
        body,
        headers: { Accept: "application/json" },
        redirect: "manual",
      });
    } catch {
      show("offline");
      return null;
    }
    const told = await answer.json().catch(() => null);
    if (told) return { ...told, status: answer.status };
    show({ 0: "out", 403: "out", 400: "large", 413: "large", 404: "gone" }[answer.status] ?? "offline");
    return null;
  };

  /** Do one thing at a time with the server. */
  const alone = async (act) => {
    while (running) await running;
    running = act().finally(() => (running = null));
    return running;
  };

  const accept = (told, count) => {
    failures = 0;
    form.elements.version.value = told.version;
    saved = count;
    if (isSaved()) {
      firstChange = 0;
      forget();
      show("saved", { time: told.at });
    } else {
      firstChange = Date.now();
      keep();
      plan();
    }
    mend({});
  };
  const refuse = (told) => {
    stopped = true;
    clearTimeout(timer);
    show("apart");
    const note = document.createElement("p");
    note.className = "note care";
    note.setAttribute("role", "alert");
    const link = document.createElement("a");
    link.href = told.both;
    link.textContent = words.both;
    link.addEventListener("click", both);
    note.append(`${told.said} `, link);
    notices.prepend(note);
    note.scrollIntoView({ block: "center" });
    refusedAt = changes;
  };
  let refusedAt = 0;
  /** To the page with both texts, with what was typed since they went apart. */
  const both = async (event) => {
    event.preventDefault();
    let { href } = event.target;
    if (changes !== refusedAt) {
      const told = await alone(() => send({ automatic: "1" }));
      if (!told?.both) return;
      href = told.both;
    }
    leave();
    location.href = href;
  };
  const leave = () => {
    saved = changes;
    forget();
  };

  /** Put each sentence about what is wrong at its field, and open the block it is in. */
  const mend = (errors) => {
    for (const place of form.querySelectorAll("[data-error-for]")) {
      const told = errors[place.dataset.errorFor] ?? "";
      if (place.textContent !== told) place.textContent = told;
      place.hidden = !told;
      const field = form.elements.namedItem(place.dataset.errorFor);
      if (field instanceof Element && told) field.setAttribute("aria-invalid", "true");
      else if (field instanceof Element) field.removeAttribute("aria-invalid");
      if (told) place.closest("[data-block]")?.classList.add("wrong");
    }
    for (const block of blocks.querySelectorAll(".wrong")) {
      if (!block.querySelector("[data-error-for]:not([hidden])")) block.classList.remove("wrong");
    }
  };

  const save = () =>
    alone(async () => {
      clearTimeout(timer);
      if (isSaved() || stopped) return;
      const count = changes;
      if (failures === 0) show("busy");
      const told = await send({ automatic: "1" });
      if (told?.version) {
        accept(told, count);
        for (const [id, html] of Object.entries(told.read ?? {})) reread(id, html);
        mark(told.unfinished);
      } else if (told?.both) {
        refuse(told);
      } else if (told?.errors) {
        show("wrong");
        mend(told.errors);
      } else if (told) {
        show("gone");
      } else {
        failures += 1;
        plan();
      }
    });

  form.addEventListener("input", (event) => {
    if (event.target.type !== "file") changed();
  });
  form.addEventListener("change", (event) => {
    const block = event.target.matches("[data-renew]") && event.target.closest("[data-block]");
    if (block) act(`renew:${block.dataset.block}`, event.target);
  });
  addEventListener("online", () => save());
  addEventListener("beforeunload", (event) => {
    if (!isSaved()) event.preventDefault();
  });
  document.addEventListener("keydown", (event) => {
    if (event.key.toLowerCase() === "s" && (event.ctrlKey || event.metaKey)) {
      event.preventDefault();
      save();
    }
  });

  /* What was typed before the page went away without saving. */
  const left = JSON.parse(sessionStorage.getItem(KEY) ?? "null");
  if (left) {
    const note = document.createElement("p");
    note.className = "note care";
    const button = (text, act) => {
      const one = document.createElement("button");
      one.type = "button";
      one.className = "linked";
      one.textContent = text;
      one.addEventListener("click", act);
      return one;
    };
    note.append(
      say(words.again, { time: left.at }),
      " ",
      button(words.againSave, async () => {
        const body = new URLSearchParams(left.form);
        body.set("csrfmiddlewaretoken", form.elements.csrfmiddlewaretoken.value);
        const told = await alone(() => send({}, body));
        if (told?.version) {
          leave();
          location.reload();
        } else if (told?.both) {
          leave();
          location.href = told.both;
        } else if (told?.errors) {
          show("wrong");
        }
      }),
      " · ",
      button(words.againDrop, () => {
        forget();
        note.remove();
      }),
    );
    notices.prepend(note);
  }
  // Whoever is quick types before this script has come; it is told of below, when all is prepared.
  const typed = (one) => one.matches("textarea, input[type=text]") && one.value !== one.defaultValue;
  const wasTyped = [...form.elements].some(typed);

  /* --- Acts: the same form, another button ----------------------------------------------------- */

  const act = (value, from) =>
    alone(async () => {
      clearTimeout(timer);
      if (stopped) return;
      const count = changes;
      blocks.inert = true;
      show("busy");
      const told = await send({ act: value });
      blocks.inert = false;
      if (!told) {
        failures += 1;
        changes += 1;
        keep();
        plan();
        return;
      }
      if (told.both) {
        refuse(told);
        return;
      }
      if (told.blocks) await swap(told, from);
      if (told.version) accept(told, count);
      else show("wrong");
      if (told.errors) {
        changes += 1;
        keep();
        mend(told.errors);
      }
      tell(told.said ?? "", told.undo ?? "");
    });

  /** New columns; the block at hand is open and has the focus, as far as it can. */
  const swap = async (told, from) => {
    const verb = from?.value?.split(":")[0] ?? "";
    const around = article.parentElement.parentElement;
    const scrolled = around.scrollTop;
    const at = from?.dataset.key ?? from?.closest("[data-key]")?.dataset.key;
    await Rich.close(blocks);
    const query = article.querySelector("[data-find]")?.value ?? "";
    blocks.innerHTML = told.blocks;
    article.innerHTML = told.article;
    around.scrollTop = scrolled;
    const find = article.querySelector("[data-find]");
    if (find) find.value = query;
    prepare();
    const block = told.block && document.getElementById(`b-${told.block}`);
    if (at && verb !== "insert") {
      const again = article.querySelector(`[data-key="${CSS.escape(at)}"]`);
      if (again) {
        again.open = true;
        again.querySelector("summary").focus({ preventScroll: true });
      }
      if (block) open(block, { focus: false });
    } else if (block && ["up", "down"].includes(verb)) {
      close(block);
      const button = block.querySelector(`[value^="${verb}:"]`) ?? block.querySelector(".tools button");
      (button ?? block.querySelector(".opens")).focus();
      block.scrollIntoView({ block: "nearest" });
    } else if (block && verb === "remove") {
      close(block);
      block.querySelector(".opens").focus();
    } else if (block) {
      await open(block);
      const rows = block.querySelectorAll(".card-row > .field > input");
      if (verb === "card") rows[rows.length - 1]?.focus();
      block.scrollIntoView({ block: "nearest" });
    } else {
      blocks.querySelector(".add button").focus();
    }
  };

  const tell = (text, undo) => {
    toast.innerHTML = undo;
    if (text) toast.prepend(`${text} `);
    toast.classList.toggle("on", Boolean(text));
  };
  const hush = () => toast.classList.contains("on") && tell("", "");
  toast.addEventListener("click", (event) => {
    if (event.target.closest("button")) leave();
  });

  document.addEventListener("submit", (event) => {
    if (event.target !== form) return;
    const button = event.submitter;
    // A button with an address of its own leads away: what was typed is saved before.
    if (button?.formAction && button.hasAttribute("formaction")) {
      if (isSaved()) return;
      event.preventDefault();
      save().then(() => isSaved() && form.requestSubmit(button));
      return;
    }
    event.preventDefault();
    const value = button?.value ?? "save";
    if (value === "save") save();
    else {
      for (const menu of document.querySelectorAll("details.more[open]")) menu.open = false;
      act(value, button);
    }
  });
  form.addEventListener("keydown", (event) => {
    // Enter in a line of text goes nowhere; buttons and longer texts keep it.
    const line = event.target.matches("input:not([type=checkbox]), [data-line]");
    if (event.key === "Enter" && line) event.preventDefault();
  });

  /* --- One block open at a time ---------------------------------------------------------------- */

  const reread = (id, html) => {
    const place = document.getElementById(`b-${id}`)?.querySelector(".read");
    if (place) place.innerHTML = html;
  };
  /** Say at each block whether it is finished, as the last save found it. */
  const mark = (unfinished = []) => {
    for (const block of blocks.querySelectorAll("[data-block]")) {
      const opens = block.querySelector(".opens");
      const todo = opens.querySelector(".todo");
      if (!unfinished.includes(block.dataset.block)) todo?.remove();
      else if (!todo) {
        const one = document.createElement("span");
        one.className = "todo";
        one.textContent = ` · ${words.todo}`;
        opens.append(one);
      }
    }
  };
  const close = (block) => {
    block.classList.remove("open");
    block.querySelector(".opens").setAttribute("aria-expanded", "false");
  };
  const open = async (block, { focus = true, letter = -1 } = {}) => {
    for (const one of blocks.querySelectorAll(".blk.open")) if (one !== block) close(one);
    block.classList.add("open");
    block.querySelector(".opens").setAttribute("aria-expanded", "true");
    form.elements.active.value = block.dataset.block;
    light(block, true);
    const at = document.activeElement;
    const made = [];
    for (const field of block.querySelectorAll("[data-rich]")) made.push(await Rich.open(field));
    grow(block);
    // Who went on to another field meanwhile stays there: the next letter would land in this text.
    const moved = ![at, document.body].includes(document.activeElement) && !block.contains(document.activeElement);
    if (!focus || moved) return;
    const first = block.querySelector(
      ".edit :is(.ProseMirror, .field > input:not([type=file]), select, textarea:not([hidden]))",
    );
    const editor = made.find((one) => one && one.view.dom === first);
    if (editor) editor.commands.focus(place(editor, letter), { scrollIntoView: letter >= 0 });
    else first?.focus({ preventScroll: true });
    const { top, bottom } = block.getBoundingClientRect();
    const isHigh = bottom - top > innerHeight * 0.8;
    if (letter < 0) block.scrollIntoView({ block: isHigh ? "start" : "nearest" });
  };
  /** How many letters of a block's text come before the point that was clicked. */
  const lettersBefore = (read, event) => {
    const range = document.caretRangeFromPoint?.(event.clientX, event.clientY);
    if (!range || !read.contains(range.startContainer)) return -1;
    const walker = document.createTreeWalker(read, NodeFilter.SHOW_TEXT);
    let letters = 0;
    while (walker.nextNode()) {
      const node = walker.currentNode;
      if (node === range.startContainer) return letters + range.startOffset;
      if (node.data.trim()) letters += node.data.length;
    }
    return -1;
  };
  /** The place in an editor's text after so many letters; its start when that is not known. */
  const place = (editor, letter) => {
    let left = letter;
    let found = letter < 0 ? "start" : null;
    editor.state.doc.descendants((node, at) => {
      if (found === null && node.isText) {
        if (left <= node.text.length) found = at + left;
        left -= node.text.length;
      }
    });
    return found ?? "end";
  };
  const shut = (block) => {
    close(block);
    form.elements.active.value = "";
    light(null);
    block.querySelector(".opens").focus();
    save();
  };

  blocks.addEventListener("click", (event) => {
    const block = event.target.closest("[data-block]");
    if (!block) return;
    const button = event.target.closest("button, a, summary");
    if (event.target.closest(".closes")) shut(block);
    else if (button?.matches(".opens")) block.classList.contains("open") ? shut(block) : open(block);
    else if (button?.matches(".opens-too")) open(block);
    else if (!button && event.target.closest(".read") && getSelection().isCollapsed) {
      // Of a block that is text and nothing else one goes on where one clicked.
      const alone = block.matches(".k-text, .k-quote");
      open(block, { letter: alone ? lettersBefore(event.target.closest(".read"), event) : -1 });
    }
  });
  blocks.addEventListener("keydown", (event) => {
    const block = event.target.closest(".blk.open");
    if (event.key === "Escape" && block && !event.target.closest("details.more")) shut(block);
  });

  /* A menu closes by Escape, and when one looks elsewhere. */
  blocks.addEventListener(
    "toggle",
    (event) => {
      if (!event.target.matches("details.more[open]")) return;
      hush();
      event.target.querySelector(".menu").scrollIntoView({ block: "nearest" });
    },
    true,
  );
  document.addEventListener("click", (event) => {
    for (const menu of document.querySelectorAll("details.more[open]")) {
      if (!menu.contains(event.target)) menu.open = false;
    }
  });
  document.addEventListener("keydown", (event) => {
    const menu = event.key === "Escape" && document.querySelector("details.more[open]");
    if (!menu) return;
    menu.open = false;
    menu.querySelector("summary").focus();
  });

  /* Fields as high as what is in them. */
  const fit = (area) => {
    area.style.height = "auto";
    area.style.height = `${area.scrollHeight + 2}px`;
  };
  const grow = (place) => {
    for (const area of place.querySelectorAll("[data-grows]:not([hidden]), [data-line]")) {
      if (area.offsetParent) fit(area);
    }
  };
  form.addEventListener("input", (event) => {
    if (event.target.matches("[data-line]")) {
      const clean = event.target.value.replace(/\s*\n\s*/g, " ");
      if (clean !== event.target.value) event.target.value = clean;
    }
    if (event.target.matches("[data-grows]:not([hidden]), [data-line]")) fit(event.target);
  });
  addEventListener("resize", () => grow(form));

  /* --- Dragging -------------------------------------------------------------------------------- */

  let dragged = null;
  blocks.addEventListener("pointerdown", (event) => {
    const block = event.target.closest("[data-grip]")?.closest("[data-block]");
    if (block && event.pointerType === "mouse") block.draggable = true;
  });
  blocks.addEventListener("dragstart", (event) => {
    if (!event.target.matches?.("[data-block]")) return;
    dragged = event.target;
    dragged.classList.add("dragged");
    event.dataTransfer.effectAllowed = "move";
    event.dataTransfer.setData("text/plain", "");
  });
  blocks.addEventListener("dragover", (event) => {
    const over = dragged && event.target.closest("[data-block]");
    if (!over) return;
    event.preventDefault();
    if (over === dragged) return;
    const box = over.getBoundingClientRect();
    if (event.clientY < box.top + box.height / 2) over.before(dragged);
    else over.after(dragged);
  });
  blocks.addEventListener("drop", (event) => dragged && event.preventDefault());
  blocks.addEventListener("dragend", () => {
    if (!dragged) return;
    const all = [...blocks.querySelectorAll("[data-block]")];
    dragged.classList.remove("dragged");
    dragged.draggable = false;
    changed();
    tell(say(words.moved, { n: all.indexOf(dragged) + 1, all: all.length }), "");
    dragged = null;
  });

  /* --- The article beside it -------------------------------------------------------------------- */

  /** Show what belongs together: a block and its passages, or a passage and its blocks. */
  const light = (block, scroll = false) => {
    const keys = new Set(block ? block.dataset.passages.split(" ") : []);
    let first = null;
    for (const one of article.querySelectorAll("[data-key]")) {
      const lit = keys.has(one.dataset.key);
      one.classList.toggle("lit", lit);
      if (lit) first ??= one;
    }
    const active = blocks.querySelector(".blk.open");
    const linked = new Set(active ? active.dataset.passages.split(" ") : []);
    for (const one of article.querySelectorAll("[data-key]")) {
      const is = linked.has(one.dataset.key);
      one.querySelector("[data-links]").hidden = !active || is;
      one.querySelector("[data-unlinks]").hidden = !is;
    }
    const column = article.closest(".beside");
    if (!scroll || !first || column.scrollHeight <= column.clientHeight) return;
    const top = first.offsetTop - column.clientHeight / 3;
    const still = matchMedia("(prefers-reduced-motion: reduce)").matches;
    column.scrollTo({ top, behavior: still ? "auto" : "smooth" });
  };
  const lightKey = (key) => {
    for (const block of blocks.querySelectorAll("[data-block]")) {
      block.classList.toggle("lit", Boolean(key) && block.dataset.passages.split(" ").includes(key));
    }
  };
  for (const kind of ["pointerover", "focusin"]) {
    blocks.addEventListener(kind, (event) => {
      const block = event.target.closest("[data-block]");
      if (block) light(block);
    });
    article.addEventListener(kind, (event) => {
      lightKey(event.target.closest("[data-key]")?.dataset.key);
    });
  }
  blocks.addEventListener("pointerleave", () => light(blocks.querySelector(".blk.open")));
  article.addEventListener("pointerleave", () => lightKey(""));

  const plain = (text) => text.toLowerCase().normalize("NFD").replace(/\p{M}/gu, "");
  const filter = (asked) => {
    const parts = plain(asked).split(/\s+/).filter(Boolean);
    let found = 0;
    for (const one of article.querySelectorAll("[data-key]")) {
      const text = plain(one.querySelector(".words").textContent);
      one.hidden = !parts.every((part) => text.includes(part));
      if (!one.hidden) found += 1;
    }
    article.querySelector("[data-nothing]").hidden = found > 0;
  };
  article.addEventListener("input", (event) => {
    if (event.target.matches("[data-find]")) filter(event.target.value);
  });
  article.addEventListener("keydown", (event) => {
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (!step || !event.target.matches("summary")) return;
    const all = [...article.querySelectorAll("[data-key]:not([hidden]) > summary")];
    const next = all[all.indexOf(event.target) + step];
    if (!next) return;
    event.preventDefault();
    stop(next);
    next.focus();
  });
  /** Of hundreds of passages one is a stop for Tab; arrows lead on from there. */
  const stop = (one) => {
    for (const summary of article.querySelectorAll("[data-key] > summary")) {
      summary.tabIndex = summary === one ? 0 : -1;
    }
  };
  article.addEventListener("focusin", (event) => {
    if (event.target.matches("[data-key] > summary")) stop(event.target);
  });

  /* --- Beginning -------------------------------------------------------------------------------- */

  const prepare = () => {
    const first = article.querySelector("[data-key].in > summary, [data-key] > summary");
    if (first) stop(first);
    // What was looked for before this ran, or stands in new columns again.
    const find = article.querySelector("[data-find]");
    if (find?.value) filter(find.value);
    grow(form);
    light(blocks.querySelector(".blk.open"));
  };
  // The outline calls this lesson what the field above it says.
  const title = document.getElementById("f-title");
  const named = page.querySelector(".outline [aria-current] [lang]");
  title.addEventListener("input", () => {
    if (named && title.value.trim()) named.textContent = title.value;
  });
  const narrow = matchMedia("(max-width: 75rem)");
  const columns = () => {
    const outline = document.querySelector(".outline [data-column]");
    outline.open = !narrow.matches;
    document.querySelector(".beside [data-column]").open = !matchMedia("(max-width: 44rem)").matches;
  };
  narrow.addEventListener("change", columns);
  matchMedia("(max-width: 44rem)").addEventListener("change", columns);
  columns();
  prepare();
  for (const block of blocks.querySelectorAll(".blk.open")) open(block, { focus: false });
  const here = location.hash && document.getElementById(location.hash.slice(1));
  if (here && here.matches("[data-block]")) open(here, { focus: false });
  page.querySelector(".outline [aria-current]")?.scrollIntoView({ block: "nearest" });
  if (wasTyped) changed();
}
