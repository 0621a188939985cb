// Two lifelines, and what went between them.

import { el, svg, quoted, say, said, ms, $ } from "./say.js";
import { eventOf } from "./rows.js";

// The line that a message goes along: from one lifeline to the other, a little later. A lost one ends on the way.
function arrow(row) {
  const drawn = svg("svg", { class: "arrow", "aria-hidden": "true" });
  const [from, to] = row.side === "client" ? ["0%", "100%"] : ["100%", "0%"];
  const lost = row.side === "client" ? "72%" : "28%";
  const line = svg("line", { x1: from, y1: 28, x2: row.lost ? lost : to, y2: row.lost ? 36 : 40, pathLength: 1 });
  if (!row.lost && row.part !== "leaves") line.setAttribute("marker-end", "url(#head)");
  drawn.append(line);
  if (row.lost) drawn.append(svg("text", { x: lost, y: 42, class: "cross", "text-anchor": "middle" }));
  if (row.lost) drawn.lastChild.textContent = "✗";
  return drawn;
}

export function marks(claims, catalogue) {
  return claims.map((finding) => {
    const verdict = catalogue.verdicts[finding.verdict];
    const title = said(verdict.title);
    return el(`span.mark.${finding.verdict}`, { title }, finding.id + verdict.mark, el("span.unseen", {}, ` ${title}`));
  });
}

function spoken(row, catalogue) {
  const title = said(catalogue.steps[row.step].title);
  if (row.kind === "inside") return `${say(row.side)}: ${title}`;
  return `${say(row.side)} ${say("to")} ${say(row.side === "client" ? "server" : "client")}: ${title}`;
}

function time(row, side) {
  const event = row[side];
  const elsewhere =
    (row.part === "leaves" && row.side !== side) || (row.part === "arrives" && row.side === side);
  if (!event || elsewhere) return el(`span.time.${side}`);
  return el(`span.time.${side}`, { "data-step": event.step }, ms(event.elapsed_us));
}

function draw(row, catalogue, choose) {
  const card = catalogue.steps[row.step];
  const event = eventOf(row);
  const state = row.kind === "inside" && event.fields?.state;
  const remark = row.part === "arrives" && !row.remark ? say("arrives") : said(row.remark);
  const what = el(
    "span.what",
    {},
    marks(row.claims, catalogue),
    el("span.title", {}, said(card.title)),
    remark && el(`span.remark${row.remark ? "" : ".plain"}`, {}, remark),
    // What finds no room falls away whole, the least telling first.
    row.part !== "arrives" && said(row.line).length > 0 && el("span.line", {}, said(row.line).map((one) => el("span", {}, one))),
  );
  const body = el(
    "button.body",
    { type: "button", "aria-label": `${spoken(row, catalogue)} ${remark}`.trim(), onclick: () => choose(row.index) },
    row.kind === "crossed" && row.part !== "arrives" ? arrow(row) : null,
    row.kind === "inside" ? el("span.dot", { "aria-hidden": "true" }) : null,
    what,
    el("span.evidence", {}, said(catalogue.evidence[event.evidence])),
  );
  const classes = [row.kind, `of-${row.side}`, row.lost && "lost", row.fate === "changed" && "changed", typeof state === "string" && "state", row.part];
  return el(
    `li.row.${classes.filter(Boolean).join(".")}`,
    { id: `r${row.index + 1}`, "data-step": row.step, "data-row": row.index },
    time(row, "client"),
    body,
    time(row, "server"),
  );
}

// What opens the traces in the viewer behind the collector: one where both ends stand in the same.
function traces(story) {
  const { client, server } = story.traces ?? {};
  const link = (url, word) => el("a.trace", { href: url, rel: "noreferrer noopener", target: "_blank" }, word);
  if (client && client === server) return [" · ", link(client, say("trace"))];
  return ["client", "server"].filter((side) => story.traces?.[side]).flatMap((side) => [" · ", link(story.traces[side], say(`trace_${side}`))]);
}

