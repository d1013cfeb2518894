// A server with the protocol of package bench; it answers "cpu" on its standard input
// with the nanoseconds that it has used.
'use strict';
const crypto = require('crypto');
const fs = require('fs');
const tls = require('tls');
const [cert, key, version, ciphers, ecdhCurve, identifier] = process.argv.slice(1).filter((a) => a !== '--');

const server = tls.createServer({
  cert: fs.readFileSync(cert), key: fs.readFileSync(key),
  minVersion: version, maxVersion: version, ciphers, ecdhCurve,
  secureOptions: identifier === 'true' ? crypto.constants.SSL_OP_NO_TICKET : 0,
}, (socket) => {
  let left = 0; // bytes of a TAKE
  socket.on('error', () => socket.destroy());
  socket.on('data', (data) => {
    if (left > 0) {
      left -= data.length;
      if (left === 0) socket.write('\n');
      return;
    }
    const [verb, total, size] = data.toString('latin1').trim().split(' ');
    if (verb === 'TAKE') {
      left = Number(total);
    } else if (verb === 'GIVE') {
      send(socket, Number(total), Buffer.alloc(Number(size)));
    } else {
      socket.write(data);
    }
  });
});

if (identifier === 'true') {
  const sessions = new Map();
  server.on('newSession', (id, data, done) => { sessions.set(id.toString('hex'), data); done(); });
  server.on('resumeSession', (id, done) => done(null, sessions.get(id.toString('hex')) || null));
}

function send(socket, total, chunk) {
  while (total > 0) {
    const part = total < chunk.length ? chunk.subarray(0, total) : chunk;
    total -= part.length;
    if (!socket.write(part)) {
      socket.once('drain', () => send(socket, total, chunk));
      return;
    }
  }
}

server.listen(0, '127.0.0.1', () => console.log(`127.0.0.1:${server.address().port}`));
process.stdin.on('data', () => {
  const { user, system } = process.cpuUsage();
  console.log((user + system) * 1000);
}).on('end', () => process.exit());
