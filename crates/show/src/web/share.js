// What can be taken along: the run as one file that plays from disk, its diagram, its packets, a print, a link.

import { announce, el, harmfulIn, icon, lang, say, said } from "./say.js";

// The run in one file: the same page, with everything inside.
export async function save(run, catalogue, notes) {
  const shell = await (await fetch(`alone.html?lang=${lang()}`)).text();
  // Where traces are shown is for who runs the page.
  const stories = run.stories.map(({ traces, ...story }) => story);
  const data = JSON.stringify({ catalogue, stories, mermaid: run.mermaid, notes, lang: lang() });
  const unit = (text) => [...Array(text.length).keys()].map((i) => `\\u${text.charCodeAt(i).toString(16).padStart(4, "0")}`).join("");
  const safe = data.replaceAll("<", "\\u003c").replace(harmfulIn(), unit);
  const title = run.stories.map((story) => story.title).join(", ").replace(/[<&]/g, " ");
  // The first place of each: this very text stands in the file, too.
  const page = shell
    .replace("<title>TITLE<", () => `<title>${title}<`)
    .replace('id="data">DATA<', () => `id="data">${safe}<`);
  download(new Blob([page], { type: "text/html" }), run, "html");
}

export function download(blob, run, kind) {
  const link = document.createElement("a");
  link.href = URL.createObjectURL(blob);
  link.download = `${(run.name || "handshake").replace(/[^a-z0-9]+/gi, "-")}.${kind}`;
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 60000);
}

export async function copy(text) {
  await navigator.clipboard?.writeText(text);
  announce(say("copied"));
}

export function shareMenu(run, { catalogue, notes, inside, again }) {
  const item = (id, word, act) => el("li", {}, el("button", { type: "button", id, onclick: () => { menu.open = false; act(); } }, say(word)));
  const items = [
    inside ? null : item("save", "save", () => save(run, catalogue, notes)),
    run.mermaid ? item("mermaid", "mermaid", () => download(new Blob([said(run.mermaid)], { type: "text/plain" }), run, "mmd")) : null,
    again ? item("pcapng", "pcapng", again) : null,
    item("link", "copy_link", () => copy(location.href)),
    item("print", "print", () => print()),
  ];
  const menu = el("details.menu", { id: "share", onkeydown: (event) => {
    if (event.key !== "Escape") return;
    menu.open = false;
    menu.firstChild.focus();
  }, onfocusout: (event) => { if (event.relatedTarget && !menu.contains(event.relatedTarget)) menu.open = false; } },
  el("summary", {}, say("share"), icon("more")), el("ul", {}, items));
  return [menu];
}
