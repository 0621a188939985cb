// Puts the page together: what was asked for runs, its rows are played, the notes follow.

import { $, announce, both, el, icon, lang, onLang, say, said, setHarmful, setLabels, setLang, svg, words } from "./say.js";
import { findings, flatten } from "./rows.js";
import { ladder, slope, spread } from "./ladder.js";
import { Player } from "./player.js";
import { Notes } from "./notes.js";
import { message } from "./message.js";
import { Runs, welcome } from "./runs.js";
import { compare } from "./compare.js";
import { Quiz } from "./quiz.js";
import { download, shareMenu } from "./share.js";

const inside = $("data");
const given = inside ? JSON.parse(inside.textContent) : await (await fetch("catalogue.json")).json();
const { catalogue } = given;
setHarmful(catalogue.harmful);
setLabels(catalogue.labels);

// The heads of all arrows.
document.body.append(svg("svg", { class: "unseen", "aria-hidden": "true", width: 0, height: 0 },
  svg("defs", {}, svg("marker", { id: "head", viewBox: "0 0 10 10", refX: 9, refY: 5, markerWidth: 9, markerHeight: 9, markerUnits: "userSpaceOnUse", orient: "auto" },
    svg("path", { d: "M0 0 L10 5 L0 10 z", class: "head" })))));

const status = { word: inside ? null : "connecting", detail: "" };
let socket = null;
let busy = false;
let run = { name: "", stories: [], rows: [] };
let tab = "notes";
let chosen = null;
let byte;
let asked = "";
let comparedWith = null;
let listed = false;

const act = {
  canRun: !inside,
  run: (name) => start(name),
  runByCommand: (command) => start(runOf(command)),
  choose,
  open: (file) => file && upload("open", file),
  readNotes: async (file) => {
    const read = file && (await post("notes", file, given.limits.notes));
    if (!read) return;
    notes.own = read;
    show("notes");
    notes.draw();
  },
  compareWith: (name) => {
    comparedWith = name;
    show("compare");
    $("compare-with").focus();
  },
  title: (index) => (run.rows[index] ? said(catalogue.steps[run.rows[index].step].title) : ""),
  get byte() {
    return byte;
  },
};
const notes = new Notes(catalogue, act);
const quiz = new Quiz(catalogue, act);
const runs = inside ? null : new Runs(given.runs, act);
const player = new Player((player) => notes.take(run, findings(run.stories, run.rows, player.at)));
player.spread = (isTrue) => spread(run, isTrue);
notes.own = given.notes ?? null;

// `lab run tls/tampered-hello` is in the catalogue by its last word, `lab tls` by the variant that it means.
function runOf(command) {
  const name = command.replace(/^lab (run )?/, "");
  const variants = { tls: "tls --variant ecdhe", ws: "ws --variant ws" };
  return variants[name] ?? name;
}

function take(stories, name, at, more = {}) {
  const grows = run.name === name && run.rows.length && stories.length && $("ladder");
  run = { name, stories, rows: flatten(stories), ...more };
  run.variantOf = (finding) => stories[run.rows[finding?.row]?.story ?? 0]?.variant ?? "";
  if (grows) {
    ladder(run, catalogue, choose, $("ladder"));
    spread(run, player.isTrue);
  } else {
    drawStage();
  }
  player.take(run, at);
}

function drawStage() {
  const entry = given.runs?.find((one) => one.name === run.name);
  const title = entry ? said(entry.title) : [...new Set(run.stories.map((story) => story.title))].join(", ");
  const empty = run.rows.length === 0;
  if (empty && !run.name && !inside) {
    $("stage").replaceChildren(welcome(given.runs, act));
    return;
  }
  $("stage").replaceChildren(
    el("div.stage-head", {},
      el("h2", { id: "stage-title" }, title || say("title")),
      el("span.tools", { id: "stage-tools" }, stageTools())),
    entry && said(entry.about) ? el("p.about", {}, said(entry.about)) : "",
    empty ? el("p.empty", {}, nothing()) : ladder(run, catalogue, choose),
    empty ? "" : player.controls(),
  );
  if (!empty) spread(run, player.isTrue);
  if (chosen !== null) $(`r${chosen + 1}`)?.classList.add("open");
}

