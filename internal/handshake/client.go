package handshake

import (
	"context"
	"crypto/rand"
	"slices"

	"polytls/failure"
	"polytls/internal/kex"
	"polytls/internal/keys"
	"polytls/internal/openssl"
	"polytls/internal/recordlayer"
	"polytls/internal/stack"
	"polytls/internal/suite"
	"polytls/internal/wire"
)

// client is a client's handshake, of any version.
type client struct {
	conversation
	cfg *ClientConfig

	hello  *wire.ClientHello
	raw    []byte // the hello as it was sent, with its header
	shares []*kex.PrivateKey
	offers []offer // TLS 1.3 pre-shared keys, in the hello's order
	cookie *wire.Cookie
	retry  suite.Group // of a HelloRetryRequest
	scts   []byte      // of the ServerHello, up to TLS 1.2 (RFC 6962, section 3.3.1)

	grease *grease // nil for none
	order  []int   // the order of the rows of extensions, nil for that of the table

	old       *resumption // the session that is offered, nil for none
	refused   obstacle    // why none is
	external  []PSK       // what PSK returned for TLS 1.3
	askedKeys bool
}

// Client runs the client handshake. If it fails, the alert has been sent.
func Client(ctx context.Context, x recordlayer.Exchange, cfg *ClientConfig) (*Result, error) {
	stack.ForHandshake()
	c := newClient(x, cfg)
	x.IgnoreUnexpectedEOF(cfg.Options.Has(openssl.OpIgnoreUnexpectedEOF))
	defer c.decided()
	err := c.sendHello(ctx)
	if err == nil {
		err = c.run(ctx)
	}
	if err != nil {
		return nil, c.fail(err)
	}
	return c.result(), nil
}

func newClient(x recordlayer.Exchange, cfg *ClientConfig) *client {
	c := &client{
		conversation: conversation{layer: x, cfg: cfg.Config, observers: cfg.Observers, facts: Facts{ServerName: cfg.ServerName, Peer: noPeer}},
		cfg:          cfg,
	}
	if cfg.GREASE {
		c.grease = newGREASE()
	}
	if cfg.ShuffleExtensions {
		c.order = shuffledRows()
	}
	return c
}

// run implements RFC 8446, section 2, after the ClientHello, until the version is
// known.
func (c *client) run(ctx context.Context) error {
	if err := c.skipRequests(); err != nil {
		return err
	}
	sh, raw, err := Receive[wire.ServerHello](&c.conversation)
	if err != nil {
		return err
	}
	v, err := c.serverVersion(sh)
	if err != nil {
		return err
	}
	c.layer.QueueData(0, nil)
	c.layer.SetVersion(v)
	if v == suite.TLS13 {
		err = c.run13(ctx, sh, raw)
	} else {
		err = c.run12(ctx, sh, raw)
	}
	if err != nil {
		return err
	}
	return c.checkFlightEnd()
}

// sendHello implements RFC 8446, section 4.1.2.
func (c *client) sendHello(ctx context.Context) error {
	versions := c.cfg.versions()
	if r := c.cfg.Renegotiation; r != nil {
		versions = []suite.Version{r.Version}
	}
	if len(versions) == 0 {
		return failure.NoProtocolsAvailable.New("no enabled version between MinVersion %s and MaxVersion %s", c.cfg.MinVersion, c.cfg.MaxVersion)
	}
	c.hello = &wire.ClientHello{
		LegacyVersion:      c.helloVersion(versions),
		CompressionMethods: []byte{0},
		CipherSuites:       c.cfg.offeredSuites(versions),
	}
	if len(c.hello.CipherSuites) == 0 {
		return failure.NoCiphersAvailable.New("no cipher suite fits the versions %s to %s", versions[len(versions)-1], versions[0])
	}
	if versions[0] >= suite.TLS12 && len(forServers(onWire(c.cfg.Schemes, versions[0]))) == 0 {
		return failure.NoCiphersAvailable.New("no signature algorithm fits the versions %s to %s", versions[len(versions)-1], versions[0])
	}
	rand.Read(c.hello.Random[:])
	c.clientRandom = c.hello.Random
	c.facts.HelloVersion = c.hello.LegacyVersion
	c.addSignalingSuites(versions)
	if c.grease != nil {
		c.hello.CipherSuites = withGREASE(c.grease.suite, c.hello.CipherSuites)
	}
	c.old, c.refused = c.offerableSession(ctx, versions)
	if versions[0] == suite.TLS13 {
		if err := c.chooseKeyShares(); err != nil {
			return err
		}
		if err := c.collectOffers(ctx); err != nil {
			return err
		}
	}
	c.setSessionID(versions)
	c.facts.EarlyDataOffered = c.offersEarly()
	c.hello.Extensions = c.extensions(versions)
	c.requested = c.hello.Extensions.Types()
	if err := c.writeHello(); err != nil {
		return err
	}
	c.sendEarly()
	return c.Flush()
}

