package main

import (
	"bytes"
	"context"
	"crypto"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"os"
	"slices"
	"strings"

	"polytls/failure"
	"polytls/internal/handshake"
	"polytls/internal/keyfile"
	"polytls/internal/openssl"
	"polytls/internal/session"
	"polytls/internal/suite"
	"polytls/internal/trust"
	"polytls/internal/wire"
)

// ciphers are the suites that the tests expect of a shim by default.
const ciphers = "ECDHE-ECDSA-AES128-GCM-SHA256:ECDHE-RSA-AES128-GCM-SHA256:" +
	"ECDHE-ECDSA-AES256-GCM-SHA384:ECDHE-RSA-AES256-GCM-SHA384:" +
	"ECDHE-ECDSA-CHACHA20-POLY1305:ECDHE-RSA-CHACHA20-POLY1305:ECDHE-PSK-CHACHA20-POLY1305:" +
	"ECDHE-ECDSA-AES128-SHA256:ECDHE-RSA-AES128-SHA256:" +
	"ECDHE-ECDSA-AES128-SHA:ECDHE-RSA-AES128-SHA:ECDHE-PSK-AES128-CBC-SHA:" +
	"ECDHE-ECDSA-AES256-SHA:ECDHE-RSA-AES256-SHA:ECDHE-PSK-AES256-CBC-SHA:" +
	"AES128-GCM-SHA256:AES256-GCM-SHA384:AES128-SHA:PSK-AES128-CBC-SHA:AES256-SHA:PSK-AES256-CBC-SHA"

// maxEarlyData is how many bytes of early data the tests expect a server to
// take.
const maxEarlyData = 14336

// maxSkippedEarlyData is how many they expect it to skip: they count ciphertext,
// up to 16,384 bytes of it.
const maxSkippedEarlyData = 16384 - 1 - 16

// suites13 are those of TLS 1.3 that the tests know.
var suites13 = []suite.ID{0x1301, 0x1302, 0x1303}

// config compiles what both sides share.
func (c *conn) config() (*handshake.Config, error) {
	f := c.flags
	cfg := &handshake.Config{
		MinVersion: suite.TLS10, MaxVersion: suite.TLS13,
		Groups:     []suite.Group{suite.X25519MLKEM768, suite.X25519, suite.P256, suite.P384},
		Schemes:    suite.Level(0).DefaultSchemes(),
		VerifyPeer: c.verify,
		Time:       c.shim.now,

		StrictKeyUsage:      true,
		OwnCertificateOrder: true,
	}
	if f.MinVersion != 0 {
		cfg.MinVersion = suite.Version(f.MinVersion)
	}
	if f.MaxVersion != 0 {
		cfg.MaxVersion = suite.Version(f.MaxVersion)
	}
	cfg.PeerTypes, cfg.OwnTypes = types(f.PeerTypes), types(f.OwnTypes)
	for _, a := range compressions {
		if f.AllCompressions || f.OneCompression == int(a.ID) {
			cfg.Compressions = append(cfg.Compressions, a)
		}
	}
	f.options(&cfg.Options)
	if err := f.suites(cfg); err != nil {
		return nil, err
	}
	if f.Curves != nil {
		cfg.Groups = groups(f.Curves)
	}
	cfg.KeyShares = keyShares(cfg.Groups)
	if f.KeyShares != nil || f.NoKeyShares {
		cfg.KeyShares = groups(f.KeyShares)
	}
	cfg.Schemes = schemes(f.VerifyPrefs)
	if f.VerifyPrefs == nil {
		cfg.Schemes = verifySchemes
	}
	if !f.Server && slices.Equal(cfg.Schemes, []suite.Scheme{suite.RSAPKCS1SHA256Legacy}) {
		cfg.Schemes = append(cfg.Schemes, suite.ECDSAP256SHA256) // a client does not offer the former
	}
	if err := c.policy(cfg); err != nil {
		return nil, err
	}
	var err error
	if cfg.Authorities, err = names(f.ClientCAs); err != nil {
		return nil, err
	}
	cfg.Certificates, err = c.certificates()
	return cfg, err
}

