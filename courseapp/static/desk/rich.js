/*
 * Rich text: makes an editor (Tiptap, as django-prose-editor brings it) of a text field.
 *
 * The page names the library's address in `data-rich-editor` and holds the buttons in the template
 * #rich-tools. A field is `[data-rich]`: a textarea with the small Markdown and a template with the
 * same as HTML. `Rich.open(field)` makes the editor, the first time it is needed: from then on the
 * textarea is sent as HTML, under its name with ".html". Every change is an `input` event.
 * No style elements and no code from strings: a strict policy may stand around it.
 */
"use strict";

const Rich = (() => {
  let library = null;
  const load = () => {
    library ??= import(document.querySelector("[data-rich-editor]").dataset.richEditor);
    library.catch(() => (library = null)); // No connection: asked for again next time.
    return library;
  };

  const extensions = (lib) => [
    lib.Document,
    lib.Paragraph,
    lib.Text,
    lib.Bold,
    lib.Italic,
    // Its own dialogue is not ours: the address is asked for below the buttons.
    lib.Link.extend({ addKeyboardShortcuts: () => ({}) }).configure({
      openOnClick: false,
      defaultProtocol: "https",
      protocols: ["https", "mailto", "tel"],
    }),
    lib.BulletList,
    lib.OrderedList,
    lib.ListItem,
    lib.Heading.configure({ levels: [3] }),
    lib.Blockquote,
    lib.HardBreak,
    lib.History,
    lib.Dropcursor,
    lib.Gapcursor,
  ];

  const commands = {
    bold: (chain) => chain.toggleBold(),
    italic: (chain) => chain.toggleItalic(),
    bulletList: (chain) => chain.toggleBulletList(),
    orderedList: (chain) => chain.toggleOrderedList(),
    heading: (chain) => chain.toggleHeading({ level: 3 }),
    blockquote: (chain) => chain.toggleBlockquote(),
    undo: (chain) => chain.undo(),
    redo: (chain) => chain.redo(),
  };

  /** The row of buttons: one stop for Tab, arrows within it. */
  const tools = (editor) => {
    const [bar, row] = document.querySelector("#rich-tools").content.cloneNode(true).children;
    const buttons = [...bar.querySelectorAll("button")];
    const input = row.querySelector("input");
    const stop = (one) => buttons.forEach((b) => (b.tabIndex = b === one ? 0 : -1));
    const ask = () => {
      row.hidden = !row.hidden;
      if (row.hidden) return editor.commands.focus();
      input.value = editor.getAttributes("link").href ?? "";
      return input.focus();
    };
    const link = (href) => {
      row.hidden = true;
      const chain = editor.chain().focus().extendMarkRange("link");
      if (!href) chain.unsetLink().run();
      else if (!editor.state.selection.empty || editor.isActive("link")) chain.setLink({ href }).run();
      else chain.insertContent({ type: "text", text: href, marks: [{ type: "link", attrs: { href } }] }).run();
    };
    const address = () => {
      const typed = input.value.trim();
      const known = /^(https:|mailto:|tel:|\/)/.test(typed);
      return !typed || known ? typed : `https://${typed.replace(/^http:\/\//, "")}`;
    };

    stop(buttons[0]);
    bar.addEventListener("click", (event) => {
      const mark = event.target.closest("button")?.dataset.mark;
      if (mark === "link") ask();
      else if (mark) commands[mark](editor.chain().focus()).run();
    });
    bar.addEventListener("keydown", (event) => {
      const step = { ArrowRight: 1, ArrowLeft: -1 }[event.key];
      if (!step) return;
      event.preventDefault();
      const at = buttons.indexOf(document.activeElement);
      const next = buttons[(at + step + buttons.length) % buttons.length];
      stop(next);
      next.focus();
    });
    row.addEventListener("click", (event) => {
      const act = event.target.closest("[data-link]")?.dataset.link;
      if (act) link(act === "set" ? address() : "");
    });
    row.addEventListener("keydown", (event) => {
      if (event.key === "Enter") link(address());
      else if (event.key === "Escape") ask();
      else return;
      event.preventDefault();
      event.stopPropagation();
    });
    // What is typed here is no part of the lesson.
    for (const kind of ["input", "change"]) row.addEventListener(kind, (event) => event.stopPropagation());
    editor.on("transaction", () => {
      for (const button of buttons) {
        const mark = button.dataset.mark;
        if (mark in { undo: 1, redo: 1 }) button.disabled = !editor.can()[mark]();
        else button.setAttribute("aria-pressed", String(editor.isActive(mark)));
      }
    });
    return { bar, row, ask };
  };

  const make = async (field) => {
    const lib = await load();
    const area = field.querySelector("textarea");
    const place = document.createElement("div");
    place.className = "rich-text";
    const editor = new lib.Editor({
      element: place,
      injectCSS: false,
      extensions: extensions(lib),
      content: field.querySelector("template").innerHTML,
      editorProps: {
        attributes: {
          role: "textbox",
          "aria-multiline": "true",
          "aria-labelledby": field.getAttribute("aria-labelledby"),
          lang: area.lang,
        },
      },
      onUpdate() {
        area.value = editor.getHTML();
        area.dispatchEvent(new Event("input", { bubbles: true }));
      },
    });
    const { bar, row, ask } = tools(editor);
    place.addEventListener("keydown", (event) => {
      if (event.key.toLowerCase() !== "k" || !(event.ctrlKey || event.metaKey)) return;
      event.preventDefault();
      ask();
    });
    field.prepend(bar, row, place);
    area.hidden = true;
    area.value = editor.getHTML();
    area.name += ".html";
    field.classList.add("live");
    return editor;
  };

  const editors = new WeakMap();
  // At hand before it is needed: whoever goes offline after this still writes with it.
  addEventListener("load", () => setTimeout(load, 200));
  return {
    /** The editor of a field, made if it is not there yet. A failure leaves the plain field. */
    open(field) {
      if (!editors.has(field)) {
        const made = make(field).catch((error) => {
          console.warn(error);
          editors.delete(field);
        });
        editors.set(field, made);
      }
      return editors.get(field);
    },
    /** Take the editors in a part of the page that is about to go off its hands. */
    async close(place) {
      for (const field of place.querySelectorAll("[data-rich].live")) {
        (await editors.get(field))?.destroy();
      }
    },
  };
})();
