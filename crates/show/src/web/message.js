// Inside a message: its fields, its bytes, and which of them are the same thing.

import { $, el, harmless, label, lang, say, said, ms, rfc, whole } from "./say.js";
import { copy } from "./share.js";

const most = 2048;

function copier(word, text) {
  return el("button.small", { type: "button", onclick: () => copy(text()) }, say(word));
}

// What a registry calls by a name crossed as a number: `TLS_AES_128_GCM_SHA256`, 0x1301. Where the name brings its number
// along, `client_hello (1)`, that is enough.
function code([offset, size, , name, worth], hex) {
  const isNumber = size <= 2 && size > 0 && (/[a-z]/i.test(worth) || name === "extension_type") && !/\(\d+\)|^\w+ \d+ bytes/.test(worth);
  const isText = parseInt(hex.slice(2 * offset, 2 * offset + 2), 16) >= 0x20 && size === worth.length;
  return isNumber && !isText ? `0x${hex.slice(2 * offset, 2 * (offset + size))}` : "";
}

// A list has a line for each of its values, and what holds values has their names.
function value(it, codes, words) {
  const coded = (one) => [whole(one, words), codes.has(one) && el("span.dim.code", {}, ` ${codes.get(one)}`)];
  if (typeof it === "string") return coded(it);
  if (Array.isArray(it) && it.length) return el("ul", {}, it.map((one) => el("li", {}, coded(one))));
  if (it && typeof it === "object" && !Array.isArray(it) && !(typeof it.en === "string" && typeof it.zh === "string")) {
    return el("ul", {}, Object.entries(it).map(([name, one]) => el("li", {}, el("span.dim", {}, `${label(name)} `), whole(one))));
  }
  return whole(it, words);
}

// What was computed here: of which values, by which function, and what came out.
function calculation(row, act) {
  if (!row.calculation?.length) return null;
  const named = ([name, worth, at]) => {
    const from = at === null || at === row.at ? null : row.index + at - row.at;
    return el("li", {}, el("b", {}, said(name)), worth && el("code", {}, worth),
      from === null ? null : el("button.link", { type: "button", onclick: () => act.choose(from) }, `← ${act.title(from)}`));
  };
  return el("section.calculation", {}, el("h4", {}, say("calculation")), row.calculation.map((one) => el("div.formula", {},
    el("ul.outputs", {}, one.outputs.map(named)),
    el("p.function", {}, "= ", el("code", {}, one.function)),
    el("ul.inputs", {}, one.inputs.map(named)),
    el("p.dim", {}, rfc(one.rfc)))));
}

// What `sealed` draws.
const drawn = new Set(["record_header", "ciphertext", "packet_on_the_wire", "tag", "tag_verified", "length_encrypted", "packet_length", "padding_length"]);

function facts(event, title, { parts, words, checks }, catalogue) {
  const isSealed = event.fields?.packet_on_the_wire || (event.fields?.record_header && event.fields.ciphertext);
  const fields = Object.entries(event.fields ?? {}).filter(([name]) => !isSealed || !drawn.has(name));
  const tick = ({ sign, text }) => el(`li${sign === "✗" ? ".unmet" : ""}`, {}, `${sign} ${said(text)}`);
  const told = (name, worth) => (name === "checks" && checks.length ? el("ul.checks", {}, checks.map(tick)) : value(worth, codes, words[name]));
  const codes = new Map(parts.map((part) => [part[4], code(part, event.bytes ?? "")]).filter(([worth, number]) => worth && number));
  return [
    el("h4", {}, title),
    el("p.dim", {}, `${ms(event.elapsed_us)} ms · ${say("known_by")}: ${said(catalogue.evidence[event.evidence])} · ${event.conn}`),
    fields.length ? el("dl.fields", {}, fields.map(([name, worth]) => [el("dt", {}, label(name)), el("dd", {}, told(name, worth))])) : null,
  ];
}

// What whoever has no key sees of it, beside what was in it.
function sealed(event) {
  const { record_header: header, ciphertext, ciphertext_length: length, packet_on_the_wire: packet } = event.fields ?? {};
  const spaced = (hex) => hex.match(/../g).join(" ");
  const more = (hex, size) => `${spaced(hex)}${hex.length / 2 < size ? " …" : ""}`;
  if (packet) return sealedPacket(event, spaced, more);
  if (!header || !ciphertext) return null;
  const type = { 20: "change_cipher_spec", 21: "alert", 22: "handshake", 23: "application_data" }[Number.parseInt(header.slice(0, 2), 16)] ?? "";
  const line = (word, title, hex) => [el("dt", {}, say(word)), el("dd", {}, hex, el("span.dim", {}, ` ${title}`))];
  return [el("h4", {}, say("record")), el("dl.fields.sealed", {},
    line("record_header", `${type}, 0x${header.slice(2, 6)}, ${length}`, spaced(header)),
    line("ciphertext", "", more(ciphertext, length)),
    line("opened", "", event.bytes ? more(event.bytes.slice(0, 32), event.bytes.length / 2) : "–"))];
}