// verifySchemes are those whose signatures the tests expect to be accepted,
// and signSchemes those they expect to be made.
var (
	verifySchemes = []suite.Scheme{
		suite.ECDSAP256SHA256, suite.RSAPSSRSAESHA256, suite.RSAPKCS1SHA256,
		suite.ECDSAP384SHA384, suite.RSAPSSRSAESHA384, suite.RSAPKCS1SHA384,
		suite.RSAPSSRSAESHA512, suite.RSAPKCS1SHA512, suite.RSAPKCS1SHA1,
	}
	signSchemes = []suite.Scheme{
		suite.Ed25519, suite.ECDSAP256SHA256, suite.RSAPSSRSAESHA256, suite.RSAPKCS1SHA256,
		suite.ECDSAP384SHA384, suite.RSAPSSRSAESHA384, suite.RSAPKCS1SHA384,
		suite.ECDSAP521SHA512, suite.RSAPSSRSAESHA512, suite.RSAPKCS1SHA512,
		suite.ECDSASHA1, suite.RSAPKCS1SHA1,
		suite.MLDSA44, suite.MLDSA65, suite.MLDSA87,
	}
)

func (f *flags) options(o *openssl.Options) {
	for option, set := range map[openssl.Options]bool{
		openssl.OpNoTLS10: f.NoTLS1, openssl.OpNoTLS11: f.NoTLS11,
		openssl.OpNoTLS12: f.NoTLS12, openssl.OpNoTLS13: f.NoTLS13,
		openssl.OpNoTicket: f.NoTicket, openssl.OpLegacyServerConnect: !f.NoLegacyServer,
		openssl.OpNoEncryptThenMAC: true, // the runner does not know it
	} {
		if set {
			*o |= option
		}
	}
}

func (f *flags) suites(cfg *handshake.Config) error {
	text := ciphers
	if f.Cipher != "" {
		if text = ianaNames(f.Cipher); text == "" {
			return unserved{flag: "cipher"}
		}
	}
	list, err := openssl.ParseOpenSSLCiphers(text)
	if errors.Is(err, failure.NoCipherMatch) {
		return unserved{"cipher", f.Cipher}
	}
	if err != nil {
		return err
	}
	cfg.Suites = list.TLS12
	if f.Cipher != "" {
		known, err := openssl.ParseOpenSSLCiphers(ciphers)
		if err != nil {
			return err
		}
		cfg.Suites = slices.DeleteFunc(list.TLS12, func(s *suite.CipherSuite) bool { return !slices.Contains(known.TLS12, s) })
	}
	for _, id := range suites13 {
		cfg.Suites13 = append(cfg.Suites13, id.Info())
	}
	return nil
}

// ianaNames writes the IANA names of a list in OpenSSL's manner. It returns
// nothing for a list with groups of equal preference, which OpenSSL lacks.
func ianaNames(list string) string {
	if strings.ContainsAny(list, "[|") {
		return ""
	}
	words := strings.Split(list, ":")
	for i, w := range words {
		if s := suite.ByName(w); s != nil {
			words[i] = s.Name
		}
	}
	return strings.Join(words, ":")
}

func groups(ids []int) []suite.Group {
	gs := []suite.Group{}
	for _, id := range ids {
		gs = append(gs, suite.Group(id))
	}
	return gs
}

// keyShares are the groups of whose shares the tests expect one in the first
// hello: the most preferred one, and the next with ML-KEM if it has none, or
// without.
func keyShares(preferred []suite.Group) []suite.Group {
	if len(preferred) == 0 {
		return nil
	}
	first := preferred[0]
	i := slices.IndexFunc(preferred, func(g suite.Group) bool { return hasMLKEM(g) != hasMLKEM(first) })
	if i < 0 {
		return preferred[:1]
	}
	return []suite.Group{first, preferred[i]}
}

