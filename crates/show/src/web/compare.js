// Two runs beside each other: what only one of them has, and where the same step has other values.

import { el, label, say, said, whole } from "./say.js";
import { eventOf } from "./rows.js";

// A step that arrives was counted when it left.
const steps = (run, story) => run.rows.filter((row) => row.story === story && row.part !== "arrives");
const key = (row) => `${row.kind} ${row.side} ${row.step} ${row.lost ? "lost" : ""}`;

// The longest common sequence of steps; the rest is only in one of them.
function align(a, b) {
  const best = Array.from({ length: a.length + 1 }, () => new Uint16Array(b.length + 1));
  for (let i = a.length - 1; i >= 0; i -= 1) {
    for (let j = b.length - 1; j >= 0; j -= 1) {
      best[i][j] = key(a[i]) === key(b[j]) ? best[i + 1][j + 1] + 1 : Math.max(best[i + 1][j], best[i][j + 1]);
    }
  }
  const pairs = [];
  let [i, j] = [0, 0];
  while (i < a.length || j < b.length) {
    if (i < a.length && j < b.length && key(a[i]) === key(b[j])) pairs.push([a[i++], b[j++]]);
    else if (j >= b.length || (i < a.length && best[i + 1][j] >= best[i][j + 1])) pairs.push([a[i++], null]);
    else pairs.push([null, b[j++]]);
  }
  return pairs;
}

function otherFields(a, b) {
  const [left, right] = [eventOf(a).fields ?? {}, eventOf(b).fields ?? {}];
  const names = new Set([...Object.keys(left), ...Object.keys(right)]);
  return [...names].filter((name) => whole(left[name] ?? "") !== whole(right[name] ?? ""));
}

export function compare(run, others, chosen, catalogue, act) {
  const panel = el("div.panel", { id: "compare" });
  if (!run.rows.length || !others.length) {
    panel.append(el("p.dim", {}, say("compare_none")));
    return panel;
  }
  const other = others.find((one) => one.name === chosen) ?? others[others.length - 1];
  const choice = el("select", { id: "compare-with", "aria-label": say("compare_with"), onchange: () => act.compareWith(choice.value) },
    others.map((one) => el("option", { value: one.name, selected: one === other }, one.name)));
  // The first connection beside the first, the second beside the second.
  const connections = [...Array(Math.max(run.stories.length, other.stories.length)).keys()];
  const pairs = connections.flatMap((n) => align(steps(run, n), steps(other, n)));
  const title = (row) => [el("span.dim", {}, row.kind === "inside" ? say(row.side) : row.side === "client" ? "→" : "←"), " ", said(catalogue.steps[row.step].title)];
  const rows = pairs.map(([here, there]) => {
    const differ = here && there ? otherFields(here, there) : [];
    const word = !there ? "only_here" : !here ? "only_there" : differ.length ? "values_differ" : "same";
    const sign = { only_here: "+", only_there: "−", values_differ: "≠", same: "=" }[word];
    return el(`tr.${word}`, {},
      el("td.sign", {}, sign, el("span.unseen", {}, ` ${say(word)}`)),
      el("td", {}, here ? el("button.link", { type: "button", onclick: () => act.choose(here.index) }, title(here)) : "–"),
      el("td", {}, there ? title(there) : "–", differ.length ? el("p.dim", {}, `${say("values_differ")}: ${differ.map(label).join(", ")}`) : null));
  });
  const only = pairs.filter(([here, there]) => !here || !there).length;
  panel.append(
    el("p.tools", {}, el("label.check", {}, say("compare_with"), choice)),
    el("p", { id: "differences" }, el("b", {}, only), ` ${say("differences")}`),
    el("table", {}, el("thead", {}, el("tr", {}, el("th", { scope: "col" }, el("span.unseen", {}, say("compare"))), el("th", { scope: "col" }, run.name), el("th", { scope: "col" }, other.name))), el("tbody", {}, rows)),
  );
  return panel;
}
