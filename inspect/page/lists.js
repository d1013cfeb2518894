// What the client offered beside what this server enables.
function lists(d) {
  if (!d.lists.length) return null;
  const body = el("div", {class: "lists"});
  for (const c of d.lists) {
    body.append(el("h3", {}, c.title), values("The client offers", c.title, c.offered));
    if (c.enabled) body.append(values("This server enables", c.title, c.enabled));
  }
  return el("section", {}, el("h2", {}, d.enabled ? "Offered and enabled" : "Offered"), legend(d), body);
}

function legend(d) {
  const both = d.lists.some(c => c.enabled);
  return el("ul", {class: "names legend", "aria-hidden": "true"}, el("li", {class: "chosen"}, "chosen"),
    both ? el("li", {}, "both") : null, both ? el("li", {class: "one"}, "one end only") : null, el("li", {class: "weak"}, "weak"));
}

function values(whose, title, all) {
  const ul = el("ul", {class: "names", "aria-label": whose + ": " + title});
  for (const o of all || []) ul.append(value(o));
  return el("div", {class: "whose"}, el("p", {class: "soft"}, whose), all && all.length ? ul : el("p", {class: "soft"}, "none"));
}

function value(o) {
  const states = [o.chosen ? "chosen" : "", o.weak ? "weak" : "", o.both || o.chosen ? "" : "one"].filter(Boolean);
  const hover = [o.other ? "OpenSSL: " + o.other : "", o.weak ? "weak: " + o.weak : ""].filter(Boolean).join("\n");
  const heard = [o.chosen ? "chosen" : "", o.weak ? "weak" : ""].filter(Boolean).join(", ");
  return el("li", {class: states.join(" "), ...(hover ? {title: hover} : {})}, o.name, heard ? spoken(" (" + heard + ")") : null);
}
