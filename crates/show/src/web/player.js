// Where the play is: how many rows are shown, and how fast there are more.

import { el, icon, say, $, announce } from "./say.js";

const speeds = [0.25, 0.5, 1, 2, 4, 16];

export class Player {
  constructor(changed) {
    Object.assign(this, { run: { rows: [], stories: [] }, at: 0, speed: 1, playing: false, isTrue: false, changed });
  }

  // Another run; or the same, grown.
  take(run, at) {
    this.run = run;
    this.items = run.rows.map((row) => $(`r${row.index + 1}`));
    this.at = Math.max(0, Math.min(this.total, at));
    this.items.forEach((item, n) => {
      item.classList.toggle("future", n >= this.at);
      item.classList.remove("current", "moves");
    });
    this.go(this.at, { quiet: true });
  }

  get total() {
    return this.run.rows.length;
  }

  go(at, { quiet, moves } = {}) {
    const to = Math.max(0, Math.min(this.total, at));
    for (let n = Math.min(this.at, to); n < Math.max(this.at, to); n += 1) {
      this.items[n]?.classList.toggle("future", n >= to);
    }
    this.items?.[this.current]?.classList.remove("current");
    const forward = to === this.at + 1;
    this.at = to;
    this.current = to - 1;
    const item = this.items?.[this.current];
    item?.classList.add("current");
    // A message that is there for two frames only has no time to travel.
    item?.classList.toggle("moves", Boolean(moves && forward && this.speed < 8));
    if (item && !quiet && !moves) item.scrollIntoView({ block: "nearest" });
    if (!quiet && !moves && item) announce(item.querySelector(".body").getAttribute("aria-label"));
    this.draw();
    this.changed(this);
  }

  step(by) {
    this.pause();
    this.go(this.at + by);
  }

  // How long the row after this one takes to come.
  pace() {
    const next = this.run.rows[this.at];
    const before = this.run.rows[this.at - 1];
    if (!this.isTrue || !next || !before || next.first) return 600 / this.speed;
    return Math.max(40, Math.min(4000, (next.at_us - before.at_us) * 0.3)) / this.speed;
  }

  play() {
    if (this.at >= this.total) this.go(0, { quiet: true });
    this.playing = true;
    let due = performance.now() + this.pace() / 2;
    const frame = (now) => {
      if (!this.playing) return;
      // Nothing has changed yet in this frame: where things are is known, and costs no layout.
      this.follow();
      for (let most = 4; now >= due && this.at < this.total && most > 0; most -= 1) {
        this.go(this.at + 1, { moves: true });
        due += this.pace();
      }
      due = Math.max(due, now - 100);
      if (this.at >= this.total && !this.grows) {
        this.playing = false;
        announce(`${say("end")}: ${this.total} ${say("steps")}`);
        this.draw();
        return;
      }
      requestAnimationFrame(frame);
    };
    document.documentElement.style.setProperty("--pace", `${Math.min(500, 450 / this.speed)}ms`);
    requestAnimationFrame(frame);
    this.draw();
  }

  // Keeps the row that came last in sight, some rows ahead at once.
  follow() {
    const item = this.items[this.current];
    if (!item || this.current === this.followed) return;
    this.followed = this.current;
    const { bottom, top } = item.getBoundingClientRect();
    const room = this.bar?.getBoundingClientRect().top ?? innerHeight;
    if (bottom > room - 24) scrollBy({ top: bottom - room + Math.min(room / 3, 240), behavior: "instant" });
    else if (top < 0) scrollBy({ top: top - 80, behavior: "instant" });
  }

  pause() {
    this.playing = false;
    this.draw();
  }

  toggle() {
    if (this.playing) this.pause();
    else this.play();
  }

  controls() {
    const button = (id, word, act) =>
      el("button", { type: "button", id, title: say(word), "aria-label": say(word), onclick: act }, icon(word));
    this.speedChoice = el(
      "select",
      { id: "speed", "aria-label": say("speed"), onchange: () => this.setSpeed(Number(this.speedChoice.value)) },
      speeds.map((speed) => el("option", { value: speed, selected: speed === this.speed }, `${speed}×`)),
    );
    this.range = el("input", {
      id: "position",
      type: "range",
      min: 0,
      "aria-label": say("position"),
      oninput: () => {
        this.pause();
        this.go(Number(this.range.value));
      },
    });
    this.count = el("span", { id: "count" });
    this.toggler = button("play", "play", () => this.toggle());
    const truth = el("input", {
      type: "checkbox",
      id: "true-times",
      onchange: () => {
        this.isTrue = truth.checked;
        this.spread(this.isTrue);
      },
    });
    truth.checked = this.isTrue;
    const bar = el(
      "div",
      { id: "controls", role: "group", "aria-label": say("play") },
      button("start", "start", () => this.step(-this.total)),
      button("back", "back", () => this.step(-1)),
      this.toggler,
      button("step", "step", () => this.step(1)),
      button("finish", "end", () => this.step(this.total)),
      this.range,
      this.count,
      this.speedChoice,
      el("label.check", {}, truth, say("true_times")),
    );
    this.draw();
    this.bar = bar;
    return bar;
  }

  setSpeed(speed) {
    this.speed = speed;
    document.documentElement.style.setProperty("--pace", `${Math.min(500, 450 / speed)}ms`);
  }

  draw() {
    if (!this.range) return;
    this.range.max = this.total;
    this.range.value = this.at;
    this.count.textContent = `${this.at} / ${this.total}`;
    const word = this.playing ? "pause" : "play";
    if (this.toggler.dataset.word === word + say(word)) return;
    this.toggler.dataset.word = word + say(word);
    this.toggler.replaceChildren(icon(word));
    this.toggler.title = say(word);
    this.toggler.setAttribute("aria-label", say(word));
  }
}
