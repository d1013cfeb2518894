package handshake

import (
	"bytes"
	"context"
	"slices"

	"polytls/failure"
	"polytls/internal/kex"
	"polytls/internal/keys"
	"polytls/internal/openssl"
	"polytls/internal/suite"
	"polytls/internal/wire"
)

// agreement13 is what a server chose for a ClientHello of TLS 1.3.
type agreement13 struct {
	psk    *serverPSK
	group  suite.Group // 0 for a key exchange by pre-shared key alone
	share  []byte      // the client's, nil if a HelloRetryRequest must ask for it
	cert   *Certificate
	scheme suite.Scheme
}

// needsShare reports whether a HelloRetryRequest must ask for a share of the group.
func (a *agreement13) needsShare() bool { return a.group != 0 && a.share == nil }

// flight13 is what the rest of the handshake needs from a server's first flight.
type flight13 struct {
	retry *retry13 // nil unless it is a HelloRetryRequest

	client   keys.Traffic     // of the handshake
	finished keys.FinishedKey // of the client
	master   *keys.Master
	verify   []byte // of our Finished

	authenticated bool // by a pre-shared key
	resumable     bool // the client's psk_key_exchange_modes allow tickets
	postAuth      bool // the client has post_handshake_auth
}

// begin13 is the server's half of RFC 8446, section 2, up to its Finished or its
// HelloRetryRequest.
func (s *server) begin13(ctx context.Context, raw []byte) (*flight13, error) {
	if err := s.checkHello13(); err != nil {
		return nil, err
	}
	if err := s.chooseALPN(ctx); err != nil { // its callback may set certificates
		return nil, err
	}
	a, err := s.negotiate13(ctx, raw)
	switch {
	case err != nil:
		return nil, err
	case a.needsShare():
		return s.sendRetry(raw, a) // 4.1.4
	}
	return s.sendFlight13(ctx, raw, a)
}

// begin13Again continues after a HelloRetryRequest.
func (s *server) begin13Again(ctx context.Context, f *flight13) (*flight13, error) {
	raw, err := s.read()
	if err != nil {
		return nil, err
	}
	s.layer.SkipEarlyData(0)
	err = onNewGoroutine(func() error {
		defer s.decided()
		a, err := s.negotiate13Again(ctx, raw, f.retry)
		if err == nil {
			f, err = s.sendFlight13(ctx, raw, a)
		}
		s.forgetHello()
		return err
	})
	return f, err
}

// sendFlight13 sends the messages up to our Finished.
func (s *server) sendFlight13(ctx context.Context, raw []byte, a *agreement13) (*flight13, error) {
	s.transcript.Add(raw)
	if err := s.decideEarlyData(ctx, a); err != nil { // 4.2.10
		return nil, err
	}
	hs, err := s.sendServerHello13(a) // 4.1.3, 7.1
	if err != nil {
		return nil, err
	}
	s.Send(&wire.EncryptedExtensions{Extensions: reply{server: s, cert: a.cert}.extensions()}) // 4.3.1
	if a.psk == nil {
		if err := s.sendServerAuth(ctx, a); err != nil { // 4.3.2, 4.4.2, 4.4.3
			return nil, err
		}
	}
	verify := hs.ServerVerifyData(s.transcript.Sum())
	s.Send(&wire.Finished{VerifyData: verify}) // 4.4.4
	master := hs.Master()
	app := master.Application(s.transcript.Sum()) // 7.1
	s.logApplication(app)
	s.ChangeWriteKeys(app.Server)
	s.saveSecrets13(app)
	return &flight13{
		client: hs.Client.Compact(), finished: hs.Client.FinishedKey(), master: master.Compact(), verify: verify,
		authenticated: a.psk != nil, resumable: s.resumable13(),
		postAuth: s.hello.Extensions.Has(wire.ExtPostHandshakeAuth),
	}, s.Flush()
}

// finish13 is the rest of the handshake, from the client's second flight on.
func (s *server) finish13(ctx context.Context, f *flight13) error {
	if err := s.await(); err != nil {
		return err
	}
	if err := s.readFinished13(ctx, f); err != nil {
		return err
	}
	return s.complete13(ctx, f)
}

