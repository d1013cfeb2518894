"use strict";
const most = 200; // rows kept, as many as the server keeps
const list = document.getElementById("list"), status = document.getElementById("status");
const find = document.getElementById("find"), onlyFailed = document.getElementById("failed");
const hold = document.getElementById("hold"), empty = document.getElementById("empty");
const rows = []; // {shake, node, text}, the latest last
let held = [], live = false, ready = false;
let total = 0, failures = 0; // of the server since it started

// el makes an element; what comes from the network becomes text, never markup.
function el(name, attributes, ...children) {
  const node = document.createElement(name);
  for (const [key, value] of Object.entries(attributes || {})) node.setAttribute(key, value);
  node.append(...children.filter(c => c !== null && c !== undefined));
  return node;
}

const ms = n => (n < 10 ? n.toFixed(2) : n < 1000 ? n.toFixed(1) : Math.round(n)) + " ms";

// version is what was agreed on, or the highest that was offered in vain.
function version(s) {
  if (s.ok) return s.protocol;
  return s.offered ? s.offered.versions.filter(v => v.startsWith("TLS")).sort().pop() || "" : "";
}

function summary(s) {
  const tag = !s.ok ? "failed" : s.weak ? "weak" : s.psk ? "PSK" : s.reused ? "resumed" : "full";
  const suite = s.ok
    ? el("span", {class: "suite cut"}, s.cipher, s.group ? el("span", {class: "soft"}, " · " + s.group) : null)
    : el("span", {class: "suite cut", title: s.code}, s.reason);
  return el("summary", {},
    el("time", {class: "when soft mono", datetime: s.time}, new Date(s.time).toLocaleTimeString([], {hourCycle: "h23"})),
    el("span", {class: "end"}, el("span", {class: "tag" + (s.ok ? (s.weak ? " warn" : "") : " bad")}, tag)),
    el("span", {class: "version" + (s.ok ? "" : " soft")}, version(s)),
    suite,
    el("span", {class: "name cut soft"}, [s.servername || s.peer, s.alpn].filter(Boolean).join(" · ")),
    el("span", {class: "who mono cut soft", title: s.remote}, s.remote),
    el("span", {class: "turn", "aria-hidden": "true"}));
}

function facts(s) {
  const d = el("dl");
  const row = (term, value) => { if (value) d.append(el("dt", {}, term), el("dd", {}, value)); };
  row("Client", s.remote + (s.peer ? ", " + s.peer : ""));
  if (s.ok) {
    row("Version", s.protocol);
    row("Cipher suite", s.cipher);
    row("Key exchange", s.group + (s.helloRetry ? ", after a HelloRetryRequest" : ""));
    row("Our signature", s.sigalg);
    row("Client's signature", s.peerSigalg);
    row("Session", s.psk ? "new, by a pre-shared key" : s.reused ? "resumed" : "new");
    row("Client authenticated", s.authorized ? "yes" : s.code ? "no: " + s.reason + " (" + s.code + ")" : "not requested, or no certificate sent");
  }
  row("Server name", s.servername || "none sent");
  row("Application protocol", s.alpn || (s.ok ? "none" : ""));
  row("Took", ms(s.took));
  return d;
}

function notes(s) {
  if (!s.ok) {
    const by = s.alertFrom === "peer" ? "The client sent the alert " + s.alert + "." :
      s.alertFrom === "us" ? "This server sent the alert " + s.alert + "." : "No alert was sent.";
    return el("p", {class: "note bad"}, el("strong", {}, s.code || "failed"), ": " + s.reason + ". ", by);
  }
  return s.weak ? el("p", {class: "note"}, el("strong", {}, "Weaker than RFC 9325 recommends"), ": " + s.weak.join("; ")) : null;
}

function steps(s) {
  if (!s.steps || !s.steps.length) return el("p", {class: "soft"}, "No message received.");
  const whole = Math.max(s.took, ...s.steps.map(p => p.at)) || 1;
  const body = el("tbody");
  let before = 0;
  for (const p of s.steps) {
    const svg = document.createElementNS("http://www.w3.org/2000/svg", "svg");
    svg.setAttribute("aria-hidden", "true");
    const bar = document.createElementNS("http://www.w3.org/2000/svg", "rect");
    const from = 100 * before / whole, width = 100 * (p.at - before) / whole;
    for (const [k, v] of Object.entries({x: from + "%", width: Math.max(width, .6) + "%", y: 0, height: "100%", rx: 2, fill: p.sent ? "var(--ours)" : "var(--theirs)"})) bar.setAttribute(k, v);
    svg.append(bar);
    body.append(el("tr", {},
      el("td", {class: "way " + (p.sent ? "sent" : "got")}, p.sent ? "← sent" : "→ received"),
      el("td", {}, p.name),
      el("td", {class: "num"}, p.size + " B"),
      el("td", {class: "num"}, ms(p.at)),
      el("td", {class: "line"}, svg)));
    before = p.at;
  }
  return el("table", {}, el("thead", {}, el("tr", {},
    el("th", {scope: "col"}, "Direction"), el("th", {scope: "col"}, "Message"), el("th", {scope: "col", class: "num"}, "Size"),
    el("th", {scope: "col", class: "num"}, "After"), el("th", {scope: "col", class: "line"}, el("span", {class: "spoken"}, "Time")))), body);
}

