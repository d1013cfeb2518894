// Links to rows: the fragment names the feed, which is new when the server starts, and
// the handshake in it.
const notice = document.getElementById("notice");
let feed = ""; // the name of the server's feed
let followed = ""; // the fragment that was followed last

const linkTo = id => location.href.split("#")[0] + "#" + feed + "." + id;

// followLink opens the row that the fragment names, once.
function followLink() {
  const fragment = location.hash.slice(1);
  if (!ready || !feed || fragment === followed) return;
  followed = fragment;
  const [of, id] = fragment.split(".");
  const row = of === feed ? rows.find(r => String(r.shake.id) === id) : null;
  notice.textContent = !fragment || row ? "" : of === feed
    ? "The handshake of this link is no longer listed." : "This link is to a handshake before the server's last start.";
  if (!row) return;
  row.node.hidden = false;
  row.details.open = true;
  row.details.querySelector("summary").focus();
  row.details.scrollIntoView({block: "start"});
}
addEventListener("hashchange", followLink);
