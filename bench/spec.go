// Package bench measures polytls beside crypto/tls, Node and OpenSSL.
//
// A Spec says what both ends of a connection are to do, a Stack does it. The
// Go benchmarks of this package run both ends in one process and count
// allocations; package report runs every end in a process of its own, in turn
// with the other stack's, and compares their CPU time and memory.
package bench

// Spec is a kind of connection. Stacks are held to the same version, group,
// suite and certificate, so that their work is the same.
type Spec struct {
	Version string // Node's name, "TLSv1.3"
	Group   string // OpenSSL's name, "" for no key exchange in a named group
	Suite   string // OpenSSL's name
	Cert    string // "ecdsa", "rsa", "mldsa65" or "" for none
	Resume  bool   // every connection but the first resumes a session
	// Identifier resumes from a store of the server's, in place of tickets.
	Identifier bool
	// Mutual asks the client for a certificate, the same as the server's.
	Mutual bool
	PSK    bool // an external pre-shared key authenticates
	DHE    bool // with a group of 2,048 bits
}

// Names of what Specs use.
const (
	tls12, tls13 = "TLSv1.2", "TLSv1.3"

	gcm13     = "TLS_AES_128_GCM_SHA256"
	gcmECDSA  = "ECDHE-ECDSA-AES128-GCM-SHA256"
	x25519    = "X25519"
	x25519EC  = "X25519:P-256" // up to TLS 1.2 the list is of certificates, too
	hybrid    = "X25519MLKEM768"
	mlkem     = "MLKEM768"
	withECDSA = "ecdsa"
	withRSA   = "rsa"
	withMLDSA = "mldsa65"
)

// Full13 is the usual full handshake of TLS 1.3.
var Full13 = Spec{Version: tls13, Group: x25519, Suite: gcm13, Cert: withECDSA}

// Full12 is the usual full handshake of TLS 1.2.
var Full12 = Spec{Version: tls12, Group: x25519EC, Suite: gcmECDSA, Cert: withECDSA}

// Handshake is a row of the handshakes' table.
type Handshake struct {
	Name string
	Spec
	// Beside are the other stacks that can do it.
	Beside []string
	// Other is what Beside does in its place, nil for the same.
	Other *Spec
}

// Handshakes are what is compared, each a connection with one message there
// and one back.
var Handshakes = []Handshake{
	{Name: "TLS 1.3, X25519, ECDSA P-256", Spec: Full13, Beside: []string{CryptoTLS, Node}},
	{Name: "TLS 1.3, X25519, RSA-2048", Spec: Full13.with(withRSA, gcm13), Beside: []string{CryptoTLS, Node}},
	{Name: "TLS 1.3, X25519MLKEM768, ECDSA P-256", Spec: Spec{Version: tls13, Group: hybrid, Suite: gcm13, Cert: withECDSA}, Beside: []string{CryptoTLS}},
	{Name: "TLS 1.3, ML-KEM-768, ECDSA P-256", Spec: Spec{Version: tls13, Group: mlkem, Suite: gcm13, Cert: withECDSA}, Beside: []string{Node}},
	{Name: "TLS 1.3, X25519, ML-DSA-65", Spec: Full13.with(withMLDSA, gcm13), Beside: []string{Node}},
	{Name: "TLS 1.2, X25519, ECDSA P-256", Spec: Full12, Beside: []string{CryptoTLS, Node}},
	{Name: "TLS 1.2, X25519, RSA-2048", Spec: Full12.with(withRSA, "ECDHE-RSA-AES128-GCM-SHA256"), Beside: []string{CryptoTLS}},
	{Name: "TLS 1.2, RSA-2048 key exchange", Spec: Spec{Version: tls12, Suite: "AES128-GCM-SHA256", Cert: withRSA}, Beside: []string{CryptoTLS, OpenSSL}},
	{Name: "TLS 1.2, DHE-2048, RSA-2048", Spec: Spec{Version: tls12, Suite: "DHE-RSA-AES128-GCM-SHA256", Cert: withRSA, DHE: true}, Beside: []string{OpenSSL}},
	{Name: "TLS 1.3, resumed by ticket", Spec: Full13.resumed(), Beside: []string{CryptoTLS, Node, Nginx}},
	{Name: "TLS 1.2, resumed by ticket", Spec: Full12.resumed(), Beside: []string{CryptoTLS, Node, Nginx}},
	{Name: "TLS 1.2, resumed by identifier", Spec: Full12.stored(), Beside: []string{Node, Nginx}},
	{Name: "TLS 1.3, PSK with X25519", Spec: Spec{Version: tls13, Group: x25519, Suite: gcm13, PSK: true}, Beside: []string{OpenSSL}},
	{Name: "TLS 1.2, PSK", Spec: psk12, Beside: []string{OpenSSL}},
	{Name: "TLS 1.2, PSK, beside X25519 with ECDSA", Spec: psk12, Beside: []string{CryptoTLS}, Other: &Full12},
}