function head(story, number, many) {
  const title = many ? `${story.title} · ${say("connection")} ${number + 1}` : story.title;
  const end = (side) => {
    const ended = story.ends[side];
    const [mark, how] = { complete: ["✓", "well"], incomplete: ["…", "open"] }[ended?.outcome] ?? ["✗", "ill"];
    const word = how === "ill" ? "failed" : ended?.outcome;
    return el(
      `div.end.${side}`,
      {},
      el("b", {}, say(side)),
      el("span.address", {}, story[`${side}_address`] ?? ""),
      ended && el(`span.outcome.${how}`, {}, `${mark} ${say(word)}`),
    );
  };
  return el("li.head", { "aria-label": title }, end("client"), el("span.name", {}, title, traces(story)), end("server"));
}

// Why an end failed: a failure begins with it.
function reasons(story) {
  const failed = ["client", "server"].filter((side) => story.ends[side]?.reason);
  return failed.map((side) =>
    el("p.reason", {}, el("b", {}, `${say(side)}: `), quoted(said(story.ends[side].reason))),
  );
}

// While a run grows, what stays as it was stays where it is: `before` is the list that was drawn last.
export function ladder(run, catalogue, choose, before) {
  const list = before ?? el("ol", { id: "ladder", class: "ladder" });
  const many = run.stories.length > 1;
  const known = list.known ?? new Map();
  list.known = new Map();
  const all = [];
  const add = (key, make) => {
    const item = known.get(key) ?? make();
    list.known.set(key, item);
    all.push(item);
  };
  run.rows.forEach((row) => {
    const story = run.stories[row.story];
    if (row.first) add(`head ${row.story} ${many} ${JSON.stringify([story.title, story.ends, story.client_address, story.server_address, story.traces])}`, () => head(story, row.story, many));
    const why = row.first ? reasons(story) : [];
    if (why.length) add(`why ${row.story} ${JSON.stringify(story.ends)}`, () => el("li.why", {}, why));
    const { arrival, left, last, ...seen } = row;
    add(JSON.stringify(seen), () => draw(row, catalogue, choose));
    if (row.last) add(`foot ${row.story} ${JSON.stringify(story.joined)}`, () => el("li.foot", {}, story.joined.map((one) => el("p.dim", {}, said(one)))));
  });
  list.classList.toggle("many", run.rows.length > 200);
  const stays = new Set(all);
  [...list.children].filter((item) => !stays.has(item)).forEach((item) => item.remove());
  let at = list.firstChild;
  for (const item of all) {
    if (item === at) at = at.nextSibling;
    else list.insertBefore(item, at);
  }
  return list;
}

// With true times the distance between two rows is the time between them; a long wait is cut, and says how long it was.
export function spread(run, isTrue) {
  const most = 160;
  const gaps = run.rows.map((row, n) => (n && !row.first ? row.at_us - run.rows[n - 1].at_us : 0));
  const sorted = gaps.filter((gap) => gap > 0).sort((a, b) => a - b);
  const usual = sorted[Math.floor(sorted.length * 0.75)] || 1;
  run.rows.forEach((row, n) => {
    const item = $(`r${n + 1}`);
    const room = isTrue ? Math.min(most, (gaps[n] / usual) * 24) : 0;
    if (isTrue || item.style.length) item.style.setProperty("--wait", `${Math.round(room)}px`);
    if (isTrue && room === most) item.dataset.wait = `⋮ ${ms(gaps[n])} ms`;
    else delete item.dataset.wait;
  });
  slope(run);
}

// A message that is long on its way goes on past what its receiver did meanwhile.
export function slope(run) {
  const pairs = run.rows.filter((row) => row.arrival !== undefined);
  const tops = pairs.map((row) => {
    const [here, there] = [$(`r${row.index + 1}`), $(`r${row.arrival + 1}`)];
    return there.offsetTop + there.offsetHeight - here.offsetTop - here.offsetHeight;
  });
  pairs.forEach((row, n) => {
    const line = $(`r${row.index + 1}`).querySelector("line");
    line.setAttribute("y2", 40 + tops[n]);
    line.setAttribute("marker-end", "url(#head)");
  });
}