// Why there is no row.
function nothing() {
  if (inside) return say("choose_alone");
  if (busy) return `${say(status.word === "queued" ? "queued" : "running")}…`;
  if (["gone", "cancelled", "too_long"].includes(status.word)) return say(status.word);
  if (status.word === "refused") return said(status.detail);
  return say(run.opened ? "no_steps_inside" : "no_steps");
}

function stageTools() {
  if (busy) return [el("button", { type: "button", id: "cancel", onclick: () => tell({ do: "cancel" }) }, say("cancel"))];
  return run.rows.length ? shareMenu(run, { catalogue, notes: notes.own, inside, again: given.runs?.some((one) => one.name === run.name) && (() => start(run.name, true)) }) : [];
}

function show(which) {
  tab = which;
  drawSide();
}

function drawSide() {
  const tabs = [["notes", () => notes.panel()], ["message", () => chosen === null || !run.rows[chosen]
    ? el("div.panel", { id: "message" }, el("p.dim", {}, say("pick_message")))
    : message(run.rows[chosen], catalogue, act)],
    ...(inside ? [] : [["compare", () => compare(run, notes.past.map((past) => past.run).filter((one) => one !== run), comparedWith, catalogue, act)]]),
    ["quiz", () => quiz.panel(run)]];
  const list = el("div.tabs", { role: "tablist" }, tabs.map(([name]) =>
    el("button", { type: "button", role: "tab", id: `tab-${name}`, "aria-selected": String(name === tab), "aria-controls": "panel", tabindex: name === tab ? 0 : -1, onclick: () => show(name), onkeydown: (event) => {
      if (!["ArrowLeft", "ArrowRight"].includes(event.key)) return;
      event.stopPropagation();
      const at = tabs.findIndex(([one]) => one === tab);
      show(tabs[(at + (event.key === "ArrowRight" ? 1 : tabs.length - 1)) % tabs.length][0]);
      $(`tab-${tab}`).focus();
    } }, say(name))));
  const panel = el("div", { id: "panel", role: "tabpanel", "aria-labelledby": `tab-${tab}`, tabindex: 0 }, tabs.find(([name]) => name === tab)[1]());
  $("side").setAttribute("aria-label", say(tab));
  $("side").replaceChildren(list, panel);
}

// A message is looked into; the address line leads back to it.
function choose(index) {
  chosen = index;
  byte = undefined;
  if (player.at <= index) player.go(index + 1, { quiet: true });
  document.querySelector(".row.open")?.classList.remove("open");
  $(`r${index + 1}`)?.classList.add("open");
  $(`r${index + 1}`)?.scrollIntoView({ block: "nearest" });
  player.pause();
  show("message");
  link();
  // On a narrow window it stands below the ladder.
  if ($("side").getBoundingClientRect().top > innerHeight * 0.7) $("side").scrollIntoView();
}

function link() {
  const parts = new URLSearchParams();
  if (run.name) parts.set("run", run.name);
  if (chosen !== null) parts.set("row", chosen + 1);
  if (byte !== undefined) parts.set("byte", byte);
  history.replaceState(null, "", `#${parts}`);
}

function follow() {
  const parts = new URLSearchParams(location.hash.slice(1));
  const row = Number(parts.get("row")) - 1;
  const at = parts.get("byte");
  if (runs && parts.get("run") && runs.chosen !== parts.get("run")) {
    list(true);
    runs.choose(parts.get("run"));
  }
  if (row >= 0 && row < run.rows.length && (inside || parts.get("run") === run.name)) {
    choose(row);
    byte = at === null ? undefined : Number(at);
    show("message");
    link();
  }
}