// readFinished13 reads the client's second flight.
func (s *server) readFinished13(ctx context.Context, f *flight13) error {
	if err := s.readEndOfEarlyData(f); err != nil { // 4.5
		return err
	}
	if !f.authenticated && s.cfg.ClientAuth != NoClientCert {
		peer, err := s.readAuth13(clientProof)
		if err != nil {
			return err
		}
		if err := s.verifyClient(ctx, peer); err != nil {
			return err
		}
	}
	before := s.transcript.Sum()
	fin, err := Expect[wire.Finished](&s.conversation)
	if err != nil {
		return err
	}
	if err := f.finished.Verify(before, fin.VerifyData); err != nil {
		return err
	}
	s.ChangeReadKeys(s.keys13.traffic(clientTraffic, s.suite.Hash))
	s.completeResult13(f.master, f.verify, fin.VerifyData, s.cfg.SessionTimeout)
	return s.err
}

// complete13 sends the tickets and completes the result.
func (s *server) complete13(ctx context.Context, f *flight13) error {
	if f.resumable {
		s.sendTickets13(ctx) // 4.6.1
	}
	if s.cfg.PostHandshakeAuth && f.postAuth {
		s.later = &later13{auth: &postAuth{transcript: s.transcript.Clone(), server: s.cfg}}
	}
	if err := s.FlushLater(); err != nil {
		return err
	}
	return s.checkFlightEnd()
}

// negotiate13 chooses the parameters. If the session has been used meanwhile, it
// chooses again without it. If a share is needed, the pre-shared key is not
// verified yet.
func (s *server) negotiate13(ctx context.Context, raw []byte) (*agreement13, error) {
	for {
		a, err := s.chooseParameters13(ctx) // 4.1.1
		if err != nil || a.needsShare() {
			return a, err
		}
		ok, err := s.verifyPSK(ctx, a, raw) // 4.2.11
		if ok || err != nil {
			return a, err
		}
		s.noSession = true
	}
}

// checkHello13 implements RFC 8446, sections 4.1.2 and 9.2.
func (s *server) checkHello13() error {
	o := &s.offered
	switch {
	case len(s.hello.CompressionMethods) != 1:
		return failure.InvalidCompression.New("ClientHello: legacy_compression_methods %x, want 00", s.hello.CompressionMethods)
	case o.psks != nil && o.modes == nil:
		return failure.MissingExtension.New("ClientHello: pre_shared_key without psk_key_exchange_modes")
	case o.psks == nil && o.schemes == nil:
		return failure.MissingSigAlgs.New("ClientHello: neither signature_algorithms nor pre_shared_key")
	case o.psks == nil && o.groups == nil:
		return failure.MissingSupportedGroups.New("ClientHello: neither supported_groups nor pre_shared_key")
	case o.groups != nil && o.shares == nil:
		return failure.MissingKeyShare.New("ClientHello: supported_groups without key_share")
	case o.shares != nil && o.groups == nil:
		return failure.MissingSupportedGroups.New("ClientHello: key_share without supported_groups")
	case o.psks != nil && len(o.psks.Identities) != len(o.psks.Binders):
		return failure.BadPSK.New("ClientHello: pre_shared_key: %d identities and %d binders", len(o.psks.Identities), len(o.psks.Binders))
	}
	if o.shares == nil {
		return nil
	}
	var usual [8]suite.Group // longer lists are on the heap
	return checkShares(appendGroups(usual[:0], o.shares), o.groups.Groups)
}

// checkShares refuses shares of groups that supported_groups lacks, and two of one
// group (RFC 8446, section 4.2.8). It sorts, because a client may send some ten
// thousand.
func checkShares(shares, supported []suite.Group) error {
	var usual [32]suite.Group // longer lists are on the heap
	supported = append(usual[:0], supported...)
	slices.Sort(supported)
	slices.Sort(shares)
	for i, g := range shares {
		if i > 0 && g == shares[i-1] {
			return failure.DuplicateKeyShare.New("ClientHello: key_share: two of group %s", g)
		}
		if _, found := slices.BinarySearch(supported, g); !found {
			return failure.BadKeyShare.New("ClientHello: key_share: group %s is not in supported_groups", g)
		}
	}
	return nil
}

// appendGroups appends the groups of a client's shares.
func appendGroups(groups []suite.Group, shares *wire.ClientKeyShares) []suite.Group {
	if shares != nil {
		for _, k := range shares.Shares {
			groups = append(groups, k.Group)
		}
	}
	return groups
}

