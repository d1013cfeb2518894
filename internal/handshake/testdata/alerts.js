'use strict';
// The ends of Node that alertnode_test.go tries. The input is their options in JSON,
// {servers: {name: options}, clients: {name: {count, ...options}}}. The release of OpenSSL and the
// ports of the servers are printed as JSON. Each client connects as often as it is told, one
// connection after another.
const tls = require('tls');
const {servers, clients} = JSON.parse(require('fs').readFileSync(0));
const ignore = () => {};

const ports = {};
const done = () => console.log(JSON.stringify({openssl: process.versions.openssl, ports}));
for (const [name, options] of Object.entries(servers)) {
  const server = tls.createServer(options, (s) => s.on('error', ignore).resume());
  server.on('tlsClientError', ignore);
  server.on('OCSPRequest', (cert, issuer, done) => done(null, Buffer.from('response')));
  server.listen(0, '127.0.0.1', () => {
    ports[name] = server.address().port;
    if (Object.keys(ports).length === Object.keys(servers).length) done();
  });
}

for (const {count, ...options} of Object.values(clients)) {
  let n = 0;
  (function next() {
    if (n++ === count) return;
    tls.connect({host: '127.0.0.1', ...options}).on('error', ignore).on('close', next).resume();
  })();
}