// SSH's packet (RFC 4253 §6): each part as it crossed, whether that was encrypted, and what it was.
function sealedPacket({ fields, bytes: plain }, spaced, more) {
  const packet = fields.packet_on_the_wire;
  const [padding, whole] = [fields.padding_length, fields.packet_length + 4];
  const part = (name, size, crossed, state, opened) => el("tr", {}, el("th", { scope: "row" }, name, el("span.dim", {}, ` ${size}`)),
    el("td", {}, el("code", {}, crossed), el("span.dim", {}, say(state))), el("td", {}, opened && el("code", {}, opened)));
  const cut = (from, to) => (plain ? more(plain.slice(2 * from, 2 * Math.min(to, from + 8)), to - from) : "–");
  const sealed = packet.slice(8);
  return [el("h4", {}, say("packet")), el("table.packet", {},
    el("thead", {}, el("tr", {}, el("td", {}), el("th", { scope: "col" }, say("on_the_wire")), el("th", { scope: "col" }, say("opened")))),
    el("tbody", {},
      part(label("packet_length"), 4, spaced(packet.slice(0, 8)), fields.length_encrypted ? "is_encrypted" : "in_clear", `${cut(0, 4)} = ${fields.packet_length}`),
      part(label("padding_length"), 1, spaced(sealed.slice(0, 2)), "is_encrypted", `${cut(4, 5)} = ${padding}`),
      part(say("payload"), whole - padding - 5, more(sealed.slice(2, 2 * (whole - padding - 4)).slice(0, 16), whole - padding - 5), "is_encrypted", cut(5, whole - padding)),
      part(say("padding"), padding, "…", "is_encrypted", cut(whole - padding, whole)),
      part(say("tag"), fields.tag.length / 2, more(fields.tag.slice(0, 16), fields.tag.length / 2), "is_tag", fields.tag_verified && say("verified"))))];
}

// Field and bytes, marked both ways. Every byte belongs to the innermost part around it.
function bytes(hex, parts, at) {
  const length = Math.min(hex.length / 2, most);
  const owner = new Array(length).fill(-1);
  parts.forEach(([offset, size], n) => {
    for (let i = offset; i < Math.min(offset + size, length); i += 1) owner[i] = n;
  });
  const cells = [];
  const rows = [];
  const status = el("p.meaning", { "aria-live": "polite" });
  // Its name and its value, once more in Chinese where they have words of ours.
  const named = ([, , , name, , chinese]) => (lang() === "zh" && chinese) || name || say("unnamed");
  const told = (part) => [lang() === "zh" ? part[6] ?? part[4] : part[4], code(part, hex)].filter(Boolean).join(" · ");
  const items = parts.map((part, n) => {
    const [offset, size, depth] = part;
    return el("li", { "data-part": n, tabindex: -1, class: `depth-${Math.min(depth, 6)}` }, el("span.name", {}, named(part)), part[4] && el("span.value", {}, told(part)), el("span.dim", {}, `${offset}+${size}`));
  });
  const mark = (n, byte) => {
    const [offset, size] = parts[n] ?? [byte, 1];
    const value = parts[n] && told(parts[n]);
    cells.forEach((cell, i) => {
      cell.classList.toggle("in", i >= offset && i < offset + size);
      cell.classList.toggle("at", i === byte);
    });
    items.forEach((item, i) => item.classList.toggle("in", i === n));
    status.textContent = harmless(`${byte === undefined ? offset : byte}: ${named(parts[n] ?? [])}${value ? ` = ${value}` : ""}`);
  };
  const across = matchMedia("(max-width: 80rem)").matches ? 8 : 16;
  for (let i = 0; i < length; i += across) {
    const line = [];
    for (let j = i; j < Math.min(i + across, length); j += 1) {
      const cell = el(`span.byte${owner[j] % 2 ? ".odd" : ""}`, { "data-byte": j }, hex.slice(2 * j, 2 * j + 2));
      cells.push(cell);
      line.push(cell);
    }
    rows.push(el("div.bytes-row", {}, el("span.offset", {}, i.toString(16).padStart(4, "0")), line));
  }
  let cursor = at ?? 0;
  const grid = el("div.bytes", {
    tabindex: 0,
    role: "application",
    "aria-label": `${say("bytes")}: ${hex.length / 2}. ${say("bytes_help")}`,
    onkeydown: (event) => {
      const by = { ArrowRight: 1, ArrowLeft: -1, ArrowDown: across, ArrowUp: -across }[event.key];
      if (by === undefined) return;
      event.preventDefault();
      event.stopPropagation();
      cursor = Math.max(0, Math.min(length - 1, cursor + by));
      mark(owner[cursor], cursor);
    },
    onfocus: () => mark(owner[cursor], cursor),
    onpointerover: (event) => {
      const byte = event.target.dataset?.byte;
      if (byte !== undefined) mark(owner[byte], Number(byte));
    },
    onclick: (event) => {
      const byte = event.target.dataset?.byte;
      if (byte === undefined) return;
      cursor = Number(byte);
      mark(owner[cursor], cursor);
      items[owner[cursor]]?.scrollIntoView({ block: "nearest" });
      grid.dispatchEvent(new CustomEvent("byte", { bubbles: true, detail: cursor }));
    },
  }, rows, hex.length / 2 > most ? el("p.dim", {}, `… ${hex.length / 2}`) : null);
  const list = el("ol.parts", {
    onpointerover: (event) => {
      const part = event.target.closest?.("[data-part]");
      if (part) mark(Number(part.dataset.part));
    },
    onfocusin: (event) => mark(Number(event.target.dataset.part)),
    onkeydown: (event) => {
      const to = { ArrowDown: "nextElementSibling", ArrowUp: "previousElementSibling" }[event.key];
      if (!to) return;
      event.preventDefault();
      event.stopPropagation();
      event.target[to]?.focus();
    },
  }, items);
  if (items.length) items[0].tabIndex = 0;
  if (at !== undefined && at < length) mark(owner[at], at);
  return [items.length ? list : null, grid, status];
}

