'use strict';
// Drives Node's tls for the tests. Each line of stdin is a command, each line
// of stdout a reply or an event; all are JSON, and bytes in them base64.

const net = require('net');
const tls = require('tls');
const readline = require('readline');

const exporterLabel = 'EXPORTER-polytls-interop';
const servers = new Map();

const say = (message) => process.stdout.write(JSON.stringify(message) + '\n');
const failure = (e) => ({ code: e.code || '', message: e.message });

// nodeOptions are Node's options for those of a test.
function nodeOptions(o, isServer) {
  const out = Object.assign({}, o);
  for (const name of ['session', 'ticketKeys']) {
    if (o[name]) out[name] = Buffer.from(o[name], 'base64');
  }
  for (const [name, data] of Object.entries(o.files || {})) out[name] = Buffer.from(data, 'base64');
  if (o.pairs) {
    out.cert = o.pairs.map((pair) => pair.cert);
    out.key = o.pairs.map((pair) => pair.key);
  }
  if (o.psk) {
    const keys = new Map(Object.entries(o.psk).map(([identity, key]) => [identity, Buffer.from(key, 'base64')]));
    const [[identity, psk]] = keys;
    out.pskCallback = isServer ? (socket, id) => keys.get(id) || null : () => ({ identity, psk });
    out.checkServerIdentity = () => undefined;
  }
  return out;
}

function facts(socket) {
  const peer = socket.getPeerCertificate();
  const hex = (b) => (b ? b.toString('hex') : '');
  return {
    protocol: socket.getProtocol(),
    cipher: socket.getCipher(),
    ephemeral: socket.getEphemeralKeyInfo(),
    alpn: socket.alpnProtocol || '',
    servername: socket.servername || '',
    authorized: socket.authorized,
    authorizationError: socket.authorizationError || '',
    reused: socket.isSessionReused(),
    finished: hex(socket.getFinished()),
    peerFinished: hex(socket.getPeerFinished()),
    exporter: hex(socket.exportKeyingMaterial(32, exporterLabel)),
    sigalgs: socket.getSharedSigalgs(),
    peerCN: peer && peer.subject ? peer.subject.CN : '',
  };
}

// listen serves an echo.
function listen({ id, options }) {
  const server = tls.createServer(nodeOptions(options, true), (socket) => {
    socket.on('error', () => {});
    tell({ event: 'secure', facts: facts(socket) });
    socket.pipe(socket);
  });
  let port = 0;
  const tell = (event) => say(Object.assign({ server: port }, event));
  server.on('tlsClientError', (e) => tell(Object.assign({ event: 'error' }, failure(e))));
  server.on('keylog', (line) => tell({ event: 'keylog', line: line.toString() }));
  for (const [name, context] of Object.entries(options.contexts || {})) server.addContext(name, context);
  server.listen(0, '127.0.0.1', () => {
    port = server.address().port;
    servers.set(port, server);
    say({ id, port });
  });
}

// connect sends a text, wants it back, waits for as many sessions as it is
// told, and replies with what it has seen.
function connect({ id, port, options, text, sessions }) {
  const reply = { id, sessions: [], keylog: [] };
  const sent = Buffer.from(text || '', 'base64');
  const received = [];
  let length = 0;
  let finished = false;
  const dial = options.host ? { socket: net.connect({ host: '127.0.0.1', port }) } : { host: '127.0.0.1', port };
  const socket = tls.connect(Object.assign(dial, nodeOptions(options, false)));
  const finish = (more) => {
    if (finished) return;
    finished = true;
    say(Object.assign(reply, more));
    socket.end();
  };
  const settle = () => {
    if (reply.facts && length >= sent.length && reply.sessions.length >= (sessions || 0)) {
      finish({ echoed: Buffer.concat(received).equals(sent) });
    }
  };
  socket.on('keylog', (line) => reply.keylog.push(line.toString()));
  socket.on('session', (session) => {
    reply.sessions.push(session.toString('base64'));
    settle();
  });
  socket.on('secureConnect', () => {
    reply.facts = facts(socket);
    for (let at = 0; at < sent.length; at += 12347) socket.write(sent.slice(at, at + 12347));
    settle();
  });
  socket.on('data', (data) => {
    received.push(data);
    length += data.length;
    settle();
  });
  socket.on('error', (e) => finish(failure(e)));
  socket.on('end', () => finish({
    code: 'END', message: 'the peer ended the connection', received: Buffer.concat(received).toString('base64'),
  }));
}

function close({ id, port }) {
  servers.get(port).close();
  servers.delete(port);
  say({ id });
}

// check makes a context of options, to see whether Node takes them.
function check({ id, options }) {
  tls.createSecureContext(nodeOptions(options, false));
  say({ id });
}

const commands = { check, listen, connect, close };

readline.createInterface({ input: process.stdin }).on('line', (line) => {
  const command = JSON.parse(line);
  try {
    commands[command.command](command);
  } catch (e) {
    say(Object.assign({ id: command.id }, failure(e)));
  }
});
