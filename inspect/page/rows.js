// The rows: one for each of the last handshakes. Whatever arrives, and however long the
// page is open, it holds a bounded number of them.
const most = 200; // rows, as many handshakes as the server keeps
const mostOpen = 10; // of those that the server has dropped
const list = document.getElementById("list");
const rows = []; // {shake, node, details, text}, the latest last

// version is what was agreed on, or the highest that was offered in vain.
const version = s => s.protocol || s.highest || "";

const kind = s => !s.ok ? "failed" : s.weak ? "weak" : s.psk ? "PSK" : s.reused ? "resumed" : "full";

function summary(s) {
  const suite = s.ok
    ? el("span", {class: "suite cut"}, titled(s.standard || s.cipher, s.cipher), s.group ? el("span", {class: "soft"}, " · " + s.group) : null)
    : el("span", {class: "suite cut", title: s.code}, s.reason);
  return el("summary", {},
    el("time", {class: "when soft mono", datetime: s.time}, new Date(s.time).toLocaleTimeString([], {hourCycle: "h23"})),
    el("span", {class: "end"}, el("span", {class: "tag" + (s.ok ? (s.weak ? " warn" : "") : " bad")}, kind(s))),
    el("span", {class: "version" + (s.ok ? "" : " soft")}, version(s)),
    suite,
    el("span", {class: "name cut soft"}, [s.client, s.servername || s.peer, s.alpn].filter(Boolean).join(" · ")),
    el("span", {class: "who mono cut soft", title: s.remote}, s.remote),
    el("span", {class: "turn", "aria-hidden": "true"}));
}

// show adds rows for the handshakes of an event, of which only the last can have one.
function show(shakes, isNew) {
  const made = shakes.slice(-most).map(s => newRow(s, isNew));
  rows.push(...made);
  list.prepend(...made.map(row => row.node).reverse());
  evict();
}

function newRow(s, isNew) {
  const details = el("details", {class: "shake" + (isNew ? " fresh" : ""), "data-id": s.id}, summary(s));
  const row = {shake: s, details, node: el("li", {}, details), text: filterText(s)};
  details.addEventListener("toggle", () => { if (details.open && !details.querySelector(".body")) openRow(row); });
  return row;
}

const filterText = s => [s.remote, s.protocol, s.cipher, s.standard, s.group, s.servername, s.alpn, s.peer, s.client, s.code, s.reason, s.alert]
  .join("\n").toLowerCase();

// evict removes the oldest rows. Those that somebody reads stay a while longer.
function evict() {
  let excess = rows.length - most, opened = 0;
  if (excess <= 0) return;
  for (let i = rows.length - 1; i >= 0; i--) if (rows[i].details.open && ++opened > mostOpen) rows[i].details.open = false;
  for (let i = 0; i < rows.length && excess > 0; i++) {
    if (rows[i].details.open) continue;
    rows[i].node.remove();
    rows[i] = null;
    excess--;
  }
  const kept = rows.filter(Boolean);
  rows.length = 0;
  rows.push(...kept);
}

// Escape closes the row that has the focus.
list.addEventListener("keydown", e => {
  const details = e.key === "Escape" && e.target.closest("details[open]");
  if (!details) return;
  details.open = false;
  details.querySelector("summary").focus();
});

function clear() {
  rows.length = 0;
  list.replaceChildren();
}
