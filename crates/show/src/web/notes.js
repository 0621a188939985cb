// The notes beside the run: the catalogue's sentences, or the reader's own, each with what was seen of it.

import { el, icon, say, said, ms, $ } from "./say.js";
import { eventOf } from "./rows.js";

const best = ["proved", "depends", "contradicted", "elsewhere", "about", "untested"];
const word = { as_noted: "proved", depends: "depends", differs: "elsewhere", absent: "elsewhere" };
const glyph = { proved: "✓", depends: "~", contradicted: "≠", elsewhere: "≠", about: "·", untested: "○" };

export class Notes {
  constructor(catalogue, act) {
    Object.assign(this, { catalogue, act, own: null, now: new Map(), past: [], topics: false, protocol: null });
  }

  // What this run and the earlier ones say of a claim: [finding, variant, run or nothing].
  of(claim) {
    const seen = this.now.has(claim) ? [[this.now.get(claim), this.run?.variantOf(this.now.get(claim)), null]] : [];
    for (const past of this.past) if (past.found.has(claim)) seen.push([past.found.get(claim), past.variant, past]);
    return seen;
  }

  // The play has gone on.
  take(run, now) {
    const before = this.now;
    this.now = now;
    const protocol = run?.stories[0]?.protocol ?? null;
    const redraw = this.run !== run || protocol !== this.protocol;
    this.run = run;
    this.protocol = protocol;
    if (redraw || !this.list) return this.draw();
    const changed = new Set();
    for (const id of new Set([...before.keys(), ...now.keys()])) {
      const [a, b] = [before.get(id), now.get(id)];
      if (a?.verdict !== b?.verdict || a?.because?.en !== b?.because?.en) changed.add(id);
    }
    if (changed.size) this.refresh(changed);
  }

  // A run is over: what it showed stays seen.
  keep(run, found) {
    if (!found.size) return;
    const variant = run.stories[0]?.variant ?? "";
    this.past = this.past.filter((past) => past.name !== run.name);
    this.past.push({ name: run.name, variant, found, run });
  }

  count() {
    return this.catalogue.claims.filter((claim) => this.of(claim.id).length).length;
  }

  panel() {
    this.holder = el("div.panel", { id: "notes" });
    this.draw();
    return this.holder;
  }

  draw() {
    if (!this.holder) return;
    this.counter = el("p.counter", { id: "counter" });
    this.list = this.own ? this.ownList() : this.catalogueList();
    const file = el("input", { type: "file", id: "own-file", accept: ".md,.markdown,.txt,text/*", class: "unseen", "aria-label": say("own"), tabindex: -1, onchange: () => this.act.readNotes(file.files[0]) });
    const all = el("input", { type: "checkbox", id: "topics", onchange: () => { this.topics = all.checked; this.draw(); $("topics").focus(); } });
    all.checked = this.topics;
    const tools = el(
      "div.tools",
      {},
      this.act.canRun && el("button", { type: "button", id: "own", onclick: () => file.click() }, say("own")),
      this.act.canRun && file,
      this.own && el("button", { type: "button", id: "catalogue-notes", onclick: () => { this.own = null; this.draw(); } }, say("catalogue_notes")),
      !this.own && this.protocol && el("label.check", {}, all, say("all_topics")),
    );
    this.holder.replaceChildren(this.counter, tools, this.list);
    this.refresh();
  }

  refresh(changed) {
    const all = this.catalogue.claims.length;
    const count = this.count();
    this.counter.replaceChildren(
      el("b", {}, count), ` ${say("of")} ${all} `, say("claims_shown"),
      el("progress", { max: all, value: count, "aria-label": say("claims_shown") }),
    );
    for (const item of this.list.querySelectorAll("[data-claim]")) {
      if (!changed || changed.has(item.dataset.claim)) this.judge(item);
    }
    if (changed && this.list.dataset.follows !== "no") {
      const last = this.list.querySelector(`[data-claim="${[...changed].pop()}"]`);
      if (last) this.holder.scrollTop = last.offsetTop - this.holder.clientHeight / 2;
    }
  }

  catalogueList() {
    const shown = this.catalogue.headings.filter((one) => this.topics || !this.protocol || one.protocol === this.protocol);
    return el(
      "div",
      {},
      shown.map((heading) => {
        const claims = this.catalogue.claims.filter((claim) => claim.heading === heading.id);
        return [
          el("h3", {}, said(heading.title)),
          el("ul.sentences", {}, claims.map((claim) => el("li.sentence", { "data-claim": claim.id }, el("p", {}, el("b.id", {}, claim.id), said(claim.says)), el("div.judged")))),
        ];
      }),
    );
  }

  ownList() {
    return el("div.own", {}, this.own.map((file) => [
      el("h3", {}, file.name),
      file.not_read && el("p.dim", {}, `${say("not_read")}: ${said(file.not_read)}`),
      file.units.map((unit) => {
        const readings = unit.readings.map((reading, n) => {
          const item = el("li.sentence", { "data-claim": reading.claim }, el("div.judged"));
          item.reading = reading;
          return item;
        });
        const kind = unit.kind === "heading" ? "h4" : unit.kind === "code" ? "pre.unit" : "p.unit";
        return [el(kind, {}, unit.text), readings.length ? el("ul.sentences", {}, readings) : null];
      }),
    ]));
  }

  // A sentence of the catalogue has the sign of its verdict, one of the reader's that of what became of it.
  judge(item) {
    const id = item.dataset.claim;
    const claim = this.catalogue.claims.find((one) => one.id === id);
    const seen = this.of(id);
    let judged = "untested";
    let by = null;
    for (const [finding, variant, past] of seen) {
      const fresh = item.reading
        ? (item.reading.outcomes[variant] ?? item.reading.outcomes[""])[finding.verdict]
        : word[finding.verdict];
      if (!by || (!item.reading ? false : best.indexOf(fresh) < best.indexOf(judged))) [judged, by] = [fresh, [finding, past]];
    }
    if (item.reading && !item.reading.stated) judged = by ? "about" : "untested";
    item.className = `sentence ${judged}`;
    const verdict = by && !item.reading ? said(this.catalogue.verdicts[by[0].verdict].title) : say(judged);
    const line = [el("span.verdict", {}, `${by && !item.reading && by[0].verdict === "absent" ? "–" : glyph[judged]} ${item.reading ? `${id} ` : ""}${verdict}`)];
    if (item.reading && item.reading.line) line.push(el("span.dim", {}, ` ${item.reading.line}:`, ` “${item.reading.quote}”`));
    const holder = item.querySelector(".judged");
    const more = [];
    if (by) {
      const [finding, past] = by;
      if (finding.because) more.push(el("p", {}, said(finding.because)));
      more.push(this.evidence(finding, past));
    } else if (this.act.canRun) {
      const command = (item.reading ?? claim).shown_by.at(-1);
      if (command) more.push(el("button.small", { type: "button", "data-run": command.slice(4), onclick: () => this.act.runByCommand(command) }, icon("play"), command.slice(4)));
    }
    holder.replaceChildren(el("p.line", {}, line), ...more.filter(Boolean));
  }

  // The row that shows it, and how that is known.
  evidence(finding, past) {
    if (past) return el("p.dim", {}, `${say("earlier")}: ${past.name}`);
    const row = this.run?.rows[finding.row];
    if (!row) return null;
    const event = eventOf(row);
    const title = said(this.catalogue.steps[row.step].title);
    const text = `${title} · ${ms(event.elapsed_us)} ms · ${said(this.catalogue.evidence[event.evidence])}`;
    return el("button.link", { type: "button", onclick: () => this.act.choose(finding.row) }, text);
  }
}

