'use strict';
// An end of a connection that traces: end, port, number of connections, options, and
// more of them.

const tls = require('tls');
const [end, port, count, json, more] = process.argv.slice(1);
const options = Object.assign({ enableTrace: true }, JSON.parse(json), JSON.parse(more));
if (options.psk) {
  const [[identity, key]] = Object.entries(options.psk);
  const psk = Buffer.from(key, 'base64');
  options.pskCallback = end === 'server' ? () => psk : () => ({ identity, psk });
  options.checkServerIdentity = () => undefined;
}
let left = Number(count);

function connect(session) {
  const socket = tls.connect(Object.assign({ host: '127.0.0.1', port, session }, options));
  let last;
  socket.on('session', (s) => { last = s; });
  socket.on('error', () => {});
  socket.on('secureConnect', () => socket.write('hello\n'));
  socket.on('data', () => socket.end());
  socket.on('close', () => { if (--left > 0) connect(last); });
}

function serve() {
  const server = tls.createServer(options, (socket) => {
    socket.on('error', () => {});
    socket.pipe(socket);
  });
  server.on('tlsClientError', () => {});
  server.on('connection', () => { if (--left === 0) server.close(); });
  server.listen(0, '127.0.0.1', () => console.log('listening on 127.0.0.1:' + server.address().port));
}

if (end === 'server') serve();
else connect();