// What the panel shows of a row.
export function message(row, catalogue, act) {
  const card = catalogue.steps[row.step];
  const verdicts = row.claims.map((finding) =>
    el(`p.finding.${finding.verdict}`, {}, el("b", {}, `${finding.id} ${said(catalogue.verdicts[finding.verdict].title)} `),
      rfc(said(finding.because ?? catalogue.claims.find((claim) => claim.id === finding.id)?.says))),
  );
  const seen = ["client", "server"].filter((side) => row[side]);
  // With whose secret an end's packets were opened is nothing that crossed.
  const crossed = ({ fields, bytes: held }) => JSON.stringify([{ ...fields, opened_with: null }, held]);
  const same = (a, b) => crossed(a) === crossed(b);
  const alike = seen.length === 2 && same(row.client, row.server);
  const sender = row[row.side] ? row.side : seen[0];
  const shown = alike ? [sender] : seen;
  const told = shown.map((side) => {
    const event = row[side];
    const way = row.kind === "crossed" ? ` · ${say(event.direction === "sent" ? "sent" : "received")}` : "";
    // The two ends may call one segment by different names.
    const name = event.step === row.step ? "" : ` · ${said(catalogue.steps[event.step].title)}`;
    const title = alike ? say("both_alike") : `${say(side)}${way}${name}`;
    const parts = (side === row.side ? row.parts : row.parts_received ?? row.parts) ?? [];
    return [
      facts(event, title, { ...row, parts }, catalogue),
      sealed(event),
      event.bytes ? [el("h4", {}, `${say("bytes")} (${event.bytes.length / 2})`), bytes(event.bytes, parts, act.byte)] : null,
      el("p.tools", {}, copier("copy_json", () => JSON.stringify(event)), event.bytes && copier("copy_hex", () => event.bytes)),
    ];
  });
  return el(
    "div.panel",
    { id: "message" },
    el("h3", {}, said(card.title)),
    el("button.link.to-ladder", { type: "button", onclick: () => $(`r${row.index + 1}`).scrollIntoView({ block: "center" }) }, `↑ ${say("to_ladder")}`),
    el("p", {}, said(card.text)),
    el("p.dim", {}, row.step, " · ", rfc(card.rfc)),
    verdicts,
    calculation(row, act),
    row.link && [el("h4", {}, said(catalogue.steps[row.link.step].title)), el("p", {}, said(catalogue.steps[row.link.step].text))],
    told,
    row.kind === "inside" && !row[row.side].bytes ? el("p.dim", {}, say("no_bytes")) : null,
    el("p.tools", {}, copier("copy_link", () => location.href)),
  );
}