func hasMLKEM(g suite.Group) bool {
	info := g.Info()
	return info != nil && (info.Kind == suite.Hybrid || info.Kind == suite.KEM)
}

func schemes(ids []int) []suite.Scheme {
	var ss []suite.Scheme
	for _, id := range ids {
		ss = append(ss, suite.Scheme(id))
	}
	return ss
}

// types are certificate types.
func types(ids []int) []uint8 {
	var ts []uint8
	for _, id := range ids {
		ts = append(ts, uint8(id))
	}
	return ts
}

// policy narrows a configuration to a compliance policy.
func (c *conn) policy(cfg *handshake.Config) error {
	f := c.flags
	for name, set := range map[string]bool{
		"fips-202205": f.FIPS202205, "wpa3-192-202304": f.WPA202304, "cnsa-202407": f.CNSA202407,
		"cnsa1-202603": f.CNSA1202603, "cnsa2-202603": f.CNSA2202603,
	} {
		if !set {
			continue
		}
		p, err := suite.ParsePolicy(name)
		if err != nil {
			return err
		}
		cfg.MinVersion, cfg.MaxVersion = p.Versions(cfg.MinVersion, cfg.MaxVersion)
		cfg.Suites, cfg.Suites13 = p.FilterSuites(cfg.Suites), p.FilterSuites(cfg.Suites13)
		if p.Groups != nil {
			cfg.SetGroups(p.DefaultGroups())
		}
		cfg.Schemes = p.FilterSchemes(cfg.Schemes)
		c.narrow = p
	}
	return nil
}

// names reads distinguished names in hexadecimal.
func names(list string) ([][]byte, error) {
	if list == "" || list == "<NULL>" || list == "<EMPTY>" {
		return nil, nil
	}
	var ns [][]byte
	for name := range strings.SplitSeq(list, ",") {
		n, err := hex.DecodeString(name)
		if err != nil {
			return nil, err
		}
		ns = append(ns, n)
	}
	return ns, nil
}

// certificates loads the identities, the default one last.
func (c *conn) certificates() ([]*handshake.Certificate, error) {
	var certs []*handshake.Certificate
	c.numbers = map[*handshake.Certificate]int{}
	for i, cred := range append(c.flags.Credentials, &c.flags.Default) {
		if cred.KeyFile == "" {
			continue
		}
		cert, err := cred.load()
		if err != nil {
			return nil, err
		}
		if c.flags.SetOCSPInCallback {
			cert.OCSPResponse = nil // staple has it
		}
		if c.narrow != nil {
			cert.Schemes = c.narrow.FilterSchemes(cert.Schemes)
		}
		certs = append(certs, cert)
		c.numbers[cert] = i
		if cred == &c.flags.Default {
			c.numbers[cert] = -1
		}
	}
	return certs, nil
}

func (c *credential) load() (*handshake.Certificate, error) {
	key, err := os.ReadFile(c.KeyFile)
	if err != nil {
		return nil, err
	}
	cert := &handshake.Certificate{OCSPResponse: c.OCSP, SCTs: c.SCTs, Schemes: schemes(c.Schemes), MatchIssuer: c.MustMatchIssuer}
	if cert.Schemes == nil {
		cert.Schemes = signSchemes
	}
	cert.Signer, err = keyfile.ParsePrivateKey(key, nil)
	if err != nil {
		return nil, err
	}
	cert.Decrypter, _ = cert.Signer.(crypto.Decrypter)
	if c.Kind == rawPublicKey {
		raw, err := handshake.NewRawPublicKey(cert.Signer)
		if err != nil {
			return nil, err
		}
		raw.Schemes = cert.Schemes
		return raw, nil
	}
	if cert.Chain, err = readChain(c.CertFile); err != nil {
		return nil, err
	}
	cert.Leaf, err = trust.ParseCertificate(cert.Chain[0])
	return cert, err
}