function names(title, all, chosen) {
  if (!all || !all.length) return null;
  const ul = el("ul", {class: "names"});
  for (const n of all) ul.append(el("li", n === chosen ? {class: "chosen"} : {}, n, n === chosen ? el("span", {class: "spoken"}, " (chosen)") : null));
  return el("section", {}, el("h2", {}, title), ul);
}

function body(s) {
  const o = s.offered || {};
  return el("div", {class: "body"}, notes(s),
    el("div", {class: "columns"}, el("section", {}, el("h2", {}, "Result"), facts(s)),
      el("section", {}, el("h2", {}, "Messages"), steps(s))),
    s.offered ? el("div", {class: "columns"},
      names("Offered versions", o.versions, s.protocol), names("Offered groups", o.groups, s.group),
      names("Key shares", o.keyShares, s.group), names("Offered protocols (ALPN)", o.alpn, s.alpn),
      names("Offered cipher suites", o.ciphers, s.standard), names("Offered signature schemes", o.sigalgs, s.sigalg),
      names("Extensions", o.extensions)) : null);
}

function add(s) {
  const details = el("details", {class: "shake", "data-id": s.id}, summary(s));
  details.addEventListener("toggle", () => { if (details.open && !details.querySelector(".body")) details.append(body(s)); });
  const item = el("li", {}, details);
  if (ready) details.classList.add("fresh");
  rows.push({shake: s, node: item, text: JSON.stringify([s.remote, s.protocol, s.cipher, s.group, s.servername, s.alpn, s.peer, s.code, s.reason, s.alert]).toLowerCase()});
  list.prepend(item);
  if (rows.length > most) rows.shift().node.remove();
}

function shows(row) {
  return (!onlyFailed.checked || !row.shake.ok) && row.text.includes(find.value.trim().toLowerCase());
}

function refresh() {
  let shown = 0;
  for (const row of rows) { row.node.hidden = !shows(row); shown += row.node.hidden ? 0 : 1; }
  empty.hidden = shown > 0 || !ready;
  const counts = total + (total === 1 ? " handshake" : " handshakes") + (failures ? ", " + failures + " failed" : "")
    + (total > rows.length + held.length ? ", the last " + rows.length + " are listed" : "");
  status.textContent = (live ? "" : "Connection lost, trying again. ") + counts + (held.length ? ", " + held.length + " waiting" : "");
  status.classList.toggle("live", live);
}

let due = false;
function soon() { // one update of the status for a burst
  if (due) return;
  due = true;
  setTimeout(() => { due = false; ready = true; refresh(); }, 60);
}

hold.addEventListener("click", () => {
  const on = hold.getAttribute("aria-pressed") !== "true";
  hold.setAttribute("aria-pressed", on);
  if (!on) { held.forEach(add); held = []; }
  refresh();
});
find.addEventListener("input", refresh);
onlyFailed.addEventListener("change", refresh);
for (const b of document.querySelectorAll(".copy")) b.addEventListener("click", async () => {
  const text = b.previousElementSibling.textContent;
  try { await navigator.clipboard.writeText(text); b.textContent = "Copied"; }
  catch { getSelection().selectAllChildren(b.previousElementSibling); b.textContent = "Selected"; }
  setTimeout(() => b.textContent = "Copy", 1500);
});

const events = new EventSource("events");
events.onopen = () => { // the server sends what it keeps once more
  live = true; held = []; total = failures = rows.length = 0; list.replaceChildren(); ready = false; soon();
};
events.onerror = () => { live = false; soon(); };
events.onmessage = e => {
  const s = JSON.parse(e.data);
  if (s.total > total) { total = s.total; failures = s.failed; }
  if (hold.getAttribute("aria-pressed") === "true") held.push(s); else add(s);
  soon();
};
