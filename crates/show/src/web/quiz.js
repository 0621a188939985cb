// Questions about this run, graded by its own events.

import { el, say, said, announce } from "./say.js";
import { states } from "./rows.js";

const any = (list) => list[Math.floor(Math.random() * list.length)];

function shuffled(list) {
  const all = [...list];
  for (let i = all.length - 1; i > 0; i -= 1) {
    const j = Math.floor(Math.random() * (i + 1));
    [all[i], all[j]] = [all[j], all[i]];
  }
  return all;
}

export class Quiz {
  constructor(catalogue, act) {
    Object.assign(this, { catalogue, act, right: 0, asked: 0, question: null, run: null });
  }

  title(row) {
    const title = said(this.catalogue.steps[row.step].title);
    return row.kind === "inside" ? `${say(row.side)}: ${title}` : title;
  }

  // A question, the answers, and which of them is right by the row that tells.
  ask(run) {
    const { rows } = run;
    const kinds = ["next", "from"];
    const named = rows.filter((row) => Object.keys(states(rows, row.index + 1)).some((side) => states(rows, row.index + 1)[side]));
    if (named.length) kinds.push("state");
    const changed = run.stories.flatMap((story, n) => (story.changed ? [{ ...story.changed, story, row: rows.find((row) => row.story === n && row.at === story.changed.row) }] : []));
    if (changed.length) kinds.push("notices", "notices");
    const kind = any(kinds);
    if (kind === "notices") {
      const { row, by, story } = any(changed);
      const why = by && story.ends[by]?.reason;
      return { word: "quiz_notices", about: `${say("quiz_changed")} ${this.title(row)}`, row, why, right: by ? say(by) : say("quiz_nobody"), answers: [say("client"), say("server"), say("quiz_nobody")] };
    }
    if (kind === "state") {
      const row = any(named);
      const now = states(rows, row.index + 1);
      const side = any(Object.keys(now).filter((one) => now[one]));
      const all = new Set(rows.flatMap((one) => Object.values(states(rows, one.index + 1)).filter(Boolean)));
      const others = shuffled([...all, "LISTEN", "SYN_SENT", "ESTABLISHED", "FIN_WAIT_2", "CLOSE_WAIT"]).filter((one) => one !== now[side]);
      return { word: "quiz_state", about: `${say(side)} · ${say("quiz_after")} ${this.title(row)}`, row, right: now[side], answers: shuffled([now[side], ...new Set(others)].slice(0, 4)) };
    }
    if (kind === "from") {
      const crossed = rows.filter((row) => row.kind === "crossed" && row.part !== "arrives");
      if (crossed.length) {
        const row = any(crossed);
        return { word: "quiz_from", about: this.title(row), row, right: say(row.side), answers: [say("client"), say("server")] };
      }
    }
    const at = rows.length > 1 ? 1 + Math.floor(Math.random() * (rows.length - 1)) : 0;
    const right = this.title(rows[at]);
    const others = [...new Set(shuffled(rows).map((row) => this.title(row)))].filter((one) => one !== right);
    return { word: "quiz_next", about: at ? `${say("quiz_after")} ${this.title(rows[at - 1])}` : "", row: rows[at], right, answers: shuffled([right, ...others.slice(0, 3)]) };
  }

  panel(run) {
    this.holder = el("div.panel", { id: "quiz" });
    if (run !== this.run) Object.assign(this, { run, question: null });
    this.draw();
    return this.holder;
  }

  draw() {
    if (!this.run?.rows.length) {
      this.holder.replaceChildren(el("p.dim", {}, say("quiz_none")));
      return;
    }
    this.question ??= this.ask(this.run);
    const { word, about, row, right, answers, why } = this.question;
    const result = el("div.result", {});
    const buttons = answers.map((answer) => el("button.answer", { type: "button", "data-right": String(answer === right), onclick: (event) => {
      const well = answer === right;
      this.asked += 1;
      this.right += well ? 1 : 0;
      buttons.forEach((button) => { button.disabled = true; });
      event.target.classList.add(well ? "well" : "ill");
      const text = well ? `✓ ${say("quiz_right")}` : `✗ ${say("quiz_wrong")} ${right}`;
      announce(text);
      const next = el("button", { type: "button", id: "another", onclick: () => {
        this.question = null;
        this.draw();
        this.holder.querySelector(".answer").focus();
      } }, say("quiz_another"));
      result.replaceChildren(el(`p.${well ? "well" : "ill"}`, {}, text), why ? el("p.dim", {}, `${right}: `, said(why)) : "", el("p.tools", {}, next, el("button.link", { type: "button", onclick: () => this.act.choose(row.index) }, say("show_row"))));
      this.score.textContent = `${this.right} / ${this.asked} ${say("quiz_score")}`;
      next.focus();
    } }, answer));
    this.score = el("p.dim", { id: "score" }, this.asked ? `${this.right} / ${this.asked} ${say("quiz_score")}` : "");
    this.holder.replaceChildren(el("h3", {}, say(word)), el("p", {}, about), el("div.answers", {}, buttons), result, this.score);
  }
}
