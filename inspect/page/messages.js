// The messages of a handshake over time, each with its bytes.
function messages(d) {
  const title = el("h2", {}, "Messages");
  if (!d.steps || !d.steps.length) return el("section", {}, title, el("p", {class: "soft"}, "No message was received."));
  const whole = Math.max(...d.steps.map(p => p.at)) || 1;
  const body = el("tbody");
  let before = 0;
  d.steps.forEach((step, i) => {
    body.append(...messageRows(step, d.messages[i], before, whole));
    before = step.at;
  });
  return el("section", {}, title,
    el("p", {class: "soft times"}, el("span", {class: "ours"}, "this server's time"), el("span", {class: "theirs"}, "waiting for the client: its time and the network's")),
    el("table", {class: "messages"}, el("thead", {}, el("tr", {},
      el("th", {scope: "col"}, spoken("Direction")), el("th", {scope: "col"}, "Message"), el("th", {scope: "col", class: "num size"}, "Size"),
      el("th", {scope: "col", class: "num"}, "After"), el("th", {scope: "col", class: "line"}, "Time"))), body));
}

// messageRows returns the row of a message and, if its bytes were kept, the row that
// shows them.
function messageRows(step, message, before, whole) {
  const ours = Math.max(0, step.at - before - step.waited);
  const row = el("tr", {},
    el("td", {class: "way " + (step.sent ? "sent" : "got")}, step.sent ? "←" : "→", spoken(step.sent ? " sent" : " received")),
    el("td", {}, step.name),
    el("td", {class: "num size"}, step.size + " B"),
    el("td", {class: "num"}, ms(step.at)),
    el("td", {class: "line"}, timeLine(before, ours, step.waited, whole), spoken(ms(ours) + " this server, " + ms(step.waited) + " waiting")));
  if (!message || !message.hex) return [row];
  const under = el("tr", {hidden: ""}, el("td", {colspan: "5"}));
  const opener = button(step.name, {class: "opener", "aria-expanded": "false"}, () => {
    under.hidden = !under.hidden;
    opener.setAttribute("aria-expanded", !under.hidden);
    if (!under.firstChild.firstChild) under.firstChild.append(bytes(step, message));
  });
  row.children[1].replaceChildren(opener);
  return [row, under];
}

// timeLine draws when a message came: our own time, then the time waited for it.
function timeLine(before, ours, waited, whole) {
  const bar = (from, length, whose) => svg("rect", {
    x: 100 * from / whole + "%", width: Math.max(100 * length / whole, .6) + "%", y: 0, height: "100%", rx: 2, fill: "var(--" + whose + ")"});
  return svg("svg", {"aria-hidden": "true"},
    ...(ours > 0 || !waited ? [bar(before, ours, "ours")] : []), ...(waited > 0 ? [bar(before + ours, waited, "theirs")] : []));
}