// On a narrow window the catalogue is in the way of what runs: there it is shown when it is asked for.
function list(shows) {
  listed = shows;
  $("runs").classList.toggle("listed", shows);
  $("catalogue")?.setAttribute("aria-expanded", String(shows));
}

function tell(what) {
  if (socket?.readyState === WebSocket.OPEN) socket.send(JSON.stringify(what));
}

function start(name, packets = false) {
  if (busy || !given.runs?.some((one) => one.name === name)) return;
  if (run.rows.length) notes.keep(run, findings(run.stories, run.rows, run.rows.length));
  player.pause();
  busy = true;
  asked = name;
  chosen = null;
  if (runs.chosen !== name) {
    runs.chosen = name;
    runs.narrow();
  }
  list(false);
  setStatus("running", name);
  run = { name: "", stories: [], rows: [] };
  take([], name, 0);
  // Who came by the address of a message is led to it when the run is there.
  if (new URLSearchParams(location.hash.slice(1)).get("run") !== name) link();
  tell({ do: "run", name, packets, lang: lang() });
  if ($("stage").getBoundingClientRect().top > innerHeight / 2) $("stage").scrollIntoView();
}

function setStatus(word, detail = "") {
  Object.assign(status, { word, detail });
  $("status").textContent = word ? `${say(word)}${detail ? ` · ${said(detail)}` : ""}` : "";
  $("status").dataset.state = word ?? "";
}

function heard(told) {
  if (told.queued || told.running) {
    setStatus(told.queued ? "queued" : "running", told.queued ? String(told.queued) : told.running);
    if (!run.rows.length) drawStage();
  }
  else if (told.stories) {
    const at = player.at;
    take(told.stories, asked, at, { mermaid: told.mermaid });
    if (told.troubles.length) setStatus("running", told.troubles[0]);
    else setStatus("running", both("steps", (steps) => `${told.events} ${steps}`));
    player.grows = true;
    if (!player.playing) player.play();
  } else if (told.ended) {
    busy = false;
    player.grows = false;
    const words = { well: "ended_well", otherwise: "ended_otherwise", cancelled: "cancelled", too_long: "too_long" };
    const last = told.ended === "otherwise" ? (told.said ?? []).filter(Boolean).pop() ?? "" : "";
    setStatus(words[told.ended], last.replace(/^lab: /, ""));
    if (told.capture) fetch(told.capture).then((answer) => answer.blob()).then((blob) => download(blob, run, "pcapng"));
    else if (told.capture === null) setStatus("no_packets");
    $("stage-tools")?.replaceChildren(...stageTools());
    if (!run.rows.length) drawStage();
    if (tab === "compare" || tab === "quiz") drawSide();
    follow();
  } else if (told.refused) {
    busy = told.refused === "busy";
    setStatus("refused", both(told.refused));
    if (!run.rows.length) drawStage();
  }
}

function connect() {
  socket = new WebSocket(`ws://${location.host}/live`);
  socket.onopen = () => setStatus("ready");
  socket.onmessage = (event) => heard(JSON.parse(event.data));
  socket.onclose = () => {
    busy = false;
    player.grows = false;
    $("stage-tools")?.replaceChildren(...stageTools());
    setStatus("gone");
    if (run.name && !run.rows.length) drawStage();
    setTimeout(connect, 2000);
  };
}

async function post(path, file, most) {
  const large = both("too_large", (text) => text.replace("{}", most));
  if (file.size > most << 20) {
    setStatus("not_read", large);
    return null;
  }
  const answer = await fetch(path, { method: "POST", body: file, headers: { "x-name": encodeURIComponent(file.name) } }).catch(() => null);
  if (answer?.ok) return answer.json();
  const why = answer?.status === 413 ? large : answer?.status === 422 ? await answer.json() : "";
  setStatus("not_read", why);
  return null;
}

