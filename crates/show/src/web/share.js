// The run in one file that plays from disk: the same page, with everything inside.

import { lang, harmfulIn } from "./say.js";

export async function save(run, catalogue, notes) {
  const shell = await (await fetch(`alone.html?lang=${lang()}`)).text();
  const data = JSON.stringify({ catalogue, stories: run.stories, notes, lang: lang() });
  const unit = (text) => [...Array(text.length).keys()].map((i) => `\\u${text.charCodeAt(i).toString(16).padStart(4, "0")}`).join("");
  const safe = data.replaceAll("<", "\\u003c").replace(harmfulIn(), unit);
  const title = run.stories.map((story) => story.title).join(", ").replace(/[<&]/g, " ");
  // The first place of each: this very text stands in the file, too.
  const page = shell
    .replace("<title>TITLE<", () => `<title>${title}<`)
    .replace('id="data">DATA<', () => `id="data">${safe}<`);
  const link = document.createElement("a");
  link.href = URL.createObjectURL(new Blob([page], { type: "text/html" }));
  link.download = `${(run.name || "handshake").replace(/[^a-z0-9-]+/gi, "-")}.html`;
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 60000);
}
