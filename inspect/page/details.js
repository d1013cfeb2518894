// An opened row: what happened, and what the server keeps of it.
async function openRow(row) {
  const s = row.shake;
  const rest = el("div", {class: "rest", "aria-live": "polite"}, el("p", {class: "soft"}, "Loading"));
  row.details.append(el("div", {class: "body"}, notes(s), el("section", {}, el("h2", {}, "Result"), facts(s)), rest, actions(row)));
  try {
    const d = await load(s.id);
    rest.replaceChildren(...[messages(d), choices(d), lists(d)].filter(Boolean));
  } catch (e) {
    rest.replaceChildren(el("p", {class: "soft"}, e.message));
  }
}

// load gets the details of a handshake.
async function load(id) {
  let answer;
  try { answer = await fetch("handshakes/" + id); }
  catch { throw new Error("The server cannot be reached for the details."); }
  if (!answer.ok) throw new Error("The server keeps the details of the last " + most + " handshakes only.");
  return answer.json();
}

// notes are the cause of a failure and the remedy, or what is weak.
function notes(s) {
  if (s.ok) return s.weak ? el("p", {class: "note"}, el("strong", {}, "Weaker than RFC 9325 recommends"), ": " + s.weak.join("; ")) : null;
  const alert = s.alertFrom === "peer" ? "The client sent the alert " + s.alert + "." :
    s.alertFrom === "us" ? "This server sent the alert " + s.alert + "." : "No alert was sent.";
  return el("div", {class: "note bad"},
    el("p", {}, el("strong", {}, s.code || "failed"), ": " + s.reason + ". ", alert),
    s.what ? explanation(s) : null);
}

function explanation(s) {
  const d = el("dl", {});
  for (const [term, text] of [["Client", s.client && "it seems to be " + s.client], ["Cause", s.what], ["Whose", s.fault], ["What to do", s.remedy]])
    if (text) d.append(el("dt", {}, term), el("dd", {}, sentence(text)));
  return d;
}

function facts(s) {
  const d = el("dl");
  for (const [term, value, other] of factsOf(s)) if (value) d.append(el("dt", {}, term), el("dd", {}, titled(value, other)));
  return d;
}

// factsOf returns the facts as terms, their values and, on hover, other names of them.
function factsOf(s) {
  const results = s.ok ? [
    ["Version", s.protocol],
    ["Cipher suite", s.standard || s.cipher, s.cipher],
    ["Key exchange", s.group && s.group + (s.helloRetry ? ", after a HelloRetryRequest" : "")],
    ["Our signature", s.sigalg],
    ["Client's signature", s.peerSigalg],
    ["Session", s.psk ? "new, by a pre-shared key" : s.reused ? "resumed" + (s.resumption ? " by " + s.resumption : "") : "new"],
    ["Client authenticated", s.authorized ? "yes" : s.code ? "no: " + s.reason + " (" + s.code + ")" : "not requested, or no certificate sent"],
  ] : [];
  return [
    ["Client", s.remote + (s.peer ? ", " + s.peer : "")],
    ["Seems to be", s.client],
    ...results,
    ["Server name", s.servername || "none sent"],
    ["Application protocol", s.alpn || (s.ok ? "none" : "")],
    ["Took", s.took ? ms(s.took) + ", of which " + ms(s.waited) + " waiting for the client" + (s.roundTrips ? ", " + s.roundTrips + (s.roundTrips === 1 ? " round trip" : " round trips") : "") : ""],
    ["JA4", s.ja4],
    ["JA3", s.ja3],
  ];
}

function actions(row) {
  const id = row.shake.id;
  const file = (ending, what) => el("a", {href: "handshakes/" + id + ending, download: "handshake-" + id + ending}, what);
  return el("p", {class: "actions"},
    button("Copy link", {}, e => copy(linkTo(id), e.currentTarget)),
    button("Compare", {}, () => compare(row)),
    file(".json", "Save as JSON"), file(".pcapng", "Save for Wireshark"),
    el("span", {class: "soft"}, "Both have the messages decrypted, and no keys."));
}
