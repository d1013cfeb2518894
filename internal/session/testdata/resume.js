// A Node server and client in one process: node resume.js version certificate
// key ticketKeys(hex). The first line written is the client's session in hex.
// Each line read is a session to connect with; the line written says whether
// both sides resumed it.
'use strict';
const fs = require('fs');
const readline = require('readline');
const tls = require('tls');

const [version, cert, key, ticketKeys] = process.argv.slice(2);

const server = tls.createServer({
  cert: fs.readFileSync(cert),
  key: fs.readFileSync(key),
  ticketKeys: Buffer.from(ticketKeys, 'hex'),
  sessionIdContext: 'ctx',
  minVersion: version,
  maxVersion: version,
  ALPNProtocols: ['h2'],
}, (socket) => socket.end(String(socket.isSessionReused())));

function connect(session, done) {
  let last = null;
  let text = '';
  const socket = tls.connect({
    port: server.address().port,
    servername: 'localhost',
    ca: fs.readFileSync(cert),
    minVersion: version,
    maxVersion: version,
    ALPNProtocols: ['h2'],
    session,
  });
  socket.on('session', (data) => { last = data; });
  socket.on('data', (data) => { text += data; });
  socket.on('end', () => done(last, text + ' ' + socket.isSessionReused()));
}

server.listen(0, 'localhost', () => {
  connect(undefined, (session) => {
    console.log(session.toString('hex'));
    const lines = readline.createInterface({ input: process.stdin });
    lines.on('line', (line) => {
      connect(Buffer.from(line, 'hex'), (_, reused) => console.log(reused));
    });
    lines.on('close', () => process.exit());
  });
});
