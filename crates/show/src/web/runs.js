// What can be run: the pairs and the scenarios, filtered by a word or a claim.

import { el, icon, say, said, $ } from "./say.js";

const titles = { tcp: "TCP", tls: "TLS", ws: "WebSocket", ssh: "SSH" };

export class Runs {
  constructor(runs, act) {
    Object.assign(this, { runs, act, filter: "", chosen: null });
  }

  draw(holder) {
    const search = el("input", {
      id: "filter",
      type: "search",
      placeholder: say("filter"),
      "aria-label": `${say("runs")}: ${say("filter")}`,
      autocomplete: "off",
      spellcheck: "false",
      oninput: () => {
        this.filter = search.value;
        this.narrow();
      },
    });
    search.value = this.filter;
    const file = el("input", { type: "file", id: "log-file", class: "unseen", tabindex: -1, "aria-label": say("open"), onchange: () => this.act.open(file.files[0]) });
    this.list = el("div", { id: "list" });
    holder.replaceChildren(
      el("h2", { id: "runs-title" }, say("runs")),
      search,
      this.list,
      el("p.tools", {}, el("button", { type: "button", id: "open", onclick: () => file.click() }, say("open")), file, el("span.dim", {}, say("drop"))),
    );
    this.narrow();
  }

  // A claim's number finds the runs that show it, any other word those that have it in a name or a sentence.
  fits(run) {
    const wanted = this.filter.trim().toLowerCase();
    if (!wanted) return true;
    if (/^[octwsx]\d+$/.test(wanted)) return run.claims.includes(wanted);
    const text = [run.name, run.title.en, run.title.zh, run.about.en, run.about.zh].join(" ").toLowerCase();
    return wanted.split(/\s+/).every((one) => text.includes(one));
  }

  narrow() {
    const found = this.runs.filter((run) => this.fits(run));
    const group = (protocol) => {
      const mine = found.filter((run) => run.protocol === protocol);
      if (!mine.length) return null;
      const item = (run) => el(
        `li${run.name === this.chosen ? ".chosen" : ""}`,
        { "data-name": run.name },
        el("button.choice", { type: "button", "aria-pressed": String(run.name === this.chosen), onclick: () => this.choose(run.name) },
          el("span", {}, said(run.title)), el("span.dim", {}, run.name)),
        el("button.go", { type: "button", "aria-label": `${say("run")}: ${said(run.title)}`, title: say("run"), onclick: () => this.act.run(run.name) }, icon("play")),
        run.name === this.chosen && (run.about.en || run.claims.length) ? el("div.chosen-about", {},
          said(run.about) && el("p", {}, said(run.about)),
          run.claims.length ? el("p.dim", {}, `${say("shows")} ${run.claims.join(" ")}`) : null) : null,
      );
      const open = this.filter || this.chosen ? mine.some((run) => this.filter || run.name === this.chosen) : false;
      const rest = mine.filter((run) => run.scenario);
      return el("section", { "data-protocol": protocol },
        el("h3", {}, titles[protocol]),
        el("ul", {}, mine.filter((run) => !run.scenario).map(item)),
        rest.length ? el("details", { open: open && (this.filter !== "" || rest.some((run) => run.name === this.chosen)) }, el("summary", {}, `${say("scenarios")} (${rest.length})`), el("ul", {}, rest.map(item))) : null,
      );
    };
    const groups = Object.keys(titles).map(group).filter(Boolean);
    this.list.replaceChildren(...(groups.length ? groups : [el("p.dim", {}, say("none_found"))]));
  }

  choose(name) {
    this.chosen = this.chosen === name ? null : name;
    const top = $("runs").scrollTop;
    this.narrow();
    $("runs").scrollTop = top;
    this.list.querySelector(`[data-name="${CSS.escape(name)}"] .choice`)?.focus();
  }
}

// Before anything has run: the four handshakes, each one press away.
export function welcome(runs, act) {
  const first = { tcp: "tcp", tls: "tls --variant ecdhe", ws: "ws --variant ws", ssh: "ssh" };
  return el("div.welcome", {},
    el("h2", { id: "stage-title" }, say("welcome")),
    el("p.about", {}, say("welcome_more")),
    el("ul.cards", {}, Object.entries(first).filter(([, name]) => runs.some((run) => run.name === name)).map(([protocol, name]) =>
      el("li", {}, el("button.card", { type: "button", "data-first": name, onclick: () => act.run(name) },
        el("b", {}, titles[protocol]), el("span", {}, say(`${protocol}_about`)), el("span.press", {}, icon("play"), say("run")))))),
    el("p.dim", {}, say("keys")));
}
