'use strict';
// An end of a connection in Node, or many. Its argument is an object in JSON;
// each line of stdin is a command, and it answers with a line of JSON.

const net = require('net');
const readline = require('readline');
const tls = require('tls');

const config = JSON.parse(process.argv[1]);
const say = (o) => process.stdout.write(JSON.stringify(o) + '\n');
const version = (v) => ({ minVersion: v, maxVersion: v });

// Store keeps sessions in Redis as redisstore does with PlainDER.
class Store {
  constructor(path) {
    this.waiting = [];
    this.buffer = Buffer.alloc(0);
    this.socket = net.connect({ path });
    this.socket.on('data', (data) => {
      this.buffer = Buffer.concat([this.buffer, data]);
      for (let reply = this.parse(); reply !== undefined; reply = this.parse()) this.waiting.shift()(reply);
    });
  }

  // parse takes a reply off the buffer: a bulk string, null, or a line.
  parse() {
    const end = this.buffer.indexOf('\r\n');
    if (end < 0) return undefined;
    const line = this.buffer.toString('latin1', 0, end);
    const take = (from, to, next) => {
      const reply = this.buffer.slice(from, to);
      this.buffer = this.buffer.slice(next);
      return reply;
    };
    if (line[0] !== '$') return take(0, end, end + 2).toString();
    const length = Number(line.slice(1));
    if (length < 0) {
      take(0, 0, end + 2);
      return null;
    }
    const from = end + 2;
    if (this.buffer.length < from + length + 2) return undefined;
    return take(from, from + length, from + length + 2);
  }

  call(words, done) {
    this.waiting.push(done);
    const parts = [Buffer.from(`*${words.length}\r\n`)];
    for (const word of words) {
      const data = Buffer.from(word);
      parts.push(Buffer.from(`$${data.length}\r\n`), data, Buffer.from('\r\n'));
    }
    this.socket.write(Buffer.concat(parts));
  }
}

// serve echoes; the last connection can be told to renegotiate.
let current;
function serve() {
  const options = Object.assign({}, config, version(config.version), {
    sessionIdContext: 'fleet',
    ticketKeys: Buffer.from(config.ticketKeys, 'hex'),
  });
  const server = tls.createServer(options, (socket) => {
    current = socket;
    socket.on('error', (e) => say({ error: e.code }));
    socket.pipe(socket);
  });
  server.on('tlsClientError', (e) => say({ tlsClientError: e.code, message: e.message }));
  if (config.redis) {
    const store = new Store(config.redis);
    const key = (id) => 'polytls:' + id.toString('hex');
    server.on('newSession', (id, data, done) => store.call(['SET', key(id), data, 'EX', '7200'], () => done()));
    server.on('resumeSession', (id, done) => store.call(['GET', key(id)], (data) => done(null, data)));
  }
  server.listen(0, '127.0.0.1', () => console.log('listening on 127.0.0.1:' + server.address().port));
}

// connect wants a text back, and a session from a full handshake.
function connect({ port, session, stay }) {
  const options = { host: '127.0.0.1', port, servername: 'localhost', ca: config.ca, cert: config.cert, key: config.key };
  if (session) options.session = Buffer.from(session, 'base64');
  const socket = tls.connect(Object.assign(options, version(config.version)));
  const reply = { session: '' };
  let echoed = '';
  const settle = () => {
    if (echoed !== 'hello\n' || (!socket.isSessionReused() && !reply.session)) return;
    reply.reused = socket.isSessionReused();
    say(reply);
    echoed = '';
    if (stay) socket.on('data', (data) => say({ data: data.toString() }));
    else socket.end();
  };
  current = socket;
  socket.on('session', (s) => {
    reply.session = s.toString('base64');
    settle();
  });
  socket.on('secureConnect', () => {
    if (echoed === '' && reply.reused === undefined) socket.write('hello\n');
  });
  socket.on('data', (data) => {
    echoed += data;
    settle();
  });
  socket.on('error', (e) => say({ error: e.code || e.message }));
}

function renegotiate({ options }) {
  current.renegotiate(options, (e) => {
    const peer = current.getPeerCertificate();
    say({ renegotiated: !e, error: e ? e.code : '', authorized: current.authorized, peer: peer && peer.subject ? peer.subject.CN : '' });
  });
}

function write({ text }) {
  current.write(text);
}

if (config.serve) serve();
const commands = { connect, renegotiate, write };
readline.createInterface({ input: process.stdin }).on('line', (line) => {
  const command = JSON.parse(line);
  commands[command.command](command);
});