// helloVersion is legacy_version, which must be the same in every hello of a
// connection.
func (c *client) helloVersion(versions []suite.Version) suite.Version {
	if r := c.cfg.Renegotiation; r != nil {
		return r.HelloVersion
	}
	return min(versions[0], suite.TLS12)
}

// offeredSuites lists the suites that one of the versions can use.
func (cfg *ClientConfig) offeredSuites(versions []suite.Version) []suite.ID {
	highest, lowest := versions[0], versions[len(versions)-1]
	var ids []suite.ID
	for _, s := range slices.Concat(cfg.Suites13, cfg.Suites) {
		switch {
		case s.MinVersion > highest, s.MaxVersion < lowest:
		case s.UsesPSK() && cfg.PSK == nil, s.UsesSRP() && cfg.SRP == nil:
		default:
			ids = append(ids, s.ID)
		}
	}
	return ids
}

// addSignalingSuites adds the signaling values, which are listed as cipher suites.
func (c *client) addSignalingSuites(versions []suite.Version) {
	if versions[len(versions)-1] < suite.TLS13 && c.cfg.Renegotiation == nil {
		c.hello.CipherSuites = append(c.hello.CipherSuites, suite.EmptyRenegotiationInfoSCSV)
	}
	if c.cfg.Fallback {
		c.hello.CipherSuites = append(c.hello.CipherSuites, suite.FallbackSCSV)
	}
}

// setSessionID sets legacy_session_id: that of the session up to TLS 1.2, or a
// random value for middlebox compatibility in TLS 1.3 (RFC 8446, appendix D.4).
func (c *client) setSessionID(versions []suite.Version) {
	if s := c.session12(); s != nil {
		c.hello.SessionID = s.ID
		return
	}
	if versions[0] == suite.TLS13 {
		c.hello.SessionID = make([]byte, 32)
		rand.Read(c.hello.SessionID)
	}
}

// chooseKeyShares makes the key shares of the first hello.
func (c *client) chooseKeyShares() error {
	groups := c.cfg.groupsFor(suite.TLS13)
	if len(groups) == 0 {
		return failure.NoSuitableGroups.New("none of the groups can be used in TLS 1.3")
	}
	wanted := c.cfg.KeyShares
	if wanted == nil {
		wanted = groups[:1]
	}
	return c.generateKeyShares(wanted...)
}

func (c *client) generateKeyShares(groups ...suite.Group) error {
	c.shares = nil
	for _, g := range groups {
		k, err := kex.Generate(g)
		if err != nil {
			return err
		}
		c.shares = append(c.shares, k)
	}
	return nil
}

// writeHello sends the hello, its binders computed over all that precedes them.
func (c *client) writeHello() error {
	raw, err := wire.Marshal(c.hello)
	if err != nil {
		return failure.Internal.New("ClientHello: %v", err)
	}
	if len(c.offers) > 0 {
		c.writeBinders(raw)
	}
	c.raw = raw
	c.sendRaw(raw)
	return nil
}