// chooseParameters13 chooses the suite, the pre-shared key, the group and the
// certificate.
func (s *server) chooseParameters13(ctx context.Context) (*agreement13, error) {
	suites := s.orderedSuites(s.cfg.Suites13)
	if len(suites) == 0 {
		return nil, failure.NoSharedCipher.New("ClientHello: none of its cipher suites of TLS 1.3 is enabled here")
	}
	a := &agreement13{}
	chosen := suites[0]
	if s.suite != nil { // a second hello: the HelloRetryRequest has chosen it
		if !slices.Contains(suites, s.suite) {
			return nil, failure.WrongCipherReturned.New("ClientHello: the second one lacks the suite of the HelloRetryRequest")
		}
		suites = []*suite.CipherSuite{s.suite}
	}
	psk, err := s.choosePSK(ctx, suites)
	if err != nil {
		return nil, err
	}
	if psk != nil {
		a.psk, chosen = psk, psk.suite
	}
	if s.suite == nil {
		s.choose(suite.TLS13, chosen)
	}
	if err := s.chooseGroup13(a); err != nil {
		return nil, err
	}
	if a.psk != nil {
		return a, nil
	}
	return a, s.chooseIdentity13(a)
}

// orderedSuites returns the common suites in the order of the preferred end.
func (s *server) orderedSuites(ours []*suite.CipherSuite) []*suite.CipherSuite {
	theirs := s.theirSuites()
	return commonByPreference(s.cfg.order(), s.preferred(ours, theirs), theirs)
}

// theirSuites are the suites that the client offers.
func (s *server) theirSuites() []*suite.CipherSuite {
	var theirs []*suite.CipherSuite
	for _, id := range s.hello.CipherSuites {
		if c := id.Info(); c != nil {
			theirs = append(theirs, c)
		}
	}
	return theirs
}

// isOfOtherVersion reports whether the chosen version does not have a suite.
func (s *server) isOfOtherVersion(c *suite.CipherSuite) bool {
	return s.version < c.MinVersion || s.version > c.MaxVersion
}

// preferred returns our suites in the order of our preference for a client.
func (s *server) preferred(ours, theirs []*suite.CipherSuite) []*suite.CipherSuite {
	if s.cfg.Options.Has(openssl.OpPrioritizeChaCha) {
		return chaChaFirst(ours, theirs)
	}
	return ours
}

// chooseGroup13 implements RFC 8446, sections 4.2.7 and 4.2.8: a group with a
// share, else one for a HelloRetryRequest.
func (s *server) chooseGroup13(a *agreement13) error {
	if a.psk != nil && !a.psk.dhe {
		return nil
	}
	var theirs []suite.Group
	if s.offered.groups != nil {
		theirs = s.offered.groups.Groups
	}
	g, ok := chooseGroup(s.cfg.order(), s.cfg.tuples(), theirs, appendGroups(nil, s.offered.shares))
	switch {
	case ok:
		a.group, a.share = g, shareOf(s.offered.shares, g)
		return nil
	case a.psk != nil && s.mayOmitDHE():
		a.psk.dhe = false
		return nil
	}
	return failure.NoSuitableKeyShare.New("ClientHello: none of its groups %s is enabled here", quoteStart("%v", theirs))
}

func shareOf(shares *wire.ClientKeyShares, g suite.Group) []byte {
	if shares == nil {
		return nil
	}
	for _, k := range shares.Shares {
		if k.Group == g {
			return k.Data
		}
	}
	return nil
}

// chooseIdentity13 finds a certificate that the client can verify.
func (s *server) chooseIdentity13(a *agreement13) error {
	s.adoptKeyCerts()
	if s.offered.schemes == nil {
		return failure.MissingSigAlgs.New("ClientHello: no signature_algorithms, and %s", s.noPSK13())
	}
	w := s.requirements13()
	s.facts.SharedSchemes = commonByPreference(s.cfg.order(), s.cfg.Schemes, w.schemes)
	if _, a.cert, a.scheme = s.chooseCertificate13(w); a.cert != nil {
		return nil
	}
	if len(s.facts.SharedSchemes) == 0 {
		return failure.NoSharedSignatureAlgorithms.New("ClientHello: none of its signature algorithms is enabled here")
	}
	return s.noIdentity13()
}

