// Words in both languages, and the one way by which text comes into the page: as text.

export const words = {
  skip: ["Skip to the ladder", "跳到梯形图"],
  title: ["Handshakes", "握手"],
  runs: ["Runs", "运行"],
  pairs: ["Undisturbed", "不受干扰"],
  scenarios: ["Something goes wrong", "出了差错"],
  filter: ["Word, or claim (o13)", "词，或论断（o13）"],
  none_found: ["Nothing has this word.", "没有匹配的运行。"],
  run: ["Run", "运行"],
  cancel: ["Cancel", "取消"],
  shows: ["shows", "可见"],
  open: ["Open a log or capture…", "打开日志或抓包…"],
  drop: ["or drop it anywhere", "或拖放到页面上"],
  drop_here: ["Drop a recorded log, a capture, or your notes (.md)", "放开即可打开：记录的日志、抓包，或你的笔记（.md）"],
  own: ["Your notes…", "打开笔记…"],
  catalogue_notes: ["The catalogue's sentences", "使用目录中的论断"],
  client: ["Client", "客户端"],
  server: ["Server", "服务端"],
  to: ["to", "到"],
  trace: ["Trace", "trace"],
  trace_client: ["Client's trace", "客户端的 trace"],
  trace_server: ["Server's trace", "服务端的 trace"],
  play: ["Play", "播放"],
  pause: ["Pause", "暂停"],
  step: ["Step", "前进一步"],
  back: ["Back", "后退一步"],
  start: ["To the start", "回到开头"],
  end: ["To the end", "跳到结尾"],
  speed: ["Speed", "速度"],
  position: ["Position", "位置"],
  true_times: ["True times", "真实时间"],
  welcome: ["Press play, and watch a real handshake", "点播放，看一次真实的握手"],
  welcome_more: ["Client and server run on this machine. Every message that crosses is drawn where it was sent and where it arrived, and the notes beside it turn green, amber or red by what was seen.", "客户端和服务端都在本机运行。每条经过的消息都画在发出和到达的位置，旁边的笔记随所见变绿、变黄或变红。"],
  tcp_about: ["Three segments open it, four close it; the kernel names its states.", "三个报文段建立连接，四个关闭连接，状态由内核说出。"],
  tls_about: ["Who the server is, and how two strangers come to share a key.", "服务端是谁，两个陌生人又怎样共有一个密钥。"],
  ws_about: ["One HTTP request and one answer; from then on frames.", "一个 HTTP 请求和一个应答，此后只有帧。"],
  ssh_about: ["Keys are exchanged, the host is checked, then the user signs.", "先交换密钥、核对主机，再由用户签名。"],
  choose_alone: ["There is no run in this file.", "此文件中没有运行。"],
  notes: ["Notes", "笔记"],
  message: ["Message", "消息"],
  compare: ["Compare", "对比"],
  quiz: ["Quiz", "测验"],
  yes: ["yes", "是"],
  no: ["no", "否"],
  none: ["none", "无"],
  of: ["of", "/"],
  claims_shown: ["sentences shown", "条论断已得到验证"],
  untested: ["not tested yet", "尚未验证"],
  proved: ["proved", "已证实"],
  contradicted: ["contradicted", "与实际不符"],
  depends: ["depends", "视情况"],
  elsewhere: ["not in this variant", "此变体中不同"],
  about: ["about", "谈及"],
  earlier: ["in an earlier run", "在先前的运行中"],
  show_row: ["Show", "查看"],
  all_topics: ["All topics", "所有主题"],
  pick_message: ["Choose a message of the ladder: its fields and bytes are shown here.", "在梯形图中选一条消息，这里显示它的字段和字节。"],
  calculation: ["How it was computed", "怎样算出来的"],
  from_row: ["from", "取自"],
  record: ["On the wire, and opened", "线路上的样子与解开之后"],
  record_header: ["record header", "记录头"],
  ciphertext: ["ciphertext", "密文"],
  opened: ["opened", "明文"],
  to_ladder: ["back to the ladder", "回到梯形图"],
  packet: ["The packet on the wire, and opened", "线路上的数据包与解开之后"],
  on_the_wire: ["on the wire", "线路上"],
  is_encrypted: ["encrypted", "已加密"],
  in_clear: ["in the clear", "明文"],
  is_tag: ["proves the rest", "验证其余部分"],
  payload: ["payload", "载荷"],
  padding: ["random padding", "随机填充"],
  tag: ["tag (MAC)", "认证标签（MAC）"],
  verified: ["verified ✓", "验证通过 ✓"],
  bytes: ["Bytes", "字节"],
  bytes_help: ["Point at a field or a byte; with the keyboard, the arrow keys.", "指向字段或字节；键盘可用方向键。"],
  copy_json: ["Copy as JSON", "复制 JSON"],
  copy_hex: ["Copy the bytes", "复制字节"],
  copy_link: ["Copy a link", "复制链接"],
  copied: ["copied", "已复制"],
  known_by: ["known by", "依据"],
  sent: ["sent", "发送"],
  received: ["received", "收到"],
  both_alike: ["both ends saw the same", "两端所见一致"],
  no_bytes: ["Nothing crossed the wire here.", "这一步没有经过线路。"],
  unnamed: ["no name is known", "含义未知"],
  arrives: ["arrives", "到达"],
  complete: ["complete", "完成"],
  failed: ["failed", "失败"],
  incomplete: ["incomplete", "不完整"],
  connecting: ["connecting…", "正在连接…"],
  ready: ["ready", "就绪"],
  queued: ["waiting for a free place", "排队等待"],
  running: ["running", "正在运行"],
  no_steps: ["The run has ended, and no step was seen.", "运行已结束，没有看到任何步骤。"],
  no_steps_inside: ["No step of a handshake is in it.", "其中没有握手的步骤。"],
  ended_well: ["the run has ended", "运行结束"],
  ended_otherwise: ["the run ended with an error", "运行出错结束"],
  cancelled: ["cancelled", "已取消"],
  too_long: ["stopped: it took too long", "运行超时，已停止"],
  gone: ["The program has stopped. What was seen stays here.", "程序已停止，已显示的内容会保留。"],
  refused: ["refused", "被拒绝"],
  busy: ["one run at a time", "一次只能运行一个"],
  unknown: ["there is no such run", "没有这个运行项"],
  not_understood: ["the page and the program are of different versions", "页面与程序的版本不同"],
  not_read: ["It could not be read", "无法读取"],
  too_large: ["the file is too large (at most {} MiB)", "文件过大（最多 {} MiB）"],
  connections: ["Connections in this capture", "抓包中的连接"],
  connection: ["connection", "连接"],
  other_lang: ["中文", "English"],
  steps: ["steps", "步"],
  share: ["Share", "分享"],
  save: ["Save as one file", "另存为单个文件"],
  mermaid: ["Download as Mermaid", "下载 Mermaid 图"],
  pcapng: ["Run again into a pcapng, secrets inside", "重新运行并存为 pcapng（内含密钥）"],
  no_packets: ["its packets could not be captured: that needs CAP_NET_RAW", "无法抓取数据包：需要 CAP_NET_RAW 权限"],
  print: ["Print", "打印"],
  compare_with: ["Compare with", "对比对象"],
  compare_none: ["Run two things; then they can be compared here.", "先运行两次，然后就能在这里对比。"],
  only_here: ["only here", "只在此处"],
  only_there: ["only there", "只在对方"],
  same: ["the same", "相同"],
  values_differ: ["differs in", "不同的字段"],
  differences: ["differences", "处不同"],
  quiz_none: ["Play or run something first.", "请先运行或播放一次。"],
  quiz_next: ["What comes next?", "接下来是什么？"],
  quiz_from: ["Who sends it?", "由谁发出？"],
  quiz_state: ["In which state is this end now?", "此端现在处于什么状态？"],
  quiz_notices: ["Which side notices the changed byte, and fails first?", "哪一端发现有字节被改动，先行失败？"],
  quiz_nobody: ["Neither", "两端都没有发现"],
  quiz_changed: ["changed on its way:", "途中被改动的消息："],
  quiz_after: ["after", "在此之后："],
  quiz_right: ["Right.", "正确。"],
  quiz_wrong: ["No. It was", "不对，答案是"],
  quiz_another: ["Another question", "下一题"],
  quiz_score: ["right", "答对"],
  log_said: ["The program said", "程序输出"],
  keys: ["Keys: space plays, ← → step, Home and End, / filters", "按键：空格播放，← → 单步，Home 与 End，/ 筛选"],
};