// serverVersion returns the server's version if it was offered and is not a
// downgrade (RFC 8446, section 4.1.3).
func (c *client) serverVersion(sh *wire.ServerHello) (suite.Version, error) {
	v := sh.LegacyVersion
	selected, err := wire.Find[wire.SelectedVersion](sh.Extensions)
	if err != nil {
		return 0, err
	}
	switch {
	case selected != nil && selected.Version != suite.TLS13:
		return 0, failure.UnsupportedProtocol.With(failure.AlertIllegalParameter, "ServerHello: supported_versions: %s, want TLSv1.3", selected.Version)
	case selected != nil && sh.LegacyVersion < suite.TLS10:
		return 0, failure.BadLegacyVersion.New("ServerHello: legacy_version %s with supported_versions (RFC 8446, D.5)", sh.LegacyVersion)
	case selected != nil && sh.LegacyVersion != suite.TLS12:
		return 0, failure.UnsupportedProtocol.With(failure.AlertIllegalParameter, "ServerHello: legacy_version %s, want TLSv1.2", sh.LegacyVersion)
	case selected != nil:
		v = selected.Version
	case v >= suite.TLS13:
		return 0, failure.UnsupportedProtocol.New("ServerHello: version %s without supported_versions", v)
	}
	if r := c.cfg.Renegotiation; r != nil && v != r.Version {
		return 0, failure.WrongSSLVersion.New("ServerHello: version %s in a renegotiation of %s", v, r.Version)
	}
	if r := c.cfg.Renegotiation; r == nil && !slices.Contains(c.cfg.versions(), v) {
		return 0, failure.UnsupportedProtocol.New("ServerHello: version %s, want %s to %s", v, c.cfg.MinVersion, c.cfg.MaxVersion)
	}
	if c.facts.EarlyDataOffered && v < suite.TLS13 {
		return 0, failure.BadEarlyData.With(failure.AlertProtocolVersion, "ServerHello: version %s after early data (RFC 8446, D.3)", v)
	}
	if c.cfg.Renegotiation == nil && isDowngrade(sh.Random, v, c.cfg.versions()[0]) {
		return 0, failure.Downgrade.New("ServerHello: random marks a downgrade to %s (RFC 8446, 4.1.3)", v)
	}
	return v, nil
}

// acceptSuite returns the suite of a ServerHello if we offered it for the version.
func (c *client) acceptSuite(id suite.ID, v suite.Version) (*suite.CipherSuite, error) {
	s := id.Info()
	switch {
	case s == nil:
		return nil, failure.UnknownCipherReturned.New("ServerHello: cipher_suite 0x%04x is unknown", uint16(id))
	case !slices.Contains(c.hello.CipherSuites, id):
		return nil, failure.WrongCipherReturned.New("ServerHello: cipher_suite %s was not offered", s.Standard)
	case v < s.MinVersion || v > s.MaxVersion:
		return nil, failure.WrongCipherReturned.New("ServerHello: cipher_suite %s does not go with %s", s.Standard, v)
	}
	return s, nil
}

// keyShare returns our private key of a group.
func (c *client) keyShare(g suite.Group) *kex.PrivateKey {
	for _, k := range c.shares {
		if k.Group() == g {
			return k
		}
	}
	return nil
}

// verifyServer verifies the server's certificates.
func (c *client) verifyServer(ctx context.Context, p *Peer) error {
	p.ServerName, p.Version = c.cfg.ServerName, c.version
	c.facts.Peer = p
	if err := c.askOCSP(ctx, p.OCSPResponse); err != nil {
		return err
	}
	return c.verifyPeer(ctx, p)
}

// askOCSP passes the stapled response to OnOCSPResponse.
func (c *client) askOCSP(ctx context.Context, response []byte) error {
	if !c.cfg.RequestOCSP || c.cfg.OnOCSPResponse == nil {
		return nil
	}
	if err := c.cfg.OnOCSPResponse(ctx, response); err != nil {
		return callbackFailed("OnOCSPResponse", failure.AlertBadCertificateStatusResponse, err)
	}
	return nil
}

// logRest writes the lines of the key log after the first, in OpenSSL's order for a
// client, which derives its own handshake key when it is about to use it.
func (c *client) logRest(hs *keys.Handshake, app *keys.Application) {
	c.logSecret(keys.LogExporter, app.Exporter)
	c.logSecret(keys.LogServerTraffic, app.Server.Secret)
	c.logSecret(keys.LogClientHandshake, hs.Client.Secret)
	c.logSecret(keys.LogClientTraffic, app.Client.Secret)
}
