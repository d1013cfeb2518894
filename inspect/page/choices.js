// Where each choice came from, and what stood in the way of a better one.
function choices(d) {
  if (!d.choices || !d.choices.length) return null;
  const body = el("tbody");
  for (const c of d.choices) {
    const cell = el("td", {}, el("p", {}, sentence(c.rule)));
    if (c.obstacles) cell.append(el("ul", {class: "obstacles"}, ...c.obstacles.map(obstacle)));
    body.append(el("tr", {}, el("th", {scope: "row"}, c.what), el("td", {}, c.chosen || "none"), cell));
  }
  return el("section", {}, el("h2", {}, "Choices"), el("table", {class: "choices"}, el("thead", {}, el("tr", {},
    el("th", {scope: "col"}, "What"), el("th", {scope: "col"}, "Chosen"), el("th", {scope: "col"}, "Why"))), body));
}

function obstacle(o) {
  return el("li", {}, el("span", {class: "mono"}, o.better), " was not: " + o.reason + (o.end === "both" ? "" : " (for the " + o.end + " to change)"));
}
