// The stream of handshakes, which the browser opens again when it is lost.
const events = new EventSource("events");
events.onopen = () => { live = true; soon(); };
events.onerror = () => { live = false; soon(); };
events.addEventListener("start", e => { // all that the server keeps follows
  feed = e.data;
  followed = "";
  held = [];
  total = failures = 0;
  ready = false;
  clear();
  soon();
});
events.onmessage = e => arrived(JSON.parse(e.data));