const state = { lang: "en", labels: {}, harmful: /[\0-\x1f]/gu, listeners: [] };

export const lang = () => state.lang;
export const say = (word) => words[word][state.lang === "zh" ? 1 : 0];

// A word for `said`: it is told in whatever language the page is in by then.
export const both = (word, told = (text) => text) => ({ en: told(words[word][0]), zh: told(words[word][1]) });

// A value that has both languages, or neither.
export const said = (both) => (both && typeof both === "object" ? both[state.lang] ?? "" : String(both ?? ""));

export function setLang(lang) {
  state.lang = lang;
  document.documentElement.lang = lang === "zh" ? "zh-Hans" : "en";
  state.listeners.forEach((redraw) => redraw());
}

export const onLang = (redraw) => state.listeners.push(redraw);

// `--ca FILE` in a sentence is what a reader types.
export const quoted = (text) => text.split("`").map((part, n) => (n % 2 ? el("code", {}, part) : part));

// What a value is called: its unit stays with it.
export function label(name) {
  const unit = { _us: " (µs)", _ms: " (ms)" }[name.slice(-3)] ?? "";
  const chinese = state.lang === "zh" && state.labels[name];
  const bare = unit ? name.slice(0, -3) : name;
  // The kernel's own settings keep their names.
  return `${chinese || (/^tcp_/i.test(name) ? bare : bare.replaceAll("_", " "))}${unit}`;
}