func readChain(file string) ([][]byte, error) {
	text, err := os.ReadFile(file)
	if err != nil {
		return nil, err
	}
	return keyfile.ParseCertificates(text)
}

// errVerify is the failure of a verification that a test wants to fail.
var errVerify = failure.Failure{Code: "ERR_SSL_CERTIFICATE_VERIFY_FAILED", Alert: failure.AlertBadCertificate}

// verify is the verifier of certificates. Of a session it keeps what the first
// connection found, unless the test says otherwise: then a server verifies it here,
// and a client when the session has been taken.
func (c *conn) verify(_ context.Context, p *handshake.Peer) (*failure.Error, error) {
	f := c.flags
	if p.Session != nil && !(f.ReverifyOnResume && f.Server) {
		verifyError, _ := trust.Result(p.Session.VerifyResult).Err().(*failure.Error)
		return verifyError, nil
	}
	if f.ExpectRejectEarlyData && !f.Server {
		f = c.shim.all[2] // what the runner thinks of as another try
	}
	if p.RawPublicKey != nil && len(f.ExpectRawKey) == 0 {
		return nil, errVerify.New("an unexpected raw public key")
	}
	if sum := sha256.Sum256(p.RawPublicKey); len(f.ExpectRawKey) > 0 && !bytes.Equal(sum[:], f.ExpectRawKey) {
		return nil, fmt.Errorf("another raw public key than expected")
	}
	if len(f.ExpectOCSP) > 0 && len(p.OCSPResponse) == 0 {
		return nil, fmt.Errorf("no OCSP response in the verification of the certificate")
	}
	if c.verified {
		return nil, fmt.Errorf("the certificate is verified twice")
	}
	if err := f.checkTrust(p); err != nil {
		return nil, err
	}
	c.verified = true
	if !f.VerifyFail {
		return nil, nil
	}
	a := failure.AlertHandshakeFailure
	if f.CustomVerify {
		a = failure.AlertCertificateUnknown
	}
	verifyError := errVerify.With(a, "-verify-fail")
	if f.VerifyPeer || f.RequireClientCert {
		return verifyError, verifyError
	}
	return verifyError, nil
}

// clientConfig compiles a client's connection.
func (c *conn) clientConfig() (*handshake.ClientConfig, error) {
	cfg, err := c.config()
	if err != nil {
		return nil, err
	}
	f := c.flags
	cc := &handshake.ClientConfig{
		Config: cfg, Observers: handshake.Observers{Observe: c.observe}, ServerName: f.HostName, Session: c.offered,
		RequestOCSP: f.OCSPStapling, RequestSCT: f.SCTs, GREASE: f.GREASE, ShuffleExtensions: f.ShuffleExtensions,
		OnSession: c.onSession, Fallback: f.Fallback,
	}
	cc.ALPN = protocols(f.AdvertiseALPN)
	if f.FailCertCallback {
		return nil, unserved{flag: "fail-cert-callback"} // a client has none
	}
	if f.UseOCSPCallback && f.FailOCSPCallback {
		cc.OnOCSPResponse = func(context.Context, []byte) error { return errOCSP }
	}
	if f.preShared() {
		cc.PSK = c.clientPSK
	}
	if f.EarlyData {
		cc.EarlyData = []byte{}
		if f.WritesFirst {
			cc.EarlyData = []byte(strings.Repeat(f.InitialWrite, f.RepeatInitialWrite))
		}
	}
	return cc, nil
}

// protocols reads a list in the form of the wire.
func protocols(list string) []string {
	var ps []string
	for len(list) > 0 {
		n := min(int(list[0]), len(list)-1)
		ps, list = append(ps, list[1:1+n]), list[1+n:]
	}
	return ps
}

