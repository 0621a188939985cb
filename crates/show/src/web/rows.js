// The rows of a run: what the program made of its events, in the program's order, and what they show of the claims.

const weight = { as_noted: 0, depends: 1, differs: 2, absent: 3 };

// All stories of a run one below the other.
export function flatten(stories) {
  const rows = [];
  stories.forEach((story, n) => {
    const leaving = new Map();
    const began = rows.length;
    story.rows.forEach((row, at) => {
      const all = { ...row, at, story: n, first: at === 0, index: rows.length };
      const key = [row.client?.at, row.server?.at, row.step].join();
      if (row.part === "leaves") leaving.set(key, all);
      if (row.part === "arrives" && leaving.has(key)) {
        all.left = leaving.get(key).index;
        leaving.get(key).arrival = all.index;
      }
      rows.push(all);
    });
    if (rows.length > began) rows[rows.length - 1].last = true;
  });
  return rows;
}

// The event that tells most: of an arrival the receiver's, else the sender's.
export function eventOf(row) {
  if (row.kind === "inside") return row[row.side];
  const [sender, receiver] = row.side === "client" ? ["client", "server"] : ["server", "client"];
  return row.part === "arrives" ? row[receiver] ?? row[sender] : row[sender] ?? row[receiver];
}

// "Absent" is said at the end only when nothing else was: what was seen weighs more.
function keepWeightier(all, finding, row) {
  const known = all.get(finding.id);
  const seen = finding.verdict !== "absent";
  const more = known && finding.verdict === known.verdict && !known.because && finding.because;
  if (!known || (seen && weight[finding.verdict] > weight[known.verdict]) || more) {
    all.set(finding.id, { ...finding, row: row?.index ?? known?.row });
  }
}

// What is beside the notes, of which only the reader's own may speak.
const beyond = (event) => (event?.claims ?? []).filter((finding) => finding.id.startsWith("x"));
const told = (row) => (["leaves", "arrives"].includes(row.part) ? [eventOf(row)] : [row.client, row.server]);

// What the first `shown` rows say of each claim; at the end what the program's own summary says.
export function findings(stories, rows, shown) {
  const all = new Map();
  for (const row of rows.slice(0, shown)) {
    [...row.claims, ...told(row).flatMap(beyond)].forEach((finding) => keepWeightier(all, finding, row));
  }
  if (shown >= rows.length) {
    stories.forEach((story) => [...story.findings, ...Object.values(story.ends).flatMap((end) => beyond(end?.event))].forEach((one) => keepWeightier(all, one)));
  }
  return all;
}

// The states of both ends before row `shown`, as the kernel last named them.
export function states(rows, shown) {
  const now = {};
  for (const row of rows.slice(0, shown)) {
    if (row.first) now.client = now.server = undefined;
    const state = row.kind === "inside" && row[row.side]?.fields?.state;
    if (typeof state === "string") now[row.side] = state;
  }
  return now;
}