// chooseCertificate13 chooses the certificate and its scheme, and returns those from
// which it was chosen; nil if none can be used.
func (s *server) chooseCertificate13(w certRequirements) (from []*Certificate, cert *Certificate, scheme suite.Scheme) {
	for _, certs := range s.choices() {
		if cert, scheme, ok := s.cfg.identity(certs, w); ok {
			return certs, cert, scheme
		}
	}
	return nil, nil, 0
}

// requirements13 are the requirements of the client.
func (s *server) requirements13() certRequirements {
	return certRequirements{
		version: suite.TLS13, schemes: forServers(slices.Clone(s.offered.schemes.Schemes)), issuers: issuerNames(s.offered.issuers),
		types: s.ownTypesWanted(), peerOrder: s.peerOrder(),
	}
}

// retry13 is a HelloRetryRequest that was sent, and its ClientHello.
type retry13 struct {
	hello []byte
	group suite.Group
	psk   []byte // the identity that we chose, nil for none
}

// sendRetry asks for a key share by a HelloRetryRequest.
func (s *server) sendRetry(raw []byte, a *agreement13) (*flight13, error) {
	s.transcript.Add(raw)
	s.transcript.Retry()
	s.facts.HelloRetry = true
	hrr := &wire.ServerHello{
		LegacyVersion: suite.TLS12, Random: wire.HelloRetryRandom,
		SessionID: s.hello.SessionID, CipherSuite: s.suite.ID,
	}
	hrr.Extensions.Add(&wire.SelectedVersion{Version: suite.TLS13})
	hrr.Extensions.Add(&wire.RetryKeyShare{Group: a.group})
	s.Send(hrr)
	s.sendCompatibilityCCS()
	if s.offered.earlyData != nil {
		s.layer.SkipEarlyData(s.maxSkipped())
	}
	r := &retry13{hello: bytes.Clone(raw), group: a.group}
	if a.psk != nil {
		r.psk = a.psk.identity
	}
	return &flight13{retry: r}, s.Flush()
}

// negotiate13Again checks a second hello, which may differ from the first only as
// RFC 8446, section 4.1.2, allows.
func (s *server) negotiate13Again(ctx context.Context, raw []byte, r *retry13) (*agreement13, error) {
	if err := s.parseHello(raw, false); err != nil {
		return nil, err
	}
	if err := s.checkSecondHello(r); err != nil {
		return nil, err
	}
	if err := s.checkSecondOffer(r.psk); err != nil {
		return nil, err
	}
	a, err := s.negotiate13(ctx, raw)
	if err != nil {
		return nil, err
	}
	if a.group != r.group || a.needsShare() {
		return nil, failure.WrongCurve.New("ClientHello: the second one has no share of group %s, for which it was asked", r.group)
	}
	return a, nil
}

// checkSecondOffer refuses a second hello without the pre-shared key that we chose
// from the first (RFC 8446, section 4.1.2).
func (s *server) checkSecondOffer(identity []byte) error {
	switch o := s.offered.psks; {
	case identity == nil:
		return nil
	case o == nil:
		return failure.MissingExtension.New("ClientHello: the second one lacks pre_shared_key")
	case !slices.ContainsFunc(o.Identities, func(id wire.PSKIdentity) bool { return bytes.Equal(id.Identity, identity) }):
		return failure.PSKIdentityNotFound.With(illegal, "ClientHello: the second one lacks the identity that the first one offered")
	}
	return nil
}

// mayChange lists the extensions in which a second hello may differ.
var mayChange = []wire.ExtensionType{
	wire.ExtKeyShare, wire.ExtEarlyData, wire.ExtCookie, wire.ExtPreSharedKey, wire.ExtPadding,
}

// checkSecondHello compares the two hellos (RFC 8446, section 4.1.2).
func (s *server) checkSecondHello(r *retry13) error {
	if err := s.checkHello13(); err != nil {
		return err
	}
	now, before := s.hello, new(wire.ClientHello)
	if err := wire.Parse(r.hello, before); err != nil {
		return err
	}
	differ := func(what string) error {
		return failure.Decode.With(illegal, "ClientHello: the second one differs in %s", what)
	}
	switch {
	case now.LegacyVersion != before.LegacyVersion:
		return differ("legacy_version")
	case now.Random != before.Random:
		return differ("random")
	case !bytes.Equal(now.SessionID, before.SessionID):
		return differ("legacy_session_id")
	case !slices.Equal(now.CipherSuites, before.CipherSuites):
		return differ("cipher_suites")
	case s.offered.earlyData != nil:
		return differ("early_data, which must be gone")
	case s.offered.shares == nil || len(s.offered.shares.Shares) != 1 || s.offered.shares.Shares[0].Group != r.group:
		return failure.WrongCurve.New("ClientHello: the second one's key_share must hold group %s and no other", r.group)
	}
	steady := func(e wire.Extensions) wire.Extensions {
		return slices.DeleteFunc(slices.Clone(e), func(x wire.Extension) bool { return slices.Contains(mayChange, x.Type) })
	}
	same := func(a, b wire.Extension) bool { return a.Type == b.Type && bytes.Equal(a.Body, b.Body) }
	if !slices.EqualFunc(steady(before.Extensions), steady(now.Extensions), same) {
		return differ("its extensions")
	}
	return nil
}

