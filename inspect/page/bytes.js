// The bytes of a message, beside its fields.
const narrow = matchMedia("(max-width: 52rem)");

function bytes(step, message) {
  const dump = new Dump(message.hex, step.name);
  return el("div", {class: "bytes"}, fieldList(message, dump), dump.node);
}

// fieldList lists the fields; one that is clicked has its bytes marked. Only one is
// reached by Tab, the others by the arrow keys.
function fieldList(message, dump) {
  const ul = el("ul", {class: "fields"});
  for (const f of message.fields) ul.append(el("li", {"data-depth": Math.min(f.depth, 5)}, fieldButton(f, ul, dump)));
  if (message.more) ul.append(el("li", {class: "soft"}, message.more + " more fields are not listed."));
  if (message.malformed) ul.append(el("li", {class: "soft"}, "The message is malformed: these are the fields before the fault."));
  if (!message.fields.length) ul.append(el("li", {class: "soft"}, "It has no fields beside its header."));
  const first = ul.querySelector("button");
  if (first) first.tabIndex = 0;
  ul.addEventListener("keydown", moveFocus);
  return el("div", {}, message.section ? el("p", {class: "soft"}, message.section) : null, ul);
}

function fieldButton(f, ul, dump) {
  const length = f.end - f.value;
  const b = button("", {class: "field", "aria-pressed": "false", ...(f.section ? {title: f.section} : {})}, () => {
    for (const other of ul.querySelectorAll("[aria-pressed=true]")) other.setAttribute("aria-pressed", "false");
    b.setAttribute("aria-pressed", "true");
    dump.mark(f.start, f.end);
  });
  b.tabIndex = -1;
  b.append(f.name ? el("span", {class: "term"}, f.name) : "", f.name && f.text ? ": " : "", f.text || "",
    f.text ? "" : el("span", {class: "soft"}, " " + length + " B"), f.malformed ? el("span", {class: "malformed"}, " malformed") : "");
  return b;
}

function moveFocus(e) {
  const step = {ArrowDown: 1, ArrowUp: -1}[e.key];
  if (!step) return;
  const all = [...e.currentTarget.querySelectorAll("button")], next = all[all.indexOf(document.activeElement) + step];
  if (!next) return;
  e.preventDefault();
  for (const b of all) b.tabIndex = b === next ? 0 : -1;
  next.focus();
}

// Dump shows bytes in hex and as text, line by line.
class Dump {
  constructor(hex, name) {
    this.bytes = Uint8Array.from(hex.match(/../g), h => parseInt(h, 16));
    this.width = narrow.matches ? 8 : 16;
    this.lines = [];
    for (let at = 0; at < this.bytes.length; at += this.width) this.lines.push(el("div", {class: "hexline"}));
    this.marked = [0, 0];
    this.lines.forEach((_, i) => this.draw(i));
    this.node = el("div", {class: "dump mono", tabindex: "0", role: "group", "aria-label": "Bytes of " + name}, ...this.lines);
  }

  // mark marks the bytes from one offset to before another.
  mark(from, to) {
    const before = this.marked;
    this.marked = [from, to];
    for (const [a, b] of [before, this.marked])
      for (let i = Math.floor(a / this.width); i * this.width < b; i++) this.draw(i);
    const first = this.lines[Math.floor(from / this.width)];
    if (first && to > from) this.node.scrollTop = first.offsetTop - this.node.offsetTop - this.node.clientHeight / 3;
  }

  draw(i) {
    const at = i * this.width, part = this.bytes.subarray(at, at + this.width);
    const from = Math.max(this.marked[0] - at, 0), to = Math.min(this.marked[1] - at, part.length);
    const hex = (a, b) => Array.from(part.subarray(a, b), n => n.toString(16).padStart(2, "0")).join(" ");
    const text = (a, b) => Array.from(part.subarray(a, b), n => n > 31 && n < 127 ? String.fromCharCode(n) : "·").join("");
    const pad = " ".repeat(3 * (this.width - part.length));
    const offset = el("span", {class: "soft"}, at.toString(16).padStart(4, "0") + "  ");
    if (from >= to) this.lines[i].replaceChildren(offset, hex(0) + pad, "  " + text(0));
    else this.lines[i].replaceChildren(offset, hex(0, from) + (from ? " " : ""), el("mark", {}, hex(from, to)), (to < part.length ? " " : "") + hex(to) + pad,
      "  " + text(0, from), el("mark", {}, text(from, to)), text(to));
  }
}