export function setLabels(labels) {
  state.labels = labels;
}

export function setHarmful(ranges) {
  state.harmful = new RegExp(`[${ranges}]`, "gu");
}

export const harmfulIn = () => state.harmful;

// What a peer sent must not turn the writing around, or hide in it.
export const harmless = (text) =>
  String(text).replace(state.harmful, (found) => `\\u{${found.codePointAt(0).toString(16)}}`);

// An element: a class behind a dot, attributes, then children, of which a text is only ever text.
export function el(kind, attributes = {}, ...children) {
  const [tag, ...classes] = kind.split(".");
  const made = document.createElement(tag);
  if (classes.length) made.className = classes.join(" ");
  for (const [name, value] of Object.entries(attributes)) {
    if (name.startsWith("on")) made.addEventListener(name.slice(2), value);
    else if (value === true) made.setAttribute(name, "");
    else if (value !== false && value !== null && value !== undefined) made.setAttribute(name, value);
  }
  for (const child of children.flat(Infinity)) {
    if (child instanceof Node) made.append(child);
    else if (child !== null && child !== undefined && child !== false) made.append(harmless(child));
  }
  return made;
}

export function svg(tag, attributes, ...children) {
  const made = document.createElementNS("http://www.w3.org/2000/svg", tag);
  for (const [name, value] of Object.entries(attributes)) made.setAttribute(name, value);
  made.append(...children);
  return made;
}

// Drawn, so that no font is asked for signs that it may not have.
const icons = {
  more: "M3 5l4 4 4-4z",
  play: "M3 1.5 12 7 3 12.5z",
  pause: "M3 2h3v10H3zM8 2h3v10H8z",
  back: "M10.5 1.5 3 7l7.5 5.5zM1 2h1.5v10H1z",
  step: "M3.5 1.5 11 7l-7.5 5.5zM11.5 2H13v10h-1.5z",
  start: "M7.5 2 2 7l5.5 5zM13 2 7.5 7 13 12z",
  end: "M1 2l5.5 5L1 12zM6.5 2 12 7l-5.5 5z",
};

export const icon = (name) =>
  svg("svg", { viewBox: "0 0 14 14", width: 14, height: 14, "aria-hidden": "true", class: "icon" }, svg("path", { d: icons[name] }));

export const $ = (id) => document.getElementById(id);

// For a screen reader: what changed, once.
export function announce(text) {
  $("said").textContent = harmless(text);
}

export const ms = (us) => (us / 1000).toFixed(3);

// `RFC 5246 §7.4.1.2` as links into the standards.
export function rfc(text) {
  const link = (all, number, section) => {
    const url = `https://www.rfc-editor.org/rfc/rfc${number}${section ? `#section-${section}` : ""}`;
    return el("a", { href: url, rel: "noreferrer noopener", target: "_blank" }, all);
  };
  const parts = [];
  let at = 0;
  for (const found of text.matchAll(/RFC (\d+)(?: §([\d.]*\d))?/g)) {
    parts.push(text.slice(at, found.index), link(found[0], found[1], found[2]));
    at = found.index + found[0].length;
  }
  return [...parts, text.slice(at)];
}

// A value of a field in full; `words` are those of ours that may be in it.
export function whole(value, words = {}) {
  if (Array.isArray(value)) return value.map((one) => whole(one, words)).join(", ");
  if (value && typeof value === "object") {
    if (typeof value.en === "string" && typeof value.zh === "string") return said(value);
    return Object.entries(value).map(([name, part]) => `${label(name)} ${whole(part)}`).join(", ");
  }
  if (typeof value === "boolean") return say(value ? "yes" : "no");
  if (value === null) return say("none");
  return Object.hasOwn(words, value) ? said(words[value]) : String(value);
}
