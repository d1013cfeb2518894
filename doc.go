// Package polytls is TLS 1.0 to 1.3 in pure Go, modeled on Node.js's tls module:
// pre-shared keys, finite-field DHE, CCM, OpenSSL's cipher lists, sessions and tickets
// that Node and OpenSSL resume, and an error for every failure that carries Node's code
// and the alert. The table below has the Go name for each of Node's names, or the
// reason why there is none.
//
// An echo server and its client:
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
// A [Socket] is a net.Conn, and [Server.Listener] returns a net.Listener. Package
// polyhttp has servers and clients of HTTP/1.1 and HTTP/2, package polygrpc has
// credentials for gRPC.
//
// # From Node's names to Go's
//
// Each of Node's lists of options is one struct: [ContextOptions] for
// tls.createSecureContext(), [ServerOptions] for tls.createServer(), [ConnectOptions]
// for tls.connect(). Getters have no "get" in their names. Buffers are []byte, times
// are time.Duration, and the zero value of an option is the safe one. Options of
// package net are named with it; "not here" is followed by the reason.
//
//	Node                                     here                                         what differs
//	tls.createServer(options, listener)      NewServer(options, handler)                  the handler runs on its own goroutine
//	server.listen, server.address            Server.Listen, Serve, Address                Listen binds and serves; Serve blocks
//	server.listen({fd}) or a handle          Server.Serve                                 of a net.FileListener, or any net.Listener
//	server.close, getConnections             Server.Close, Shutdown, Connections          Shutdown waits for connections
//	server.connections                       Server.Connections
//	server.addContext                        Server.AddContext                            takes a ready SecureContext
//	server.setSecureContext                  Server.SetSecureContext                      takes a ready SecureContext; ticket keys stay
//	server.getTicketKeys, setTicketKeys      Server.TicketKeys, SetTicketKeys             several keys: the first seals, all open
//	server.emit('connection', duplex)        Server.Inject                                Handshake returns when it is done
//	'secureConnection'                       the handler of NewServer
//	'connection'                             Server.OnConnection                          each method On... adds a function to an event
//	'drop'                                   Server.OnDrop                                gets the connection
//	server.dropMaxConnection                 MaxConnections                               always closes connections above it
//	'listening'                              the return of Server.Listen
//	'close' of a server                      the return of Server.Shutdown                Serve returns as soon as Close is called
//	'error' of a server                      the errors of Server.Listen, Serve
//	'close', 'end', 'error' of a socket      the errors of Socket.Read, Write             io.EOF is the end
//	ref, unref                               not here: a program ends when main returns
//	'tlsClientError'                         Server.OnTLSClientError
//	'keylog'                                 Server.OnKeylog
//	'newSession', 'resumeSession'            Server.OnNewSession, OnResumeSession         return values; or a SessionStore
//	'OCSPRequest'                            Server.OnOCSPRequest                         a return value, no callback
//	'secureConnect', 'secure'                the return of Connect, Client, ServerSocket
//	tls.connect                              Connect
//	tls.connect({socket})                    Client                                       any net.Conn
//	new tls.TLSSocket(s, {isServer})         ServerSocket                                 any net.Conn
//	tls.TLSSocket, tls.Server                Socket, Server
//	tls.createSecureContext                  NewSecureContext
//	tls.SecureContext                        SecureContext
//	tls.checkServerIdentity                  CheckServerIdentity
//	tls.getCiphers                           Ciphers
//	crypto.getCurves                         Groups                                       those for key exchange
//	tls.rootCertificates                     RootCertificates
//	tls.getCACertificates                    CACertificates                               "extra" is empty: ExtraCA of a context
//	tls.setDefaultCACertificates             SetDefaultCACertificates
//	tls.getCertificateCompressionAlgorithms  the values of package certcompress           and of the packages below it
//	tls.convertALPNProtocols                 not here: ALPNProtocols are strings
//	tls.parseCertString                      not here: names are lists; see CertificateName
//	tls.DEFAULT_CIPHERS                      DefaultCiphers, SetDefaultCiphers            atomic, read when a context is made
//	crypto.constants.defaultCoreCipherList   DefaultCiphers                               until it is set
//	tls.DEFAULT_ECDH_CURVE                   DefaultECDHCurve, SetDefaultECDHCurve
//	tls.DEFAULT_MIN_VERSION                  DefaultMinVersion, SetDefaultMinVersion
//	tls.DEFAULT_MAX_VERSION                  DefaultMaxVersion, SetDefaultMaxVersion
//	tls.CLIENT_RENEG_LIMIT                   ClientRenegLimit, SetClientRenegLimit
//	tls.CLIENT_RENEG_WINDOW                  ClientRenegWindow, SetClientRenegWindow
//	--tls-cipher-list                        SetDefaultCiphers                            and flags of the command of that name
//	--tls-min-v1.x, --tls-max-v1.x           SetDefaultMinVersion, SetDefaultMaxVersion   the same
//	--tls-keylog, SSLKEYLOGFILE              OnKeylog                                     the command reads SSLKEYLOGFILE
//	--use-openssl-ca                         SystemRoots                                  reads every file of a directory
//	SSL_CERT_FILE, SSL_CERT_DIR              SystemRoots                                  reads both, as OpenSSL does
//	NODE_TLS_REJECT_UNAUTHORIZED             not here: an environment must not turn trust off
//	privateKeyEngine, privateKeyIdentifier   Key.Signer                                   a crypto.Signer, perhaps a ContextSigner
//	clientCertEngine                         Key.Signer                                   a crypto.Signer, perhaps a ContextSigner
//	timeout                                  ConnectOptions.Dialer                        Timeout; a context bounds the handshake, too
//	family, hints                            Client                                       over a connection of net.Dial("tcp4", address)
//	keepAlive, keepAliveInitialDelay         net.Dialer, net.ListenConfig                 KeepAliveConfig, and its Idle
//	autoSelectFamily                         ConnectOptions.Dialer                        on; a FallbackDelay below 0 turns it off
//	autoSelectFamilyAttemptTimeout           ConnectOptions.Dialer                        FallbackDelay; 300 ms by default, not 250
//	signal                                   the context of Connect and Client            Close ends a connection that is up
//	noDelay                                  net.TCPConn                                  SetNoDelay of what NetConn gives
//	exclusive, ipv6Only, reusePort           net.ListenConfig                             Control, a network of "tcp6"; then Serve
//	backlog                                  not here: package net asks the system for it
//	pauseOnConnect, onread                   not here: nothing is read before Read
//	highWaterMark                            not here: nothing is queued
//	blockList                                not here: Inject what you have accepted
//	socket.authorized                        Socket.Authorized
//	socket.authorizationError                Socket.AuthorizationError                    an error whose Code is Node's string
//	socket.alpnProtocol, servername          Socket.ALPNProtocol, ServerName              "" where Node has false
//	socket.encrypted                         not here: a Socket always is
//	socket.secureConnecting                  not here: Connect returns when it is done
//	socket.address, localAddress, localPort  Socket.LocalAddr                             a net.Addr
//	socket.remoteAddress, remotePort         Socket.RemoteAddr                            a net.Addr
//	socket.remoteFamily                      Socket.RemoteFamily
//	socket.getCipher, getProtocol            Socket.Cipher, Protocol                      nothing before the handshake
//	socket.getEphemeralKeyInfo               Socket.EphemeralKeyInfo
//	socket.getFinished, getPeerFinished      Socket.Finished, PeerFinished
//	socket.getPeerCertificate                Socket.PeerCertificate                       nil where Node has {}
//	socket.getPeerX509Certificate            Socket.X509Certificates                      the first; crypto/x509 has its type
//	socket.getCertificate                    Socket.Certificate                           nil where Node has {}
//	socket.getX509Certificate                Socket.Certificate                           x509.ParseCertificate reads its Raw
//	socket.setKeyCert                        Socket.SetKeyCert                            takes a ready SecureContext
//	socket.getSession, getTLSTicket          Socket.Session, TLSTicket
//	socket.isSessionReused                   Socket.SessionReused
//	socket.getSharedSigalgs                  Socket.SharedSigalgs
//	socket.exportKeyingMaterial              Socket.ExportKeyingMaterial
//	socket.renegotiate                       Socket.Renegotiate                           RequestClientCertificate, UpdateKeys in TLS 1.3
//	socket.disableRenegotiation              Socket.DisableRenegotiation
//	socket.setMaxSendFragment                Socket.SetMaxSendFragment
//	socket.enableTrace                       Socket.EnableTrace
//	socket.setTimeout                        Socket.SetDeadline                           ends a Read or Write, not the connection
//	socket.end                               Socket.CloseWrite
//	socket.destroy                           Socket.Close                                 sends close_notify
//	socket.bytesRead, bytesWritten           Socket.BytesRead, BytesWritten
//	tls.createSecurePair, tls.SecurePair     Client, ServerSocket                         over a net.Pipe (deprecated in Node)
//	tls.CryptoStream                         Socket                                       deprecated in Node
//	cryptoStream.bytesWritten                Socket.WireBytesWritten
//
// The options; see docs/options.md:
//
//	Node                                     here                                         what differs
//	host                                     Host
//	port                                     Port
//	path                                     Path
//	servername, socket.setServername         ServerName                                   Host is sent unless omitted
//	lookup, localAddress, localPort          Dialer                                       a net.Dialer: Resolver, LocalAddr
//	secureContext                            SecureContext                                excludes the options of a context
//	cert                                     Cert                                         a list, of which the server name chooses; PEM or DER, or CertFile
//	key                                      Key                                          a list, PEM or DER, or KeyFile; a Key may be a crypto.Signer
//	pfx                                      PFX                                          a list, or PFXFile
//	passphrase                               Passphrase
//	pskCallback                              PSKCallback                                  under a context; several keys in TLS 1.3
//	pskIdentityHint                          PSKIdentityHint
//	SNICallback                              SNICallback                                  under a context
//	ca                                       CA                                           a list, PEM or DER, or CAFile; nil is Mozilla's roots
//	--use-system-ca                          SystemRoots                                  in place of Mozilla's roots
//	NODE_EXTRA_CA_CERTS                      ExtraCA                                      the command: POLYTLS_EXTRA_CA_CERTS
//	crl                                      CRL                                          a list, PEM or DER, or CRLFile
//	allowPartialTrustChain                   AllowPartialTrustChain
//	rejectUnauthorized                       AllowUnauthorized                            the opposite
//	checkServerIdentity                      CheckServerIdentity                          under a context
//	requestCert                              RequestCert
//	minVersion                               MinVersion                                   a constant from TLS10 to TLS13
//	maxVersion                               MaxVersion                                   the same
//	secureProtocol                           SecureProtocol                               TLS_method is 1.2 to 1.3
//	secureOptions                            SecureOptions                                by value; ParseSecureOptions reads names
//	ciphers                                  Ciphers
//	ecdhCurve                                ECDHCurve
//	sigalgs                                  Sigalgs
//	dhparam                                  DHParam
//	minDHSize                                MinDHSize
//	ALPNProtocols                            ALPNProtocols
//	ALPNCallback                             ALPNCallback                                 under a context
//	certificateCompression                   CertificateCompression                       values of package certcompress
//	handshakeTimeout                         HandshakeTimeout
//	honorCipherOrder                         ClientCipherOrder                            the opposite
//	server.maxConnections                    MaxConnections
//	allowHalfOpen                            AllowHalfOpen
//	ticketKeys                               TicketKeys
//	sessionTimeout                           SessionTimeout
//	sessionIdContext                         SessionIDContext                             empty by default
//	session, socket.setSession               Session                                      Sessions remembers them by itself
//	'session'                                OnSession                                    up to TLS 1.2 before Connect returns, not after
//	requestOCSP                              RequestOCSP
//	'OCSPResponse'                           OnOCSPResponse                               its error ends the handshake
//	'OCSPRequest'                            OnOCSPRequest                                of a server also Server.OnOCSPRequest
//	'newSession'                             OnNewSession                                 of a server also Server.OnNewSession
//	'resumeSession'                          OnResumeSession                              of a server also Server.OnResumeSession
//	'keylog'                                 OnKeylog                                     of a server also Server.OnKeylog
//	enableTrace, --trace-tls                 EnableTrace                                  and TraceWriter, TraceStyle
//
// # Where polytls differs from Node, and why
//
//   - A constrained authority cannot name a host through a common name, a dot at
//     the end of a name or a wildcard that its constraints do not allow, as in
//     crypto/x509: checkServerIdentity would accept what OpenSSL does not check. A chain
//     that takes too much work to verify is CERT_CHAIN_TOO_LONG.
//   - Callback errors, rejected chains and identity failures send the alert of the
//     RFC, where Node closes silently, so that the peer's operator learns the
//     reason. Our own error keeps the cause's code.
//   - The end of a connection without close_notify is io.ErrUnexpectedEOF, since an
//     attacker may have truncated it, unless SSL_OP_IGNORE_UNEXPECTED_EOF is set, as
//     polyhttp's clients do. Node reports a normal end.
//   - A MinVersion, default minimum or SecureProtocol that names TLS 1.0 or 1.1 is
//     enough to enable it; an explicit @SECLEVEL of 1 or more refuses them. TLS_method
//     means 1.2 to 1.3.
//   - A peer that a pre-shared key authenticates is authorized on every version:
//     neither an identity check nor a certificate is required.
//   - Ticket keys belong to the server and survive SetSecureContext; those of
//     ServerSocket belong to the context, as in Node.
//   - A renegotiation that asks for a client certificate is a full handshake,
//     which includes one; Node resumes by default, which does not.
//   - A context may hold several certificates of one key type, each with its key. A
//     server sends one for the name that the client sent, and a client one that an
//     authority of the server has issued, whatever its type; if there is none, the
//     first that the peer can use is sent. Node keeps the last one of each type, and
//     refuses the keys of others.
//   - Cert, Key, CA, ExtraCA and CRL may be in DER; Node refuses that, or trusts nothing.
//   - An option that is "" or 0 is not set. Node refuses "" in sigalgs, minVersion,
//     maxVersion and secureProtocol, and a minDHSize of 0; with an ecdhCurve of "" it
//     has no groups, and a sessionTimeout of 0 is a timeout of 0 s.
//   - A key or PFX whose own passphrase is "" is opened by that of the context, as in
//     Node 12; current Node uses the empty one.
//   - Connect sends Host as the server name when it is a name, in ASCII and
//     without a trailing dot. A Host or ServerName that is neither a name nor an
//     address, or longer than 255 bytes, is an error.
//   - A session is resumed only if a full handshake would accept its peer now:
//     certificates, CRLs and dates are verified under the current context, at both
//     ends, CheckServerIdentity and OnOCSPResponse are called, and PSKCallback or
//     SRPCallback must still return the key that authenticated it. Node keeps the
//     result of the first handshake. A refused session means a full handshake. The
//     lifetime of a session begins with its full handshake and ends with the peer's
//     certificate at the latest: a ticket of TLS 1.3 has the remaining time. Sessions
//     of pre-shared keys and SRP that Node made do not name the key, and are not
//     resumed.
//   - A session that names a host is resumed under that name only, in TLS 1.3 also
//     under one to which AddContext gives the same context. Node's tickets do not name
//     a host. The SessionIDContext is that of the context for the name.
//   - The session of a client whose certificate was not requested is not resumed by
//     a server that requests one.
//   - Early data (0-RTT), which Node does not have, is accepted by the Server that
//     issued the ticket or by the one that takes the ticket from a store, as
//     MaxEarlyData describes.
//   - A server with RequestCert chooses no anonymous suite, which excludes client
//     certificates, unless it has AllowUnauthorized.
//   - Private keys on Brainpool curves and secp256k1 need AllowVariableTimeKeys, and
//     all keys on secp256k1 package secp256k1. In ECDHCurve these curves are for
//     certificates up to TLS 1.2 only: no key exchange uses them.
//   - Groups and signature algorithms that polytls does not implement (P-224, DSA) are
//     skipped in lists; it is an error only if nothing
//     remains.
//   - A SecureProtocol for the other end, a DHParam that cannot be read, one below the
//     security level and one whose modulus is not prime are errors when the context,
//     the client or the server is made. A client refuses such a modulus, too.
//   - A DHParam below the security level has the code of a client that refuses it,
//     ERR_SSL_DH_KEY_TOO_SMALL, where Node has ERR_CRYPTO_OPERATION_FAILED; one
//     below 2,048 bits that the level allows is accepted without a warning.
//   - SetKeyCert is an error once a certificate has been chosen, and may change
//     the type of the key up to TLS 1.2, which Node's server cannot.
//   - A client's session whose cipher suite the client no longer offers is not
//     offered: the handshake is a full one. In Node it fails.
//   - A renegotiation beyond ClientRenegLimit within ClientRenegWindow ends the
//     connection with ERR_TLS_SESSION_ATTACK. Node reports that code and leaves
//     the connection to the program.
//   - The cost of a peer's keys is bounded: RSA keys of 8,192 bits (MaxRSABits), and at
//     clients DHE primes of 4,096 bits (MaxDHSize), or of 8,192 if they are in RFC 3526
//     or RFC 7919. Node accepts 16,384 and 10,000.
//   - A server answers record_size_limit (RFC 8449), which Node ignores, and respects
//     the limit. A client offers it, or max_fragment_length, if RecordSizeLimit or
//     MaxFragmentLength is set.
//   - A trace shows the numbers of control characters that the peer has chosen, and
//     the bytes of a message that it cannot read; OpenSSL prints the characters as
//     they are, and none of the bytes.
//   - Private keys encrypted with Camellia, ARIA or PBE-SHA1-2DES are not supported: no
//     module that this one could depend on implements these. The error names the
//     cipher.
//   - A server name of AddContext may be in Unicode and have a trailing dot. There may
//     be 1,000 names with more than one '*', or with one after the first dot.
//   - A client's session that has unknown fields, or was made with compression, is not
//     offered: the handshake is a full one. In Node the latter fails.
//   - SystemRoots replaces Mozilla's roots; Node's --use-system-ca adds to them.
//   - Mozilla's roots do not include that of TUBITAK Kamu SM, which Mozilla trusts only
//     for names below .tr, and certificates that one of them issued after Mozilla's
//     date of distrust are refused. Node applies neither restriction.
//
// # Errors
//
// Failures of TLS are an [*Error]: its Code is what Node's err.code would be, its Alert
// the alert that the AlertFrom side sent, its Option the option at fault. errors.Is
// compares codes. Package [polytls/failure] has the table of codes and alerts:
// failure.Lookup returns what a code means and what to do about it, as docs/failures.md
// does.
package polytls
