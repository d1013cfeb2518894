// Package polytls is TLS 1.0 to 1.3 in pure Go with everything that Node.js's
// tls module does: pre-shared keys, finite-field DHE, CCM, OpenSSL's cipher
// lists, sessions and tickets that Node and OpenSSL resume, and an error for
// every failure that carries Node's code and the alert.
//
// A server that echoes, and its client:
//
//	srv, err := polytls.NewServer(polytls.ServerOptions{
//		ContextOptions: polytls.ContextOptions{
//			Cert: [][]byte{certPEM},
//			Key:  []polytls.Key{{PEM: keyPEM}},
//		},
//	}, func(s *polytls.Socket) {
//		defer s.Close()
//		io.Copy(s, s)
//	})
//	if err != nil {
//		return err
//	}
//	addr, err := srv.Listen("tcp", "127.0.0.1:8000")
//
//	s, err := polytls.Connect(ctx, polytls.ConnectOptions{
//		ContextOptions: polytls.ContextOptions{CA: [][]byte{caPEM}},
//		Host:           "localhost",
//		Port:           8000,
//	})
//	if err != nil {
//		return err
//	}
//	defer s.Close()
//	fmt.Fprintln(s, "hello")
//
// A [Socket] is a net.Conn. [Server.Listener] gives a net.Listener to
// http.Serve and its kind.
//
// # From Node's names to Go's
//
// A list of Node's options is one struct here: [ContextOptions] is that of
// tls.createSecureContext(), [ServerOptions] of tls.createServer(),
// [ConnectOptions] of tls.connect(). Getters lack their "get". Buffers are
// []byte, times are time.Duration, and what is false by default here is what
// is safe.
//
//	Node                                 here                                   what differs
//	tls.createServer(options, listener)  NewServer(options, handler)            the handler runs on its own goroutine
//	server.listen, server.address        Server.Listen, Serve, Address          Listen binds and serves; Serve blocks
//	server.close, getConnections         Server.Close, Shutdown, Connections    Shutdown waits for connections
//	server.maxConnections                ServerOptions.MaxConnections
//	server.addContext                    Server.AddContext                      takes a ready SecureContext
//	server.setSecureContext              Server.SetSecureContext                takes a ready SecureContext; ticket keys stay
//	server.getTicketKeys, setTicketKeys  Server.TicketKeys, SetTicketKeys       several keys: the first seals, all open
//	server.emit('connection', duplex)    Server.Inject
//	'secureConnection'                   the handler of NewServer
//	'connection'                         Server.OnConnection
//	'tlsClientError'                     Server.OnTLSClientError
//	'keylog'                             Server.OnKeylog, ConnectOptions.OnKeylog
//	'newSession', 'resumeSession'        Server.OnNewSession, OnResumeSession   return values; or a SessionStore
//	'OCSPRequest'                        Server.OnOCSPRequest                   a return value, no callback
//	'secureConnect'                      the return of Connect
//	'session'                            ConnectOptions.OnSession
//	'OCSPResponse'                       ConnectOptions.OnOCSPResponse          its error ends the handshake
//	tls.connect                          Connect
//	tls.connect({socket})                Client                                 any net.Conn
//	new tls.TLSSocket(s, {isServer})     ServerSocket                           any net.Conn
//	tls.createSecureContext              NewSecureContext
//	tls.checkServerIdentity              CheckServerIdentity
//	tls.getCiphers                       Ciphers
//	tls.rootCertificates                 RootCertificates
//	tls.DEFAULT_CIPHERS and the like     DefaultCiphers, SetDefaultCiphers ...  atomic pairs
//	key, cert, passphrase, pfx           Key, Cert, Passphrase, PFX             lists; Key may be a crypto.Signer
//	privateKeyEngine, clientCertEngine   Key.Signer                             a crypto.Signer
//	ca, crl                              CA, CRL                                lists; nil CA is Mozilla's roots
//	allowPartialTrustChain               AllowPartialTrustChain
//	ciphers, ecdhCurve, sigalgs          Ciphers, ECDHCurve, Sigalgs
//	dhparam, minDHSize                   DHParam, MinDHSize
//	minVersion, maxVersion               MinVersion, MaxVersion
//	secureProtocol, secureOptions        SecureProtocol, SecureOptions          TLS_method is 1.2 to 1.3
//	honorCipherOrder: false              ClientCipherOrder: true
//	rejectUnauthorized: false            AllowUnauthorized: true
//	requestCert                          RequestCert
//	ALPNProtocols, ALPNCallback          ALPNProtocols, ALPNCallback
//	SNICallback                          SNICallback                            under a context
//	servername                           ServerName, OmitServerName             Host is sent unless omitted
//	session, ticketKeys                  Session, TicketKeys                    Sessions remembers them by itself
//	sessionTimeout, sessionIdContext     SessionTimeout, SessionIDContext       the latter is empty by default
//	pskCallback, pskIdentityHint         PSKCallback, PSKIdentityHint           under a context; several keys in TLS 1.3
//	requestOCSP                          RequestOCSP
//	handshakeTimeout                     HandshakeTimeout
//	allowHalfOpen                        AllowHalfOpen
//	path, host, port                     Path, Host, Port
//	lookup, localAddress, timeout ...    ConnectOptions.Dialer                  a net.Dialer's fields
//	socket.authorized                    Socket.Authorized
//	socket.authorizationError            Socket.AuthorizationError              an error whose Code is Node's string
//	socket.alpnProtocol, servername      Socket.ALPNProtocol, ServerName        "" where Node has false
//	socket.getCipher, getProtocol        Socket.Cipher, Protocol                nothing before the handshake
//	socket.getEphemeralKeyInfo           Socket.EphemeralKeyInfo
//	socket.getFinished, getPeerFinished  Socket.Finished, PeerFinished
//	socket.getPeerCertificate            Socket.PeerCertificate                 nil where Node has {}
//	socket.getPeerX509Certificate        Socket.X509Certificates
//	socket.getCertificate                Socket.Certificate
//	socket.getSession, getTLSTicket      Socket.Session, TLSTicket
//	socket.isSessionReused               Socket.SessionReused
//	socket.getSharedSigalgs              Socket.SharedSigalgs
//	socket.exportKeyingMaterial          Socket.ExportKeyingMaterial
//	socket.renegotiate                   Socket.Renegotiate                     RequestClientCertificate, UpdateKeys in TLS 1.3
//	socket.disableRenegotiation          Socket.DisableRenegotiation
//	tls.CLIENT_RENEG_LIMIT, _WINDOW      ClientRenegLimit, ClientRenegWindow    and their setters
//	socket.setMaxSendFragment            Socket.SetMaxSendFragment
//	socket.end                           Socket.CloseWrite
//	socket.destroy                       Socket.Close                           sends close_notify
//	socket.bytesRead, bytesWritten       Socket.BytesRead, BytesWritten
//	tls.createSecurePair, CryptoStream   Client, ServerSocket                   over a net.Pipe
//	pauseOnConnect, onread               not here: nothing is read before Read
//	highWaterMark                        not here: nothing is queued
//	noDelay, keepAlive                   net.Dialer, net.ListenConfig, net.TCPConn
//
// # Where polytls differs from Node, and why
//
//   - Callback errors, rejected chains and identity failures send the alert of
//     the RFC, where Node closes silently: the peer's operator should learn the
//     reason. Our own error keeps the cause's code.
//   - The end of a connection without close_notify is io.ErrUnexpectedEOF:
//     somebody may have cut it. Node reports a plain end.
//   - A MinVersion, default minimum or SecureProtocol that names TLS 1.0 or 1.1
//     is enough to enable it; an explicit @SECLEVEL of 1 or more refuses.
//     TLS_method means 1.2 to 1.3.
//   - A peer that a pre-shared key authenticates is authorized on every version:
//     no identity check and no certificate is demanded of it.
//   - Ticket keys belong to the server and survive SetSecureContext.
//   - Connect sends Host as the server name when it is a name.
//   - A bare session, one without Node 26's envelope, is resumed only if the
//     certificate in it is one for the host.
//   - Names that polytls does not implement (secp256k1, brainpool, DSA, ML-DSA)
//     are parsed and skipped in lists; an error comes only when nothing remains.
//   - A SecureProtocol of the other end, a DHParam that cannot be read, one
//     below the security level and one whose modulus is not prime are errors
//     when the context, the client or the server is made. A client refuses such
//     a modulus, too.
//   - Sessions whose peer was not verified are resumed under AllowUnauthorized
//     only.
//
// # Errors
//
// Failures of TLS are an [*Error]: its Code is what Node's err.code would be,
// its Alert what the AlertFrom side sent. errors.Is compares codes.
package polytls