var psk12 = Spec{Version: tls12, Suite: "PSK-AES128-GCM-SHA256", PSK: true}

func (s Spec) with(cert, suite string) Spec {
	s.Cert, s.Suite = cert, suite
	return s
}

func (s Spec) resumed() Spec {
	s.Resume = true
	return s
}

func (s Spec) stored() Spec {
	s.Resume, s.Identifier = true, true
	return s
}

// Served are handshakes with the command serve, beside the library.
var Served = []Handshake{
	{Name: "serve, TLS 1.3, X25519, ECDSA P-256", Spec: Full13},
	{Name: "serve, TLS 1.2, X25519, ECDSA P-256", Spec: Full12},
}

// Mutual are resumed connections whose session holds the client's certificate,
// which is verified: what that costs beside those of Handshakes.
var Mutual = []Handshake{
	{Name: "TLS 1.3, resumed by ticket, client certificate", Spec: Full13.resumed().mutual(), Beside: []string{CryptoTLS}},
	{Name: "TLS 1.2, resumed by ticket, client certificate", Spec: Full12.resumed().mutual(), Beside: []string{CryptoTLS}},
	{Name: "TLS 1.2, resumed by identifier, client certificate", Spec: Full12.stored().mutual()},
}

func (s Spec) mutual() Spec {
	s.Mutual = true
	return s
}

// Transfer is a row of the bulk table.
type Transfer struct {
	Name string
	Spec
	Write  int // bytes per call
	Beside []string
}

// Transfers are what is compared in bulk.
var Transfers = []Transfer{
	{Name: "AES-128-GCM, TLS 1.3, 16 KiB", Spec: Full13, Write: 16 << 10, Beside: []string{CryptoTLS, Node}},
	{Name: "AES-128-GCM, TLS 1.3, 1 KiB", Spec: Full13, Write: 1 << 10, Beside: []string{CryptoTLS}}, // Node gathers small writes
	{Name: "ChaCha20-Poly1305, TLS 1.2, 16 KiB", Spec: Full12.with(withECDSA, "ECDHE-ECDSA-CHACHA20-POLY1305"), Write: 16 << 10, Beside: []string{CryptoTLS}},
	{Name: "AES-128-GCM, TLS 1.2, 16 KiB", Spec: Full12, Write: 16 << 10, Beside: []string{CryptoTLS}},
	{Name: "AES-128-CBC with SHA-1, TLS 1.2, 16 KiB", Spec: Full12.with(withECDSA, "ECDHE-ECDSA-AES128-SHA"), Write: 16 << 10, Beside: []string{CryptoTLS, Node}},
	{Name: "AES-128-CCM, TLS 1.3, 16 KiB", Spec: Spec{Version: tls13, Group: x25519, Suite: "TLS_AES_128_CCM_SHA256", Cert: withECDSA}, Write: 16 << 10, Beside: []string{Node}},
}
