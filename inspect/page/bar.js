// The bar: what is shown of the rows, and the server's totals.
const status = document.getElementById("status"), empty = document.getElementById("empty");
const find = document.getElementById("find"), onlyFailed = document.getElementById("failed");
const hold = document.getElementById("hold");
let held = [], live = false, ready = false;
let total = 0, failures = 0; // of the server since it started

const shows = row => (!onlyFailed.checked || !row.shake.ok) && row.text.includes(find.value.trim().toLowerCase());

function refresh() {
  let shown = 0;
  for (const row of rows) {
    const hidden = !shows(row);
    if (row.node.hidden !== hidden) row.node.hidden = hidden;
    if (!hidden) shown++;
  }
  empty.hidden = shown > 0 || !ready;
  empty.textContent = rows.length ? "No handshake matches." : "No handshake yet.";
  const counts = total + (total === 1 ? " handshake" : " handshakes") + (failures ? ", " + failures + " failed" : "")
    + (total > rows.length + held.length ? ", the last " + rows.length + " are listed" : "");
  status.textContent = (live ? "" : "Connection lost, trying again. ") + counts + (held.length ? ", " + held.length + " waiting" : "");
  status.classList.toggle("live", live);
}

let due = false;
function soon() { // one update for a burst
  if (due) return;
  due = true;
  setTimeout(() => { due = false; ready = true; refresh(); followLink(); }, 60);
}

// arrived takes the handshakes of an event.
function arrived(shakes) {
  const last = shakes[shakes.length - 1];
  if (last.total > total) { total = last.total; failures = last.failed; }
  if (hold.getAttribute("aria-pressed") === "true") held = held.concat(shakes).slice(-most);
  else show(shakes, ready);
  soon();
}

hold.addEventListener("click", () => {
  const on = hold.getAttribute("aria-pressed") !== "true";
  hold.setAttribute("aria-pressed", on);
  if (!on) { show(held, true); held = []; }
  refresh();
});
find.addEventListener("input", refresh);
onlyFailed.addEventListener("change", refresh);
for (const b of document.querySelectorAll(".copy")) b.addEventListener("click", () => copy(b.previousElementSibling.textContent, b));
