"use strict";

// el makes an element; what comes from the network becomes text, never markup.
function el(name, attributes, ...children) {
  const node = document.createElement(name);
  for (const [key, value] of Object.entries(attributes || {})) node.setAttribute(key, value);
  node.append(...children.filter(c => c !== null && c !== undefined));
  return node;
}

function svg(name, attributes, ...children) {
  const node = document.createElementNS("http://www.w3.org/2000/svg", name);
  for (const [key, value] of Object.entries(attributes)) node.setAttribute(key, value);
  node.append(...children);
  return node;
}

function button(label, attributes, onClick) {
  const node = el("button", {type: "button", ...attributes}, label);
  node.addEventListener("click", onClick);
  return node;
}

const ms = n => (n < 10 ? n.toFixed(2) : n < 1000 ? n.toFixed(1) : Math.round(n)) + " ms";

// spoken is text for those who listen.
const spoken = text => el("span", {class: "spoken"}, text);

// titled is a name whose other spelling is shown on hover.
const titled = (name, other) => el("span", other && other !== name ? {title: "OpenSSL: " + other} : {}, name);

// sentence makes a sentence of a text of the server.
const sentence = text => text ? text[0].toUpperCase() + text.slice(1).replace(/[.]$/, "") + "." : "";

async function copy(text, from) {
  const label = from.textContent;
  try { await navigator.clipboard.writeText(text); from.textContent = "Copied"; }
  catch { from.textContent = "Not allowed"; }
  setTimeout(() => from.textContent = label, 1500);
}