// sendServerHello13 implements RFC 8446, section 4.1.3. What follows is protected.
func (s *server) sendServerHello13(a *agreement13) (*keys.Handshake, error) {
	sh := &wire.ServerHello{
		LegacyVersion: suite.TLS12, Random: s.random(),
		SessionID: s.hello.SessionID, CipherSuite: s.suite.ID,
	}
	sh.Extensions.Add(&wire.SelectedVersion{Version: suite.TLS13})
	var shared []byte
	if a.group != 0 {
		reply, secret, err := kex.Reply(a.group, a.share)
		if err != nil {
			return nil, err
		}
		shared, s.facts.Group = secret, a.group
		sh.Extensions.Add(&wire.ServerKeyShare{Share: wire.KeyShare{Group: a.group, Data: reply}})
	}
	var early *keys.Early
	if a.psk != nil {
		early = a.psk.early
		sh.Extensions.Add(&wire.SelectedPSK{Index: uint16(a.psk.index)})
	} else {
		early = keys.NewEarly(s.suite.Hash, nil)
	}
	helloHash := s.transcript.Sum()
	s.Send(sh)
	s.sendCompatibilityCCS()
	hs := early.Handshake(shared, s.transcript.Sum())
	s.logSecret(keys.LogServerHandshake, hs.Server.Secret)
	s.logSecret(keys.LogClientHandshake, hs.Client.Secret)
	s.ChangeWriteKeys(hs.Server)
	s.setReadKeys13(a, hs, helloHash)
	return hs, nil
}

// logApplication writes the lines of the application traffic secrets.
func (s *server) logApplication(app *keys.Application) {
	s.logSecret(keys.LogExporter, app.Exporter)
	s.logSecret(keys.LogServerTraffic, app.Server.Secret)
	s.logSecret(keys.LogClientTraffic, app.Client.Secret)
}

// sendCompatibilityCCS implements RFC 8446, appendix D.4: once, after the first
// message. Like OpenSSL, we send it even if the client sent no session identifier.
func (s *server) sendCompatibilityCCS() {
	if !s.sentCCS {
		s.sentCCS = true
		s.layer.WriteChangeCipherSpec()
	}
}

// sendServerAuth sends a CertificateRequest, if the configuration asks for the
// client's certificate, and our certificate.
func (s *server) sendServerAuth(ctx context.Context, a *agreement13) error {
	if s.cfg.ClientAuth != NoClientCert {
		cr := &wire.CertificateRequest13{Extensions: s.requestExtensions()}
		s.requested = cr.Extensions.Types()
		s.Send(cr)
	}
	if err := s.fetchStaple(ctx, a.cert); err != nil {
		return err
	}
	return s.sendIdentity13(ctx, a.cert, a.scheme, nil, s.hello.Extensions, serverProof)
}

// requestExtensions are those of a CertificateRequest (RFC 8446, 4.3.2).
func (s *server) requestExtensions() wire.Extensions {
	var e wire.Extensions
	if len(s.cfg.Authorities) > 0 {
		e.Add(&wire.CertificateAuthorities{Names: s.cfg.Authorities})
	}
	e.Add(&wire.SignatureAlgorithms{Schemes: onWire(s.cfg.Schemes, suite.TLS13)})
	if len(s.cfg.CertSchemes) > 0 {
		e.Add(&wire.SignatureAlgorithmsCert{Schemes: s.cfg.CertSchemes})
	}
	if ids := s.cfg.decompressible(); len(ids) > 0 {
		e.Add(&wire.CompressCertificate{Algorithms: ids})
	}
	return e
}
