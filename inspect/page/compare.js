// Two rows side by side. The first that is chosen waits for the second.
const comparing = document.getElementById("comparing"), compareDialog = document.getElementById("compare");
let first = null; // {shake, details}

async function compare(row) {
  const chosen = {shake: row.shake};
  try { chosen.details = await load(row.shake.id); }
  catch (e) { comparing.textContent = e.message; return; }
  if (!first || first.shake.id === chosen.shake.id) {
    first = chosen;
    comparing.replaceChildren("Comparing " + titleOf(first.shake) + ": choose Compare in another row. ", button("Stop comparing", {}, stopComparing));
    return;
  }
  document.getElementById("compare-body").replaceChildren(comparisonOf(first, chosen));
  stopComparing();
  compareDialog.showModal();
}

function stopComparing() {
  first = null;
  comparing.replaceChildren();
}

const titleOf = s => "handshake " + s.id + " (" + (s.ok ? s.protocol : "failed") + ", " + s.remote + ")";

// comparisonOf is a table of the facts and of the lists, with the differences marked.
function comparisonOf(a, b) {
  const body = el("tbody");
  const row = (term, one, other) => {
    if (one || other) body.append(comparedRow(term, (one || "none") !== (other || "none"), el("td", {}, one || "none"), el("td", {}, other || "none")));
  };
  row("Result", a.shake.ok ? kind(a.shake) : a.shake.code || "failed", b.shake.ok ? kind(b.shake) : b.shake.code || "failed");
  for (const [term, one, other] of joined(factsOf(a.shake), factsOf(b.shake))) row(term, one, other);
  const listed = d => d.lists.map(c => [c.title + " offered", c.offered.map(o => o.name)]);
  for (const [term, one, other] of joined(listed(a.details), listed(b.details))) body.append(listRow(term, one || [], other || []));
  const steps = d => (d.steps || []).map(p => (p.sent ? "← " : "→ ") + p.name).join(", ");
  row("Messages", steps(a.details), steps(b.details));
  return el("table", {class: "compared"}, el("thead", {}, el("tr", {}, el("td", {}), el("th", {scope: "col"}, titleOf(a.shake)), el("th", {scope: "col"}, titleOf(b.shake)))), body);
}

// listRow marks what only one of two lists has.
function listRow(term, one, other) {
  const cell = (list, without) => el("td", {}, ...(list.length ? list.flatMap((name, i) => [i ? ", " : "", without.includes(name) ? name : el("mark", {}, name)]) : ["none"]));
  return comparedRow(term, one.join() !== other.join(), cell(one, other), cell(other, one));
}

const comparedRow = (term, differs, ...cells) =>
  el("tr", differs ? {class: "differs"} : {}, el("th", {scope: "row"}, term, differs ? spoken(" (differs)") : null), ...cells);

// joined joins two lists of terms and values by the terms.
function joined(a, b) {
  const terms = [...new Set([...a, ...b].map(([term]) => term))];
  const valueIn = (list, term) => (list.find(([t]) => t === term) || [])[1] || "";
  return terms.map(term => [term, valueIn(a, term), valueIn(b, term)]);
}

document.getElementById("compare-close").addEventListener("click", () => compareDialog.close());
