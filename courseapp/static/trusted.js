/*
 * Where text becomes part of a page as HTML (htmx, the editor, its fields), the browser asks here.
 *
 * HTML may pass: it comes from our own server, which cleaned it, and the policy of the page lets
 * nothing in it run. Text that would become a script, or the address of one, may not: for that there
 * is no rule here, so the browser refuses it. A page without this file refuses all three.
 */
"use strict";

window.trustedTypes?.createPolicy("default", { createHTML: (html) => html });