// errOCSP is what a callback fails with that a test wants to fail.
var errOCSP = failure.Failure{Code: "ERR_SSL_OCSP_CB_ERROR"}.Local("-fail-ocsp-callback")

// serverConfig compiles a server's connection.
func (c *conn) serverConfig() (*handshake.ServerConfig, error) {
	cfg, err := c.config()
	if err != nil {
		return nil, err
	}
	f := c.flags
	sc := &handshake.ServerConfig{
		Config: cfg, Observers: handshake.Observers{Observe: c.observe}, ClientOrder: f.Cipher == "" && !f.ServerOrder && c.narrow == nil, SelectContext: c.selectContext,
		TicketCount: 2, Sessions: c, MaxSkippedEarlyData: maxSkippedEarlyData,
	}
	switch {
	case f.RequireClientCert:
		sc.ClientAuth = handshake.RequireClientCert
	case f.VerifyPeer:
		sc.ClientAuth = handshake.RequestClientCert
	}
	sc.Tickets = func() *session.Ring { return session.NewRing(c.shim.keys...) }
	if f.SelectALPN != "" || f.RejectALPN {
		sc.ChooseALPN = c.chooseALPN
	}
	if f.UseOCSPCallback {
		sc.OCSP = c.staple
	}
	if f.preShared() {
		sc.PSK = c.serverPSK
	}
	if f.EarlyData {
		sc.MaxEarlyData = maxEarlyData
		sc.AcceptEarlyData = func(context.Context, *handshake.EarlyOffer) (bool, error) { return true, nil }
	}
	if f.PSKIdentity != "" {
		sc.PSKHint = &f.PSKIdentity
	}
	return sc, nil
}

// selectContext is the first callback of a server: it only looks.
func (c *conn) selectContext(_ context.Context, hello *handshake.ClientHelloInfo) (*handshake.Config, error) {
	f := c.flags
	switch {
	case f.ExpectNoServerName && hello.ServerName != "":
		return nil, fmt.Errorf("server name %q, want none", hello.ServerName)
	case f.ExpectServerName != "" && hello.ServerName != f.ExpectServerName:
		return nil, fmt.Errorf("server name %q, want %q", hello.ServerName, f.ExpectServerName)
	case f.FailEarlyCallback:
		return nil, failure.Failure{Code: "ERR_SSL_CONNECTION_REJECTED", Alert: failure.AlertHandshakeFailure}.New("-fail-early-callback")
	case f.FailDDoSCallback:
		return nil, failure.Failure{Code: "ERR_SSL_CONNECTION_REJECTED", Alert: failure.AlertInternalError}.New("-fail-ddos-callback")
	case f.FailCertCallback:
		return nil, failure.Failure{Code: "ERR_SSL_CERT_CB_ERROR", Alert: failure.AlertInternalError}.New("-fail-cert-callback")
	}
	if f.ExpectPeerVerifyPrefs == nil {
		return nil, nil
	}
	got, err := wire.Find[wire.SignatureAlgorithms](hello.Hello.Extensions)
	if err != nil || got == nil || !slices.Equal(got.Schemes, schemes(f.ExpectPeerVerifyPrefs)) {
		return nil, fmt.Errorf("the peer's signature algorithms are not those expected (%v)", err)
	}
	return nil, nil
}

func (c *conn) chooseALPN(_ context.Context, _ string, offered []string) (string, error) {
	f := c.flags
	if f.ExpectAdvertisedALPN != "" && !slices.Equal(offered, protocols(f.ExpectAdvertisedALPN)) {
		return "", fmt.Errorf("the client offers %q", offered)
	}
	if f.RejectALPN {
		return "", nil
	}
	return f.SelectALPN, nil
}

func (c *conn) staple(context.Context, []byte, []byte) ([]byte, error) {
	switch f := c.flags; {
	case f.FailOCSPCallback:
		return nil, errOCSP
	case f.DeclineOCSPCallback:
		return nil, nil
	}
	return c.flags.Default.OCSP, nil
}