// A recorded log opens at once; of a capture one connection is chosen.
async function upload(path, file) {
  const read = await post(path, file, given.limits.open);
  if (!read) return;
  if (read.stories) {
    setStatus("ready", read.troubles[0] ?? "");
    chosen = null;
    run = { name: "", stories: [], rows: [] };
    take(read.stories, file.name, 0, { mermaid: read.mermaid, opened: true });
    link();
    if (run.rows.length) player.play();
    return;
  }
  setStatus("ready", read.troubles[0] ?? file.name);
  run = { name: "", stories: [], rows: [] };
  $("stage").replaceChildren(
    el("h2", { id: "stage-title" }, say("connections")),
    el("ul.connections", { id: "connections" }, read.connections.map((one) =>
      el("li", {}, el("button.choice", { type: "button", onclick: () => upload(`open?connection=${one.number}`, file) },
        el("span", {}, `${one.number} · ${one.protocol} · ${one.client} → ${one.server}`), el("span.dim", {}, said(one.outcome)))))),
  );
}

function drawTop() {
  $("tools").replaceChildren(
    ...(runs ? [el("button", { type: "button", id: "catalogue", "aria-expanded": String(listed), "aria-controls": "runs", onclick: () => list(!listed) }, say("runs"), icon("more"))] : []),
    el("button", { type: "button", id: "lang", lang: lang() === "zh" ? "en" : "zh-Hans", onclick: () => setLang(lang() === "zh" ? "en" : "zh") }, say("other_lang")),
  );
  document.querySelector("h1").textContent = say("title");
  if (!inside) document.title = say("title");
  document.querySelectorAll("[data-say]").forEach((one) => { one.textContent = say(one.dataset.say); });
  setStatus(status.word, status.detail);
}

onLang(() => {
  drawTop();
  runs?.draw($("runs"));
  const at = player.at;
  const playing = player.playing;
  drawStage();
  if (run.rows.length) player.take(run, at);
  if (playing) player.play();
  notes.list = null;
  drawSide();
});

addEventListener("keydown", (event) => {
  if (event.ctrlKey || event.metaKey || event.altKey) return;
  const typing = event.target.closest?.("input, select, textarea");
  if (event.key === "/" && !typing) {
    event.preventDefault();
    list(true);
    $("filter")?.focus();
  }
  if (typing || !run.rows.length || event.target.closest?.('[role="tablist"], .bytes, .parts')) return;
  const on = {
    " ": () => (event.target.closest?.("button, summary, a") ? null : player.toggle()),
    ArrowRight: () => player.step(1),
    ArrowLeft: () => player.step(-1),
    Home: () => player.step(-player.total),
    End: () => player.step(player.total),
  }[event.key];
  if (!on) return;
  if (event.key !== " " || !event.target.closest?.("button, summary, a")) event.preventDefault();
  on();
});
addEventListener("byte", (event) => {
  byte = event.detail;
  link();
});
addEventListener("hashchange", follow);
addEventListener("resize", () => run.rows.length && slope(run));
if (!inside) {
  const over = el("div.over", { id: "over", hidden: true });
  document.body.append(over);
  const dragged = (event, shows) => {
    event.preventDefault();
    over.hidden = !shows;
    if (shows) over.textContent = say("drop_here");
  };
  addEventListener("dragover", (event) => dragged(event, true));
  addEventListener("dragleave", (event) => event.relatedTarget || dragged(event, false));
  addEventListener("drop", (event) => {
    dragged(event, false);
    const [file] = event.dataTransfer.files;
    if (file) /\.(md|markdown|txt|rst)$/i.test(file.name) ? act.readNotes(file) : act.open(file);
  });
}

document.body.classList.toggle("alone", Boolean(inside));
setLang(given.lang ?? (navigator.language.startsWith("zh") ? "zh" : "en"));
if (inside) {
  take(given.stories, "", Infinity, { mermaid: given.mermaid });
  follow();
} else {
  connect();
  follow();
}
