package handshake

import (
	"polytls/failure"
	"polytls/internal/suite"
	"polytls/internal/wire"
)

// extension is a row of the table: how the two ends handle an extension, in all
// versions. Package wire lists the messages and versions that may have it. A nil
// function does nothing; extensions on which the handshake itself depends (version,
// keys, early data) are handled by the conversation.
//
// The extensions of CertificateRequest and Certificate are in certificate13.go.
type extension struct {
	id wire.ExtensionType
	// offer returns the extension of a client's hello, nil for none.
	offer func(*client, span) wire.ExtensionBody
	// parse reads the extension of a ClientHello into offered. All rows are parsed
	// before any is used.
	parse func(*offered, wire.Extensions) error
	// checkOffer checks and stores the extension of a ClientHello, or its absence. It
	// is called once the version is chosen, if a server of that version can answer.
	checkOffer func(*server) error
	// answer returns the server's extension for a client that offered it, nil for
	// none.
	answer func(reply) wire.ExtensionBody
	// accept checks and stores the server's extension, or its absence.
	accept func(*client, wire.Extensions) error
}

// extensions is the one table of extensions. Its order, which is OpenSSL's, is
// that of our messages. pre_shared_key must be the last (RFC 8446, section 4.2.11).
var extensions = [...]extension{
	{
		id:         wire.ExtRenegotiationInfo,
		offer:      (*client).offerBinding,
		parse:      into(func(o *offered) **wire.RenegotiationInfo { return &o.reneg }),
		checkOffer: (*server).checkBinding,
		answer:     reply.binding,
		accept:     (*client).checkBinding,
	},
	{
		id:         wire.ExtServerName,
		offer:      (*client).offerServerName,
		parse:      into(func(o *offered) **wire.ServerNames { return &o.names }),
		checkOffer: (*server).checkSameName,
		answer:     reply.serverName,
		accept:     wellFormed[wire.ServerNameAck],
	},
	{
		id:         wire.ExtMaxFragmentLength,
		offer:      (*client).offerMaxFragmentLength,
		parse:      into(func(o *offered) **wire.MaxFragmentLength { return &o.fragment }),
		checkOffer: (*server).grantFragmentLength,
		answer:     reply.maxFragmentLength,
		accept:     (*client).acceptMaxFragmentLength,
	},
	{
		id:         wire.ExtRecordSizeLimit,
		offer:      (*client).offerRecordSizeLimit,
		parse:      into(func(o *offered) **wire.RecordSizeLimit { return &o.recordSize }),
		checkOffer: (*server).adoptRecordSizeLimit,
		answer:     reply.recordSizeLimit,
		accept:     (*client).acceptRecordSizeLimit,
	},
	{
		id:    wire.ExtSRP,
		offer: (*client).offerSRP,
		parse: into(func(o *offered) **wire.SRPUser { return &o.srp }),
	},
	{
		id:         wire.ExtPointFormats,
		offer:      (*client).offerPointFormats,
		parse:      into(func(o *offered) **wire.PointFormats { return &o.points }),
		checkOffer: (*server).checkPointFormats,
		answer:     reply.pointFormats,
		accept:     (*client).acceptPointFormats,
	},
	{
		id:     wire.ExtSupportedGroups,
		offer:  (*client).offerGroups,
		parse:  into(func(o *offered) **wire.SupportedGroups { return &o.groups }),
		answer: reply.supportedGroups,
		accept: wellFormed[wire.SupportedGroups], // the content is not used (RFC 8446, section 4.2.7)
	},
	{
		id:     wire.ExtSessionTicket,
		offer:  (*client).offerTicket,
		parse:  into(func(o *offered) **wire.SessionTicket { return &o.ticket }),
		answer: reply.sessionTicket,
		accept: emptyAnswer(wire.ExtSessionTicket),
	},
	{
		id:     wire.ExtStatusRequest,
		offer:  (*client).offerStatusRequest,
		parse:  into(func(o *offered) **wire.StatusRequest { return &o.status }),
		answer: reply.statusRequest,
		accept: emptyAnswer(wire.ExtStatusRequest),
	},
	{
		id:     wire.ExtALPN,
		offer:  (*client).offerALPN,
		parse:  into(func(o *offered) **wire.ALPN { return &o.alpn }),
		answer: reply.alpn,
		accept: (*client).acceptALPN,
	},
	{
		id:     wire.ExtEncryptThenMAC,
		offer:  (*client).offerEncryptThenMAC,
		parse:  only[wire.EncryptThenMAC],
		answer: reply.encryptThenMAC,
		accept: (*client).acceptEncryptThenMAC,
	},
	{
		id:         wire.ExtExtendedMasterSecret,
		offer:      (*client).offerExtendedMasterSecret,
		parse:      only[wire.ExtendedMasterSecret],
		checkOffer: (*server).checkExtendedMasterSecret,
		answer:     reply.extendedMasterSecret,
		accept:     (*client).acceptExtendedMasterSecret,
	},
	{
		id:         wire.ExtClientCertificateType,
		offer:      (*client).offerClientType,
		parse:      into(func(o *offered) **wire.ClientCertificateTypes { return &o.clientTypes }),
		checkOffer: (*server).chooseClientType,
		answer:     reply.clientType,
		accept:     (*client).acceptClientType,
	},
	{
		id:         wire.ExtServerCertificateType,
		offer:      (*client).offerServerType,
		parse:      into(func(o *offered) **wire.ServerCertificateTypes { return &o.serverTypes }),
		checkOffer: (*server).checkServerTypes,
		answer:     reply.serverType,
		accept:     (*client).acceptServerType,
	},
	{
		id:     wire.ExtSCT,
		offer:  (*client).offerSCT,
		parse:  only[wire.SCTRequest],
		answer: reply.scts,
		accept: (*client).acceptSCTs,
	},
	{
		id:    wire.ExtSignatureAlgorithmsCert,
		offer: (*client).offerCertSchemes,
		parse: only[wire.SignatureAlgorithmsCert],
	},
	{
		id:    wire.ExtPostHandshakeAuth,
		offer: (*client).offerPostHandshakeAuth,
		parse: only[wire.PostHandshakeAuth],
	},
	{
		id:    wire.ExtSignatureAlgorithms,
		offer: (*client).offerSchemes,
		parse: into(func(o *offered) **wire.SignatureAlgorithms { return &o.schemes }),
	},
	{
		id:    wire.ExtSupportedVersions,
		offer: (*client).offerVersions,
		parse: into(func(o *offered) **wire.SupportedVersions { return &o.versions }),
	},
	{
		id:    wire.ExtPSKKeyExchangeModes,
		offer: (*client).offerPSKModes,
		parse: into(func(o *offered) **wire.PSKModes { return &o.modes }),
	},
	{
		id:    wire.ExtKeyShare,
		offer: (*client).offerKeyShares,
		parse: into(func(o *offered) **wire.ClientKeyShares { return &o.shares }),
	},
	{
		id:    wire.ExtCookie,
		offer: (*client).offerCookie,
		parse: into(func(o *offered) **wire.Cookie { return &o.cookie }),
	},
	{
		id:    wire.ExtCompressCertificate,
		offer: (*client).offerCompressions,
		parse: only[wire.CompressCertificate],
	},
	{
		id:    wire.ExtCertificateAuthorities,
		offer: (*client).offerAuthorities,
		parse: into(func(o *offered) **wire.CertificateAuthorities { return &o.issuers }),
	},
	{
		id:     wire.ExtEarlyData,
		offer:  (*client).offerEarlyData,
		parse:  into(func(o *offered) **wire.EarlyData { return &o.earlyData }),
		answer: reply.earlyData,
		accept: (*client).acceptEarly,
	},
	{
		id:    wire.ExtPreSharedKey,
		offer: (*client).offerPSKs,
		parse: into(func(o *offered) **wire.OfferedPSKs { return &o.psks }),
	},
}

// span holds the versions that a hello offers, the highest first.
type span []suite.Version

// until12 reports whether a version up to TLS 1.2 is offered.
func (v span) until12() bool { return v[len(v)-1] < suite.TLS13 }

// has13 reports whether TLS 1.3 is offered.
func (v span) has13() bool { return v[0] == suite.TLS13 }

// offered holds the extensions of a ClientHello, nil for those that are absent.
type offered struct {
	names    *wire.ServerNames
	versions *wire.SupportedVersions
	groups   *wire.SupportedGroups
	points   *wire.PointFormats
	schemes  *wire.SignatureAlgorithms
	alpn     *wire.ALPN
	ticket   *wire.SessionTicket
	status   *wire.StatusRequest
	reneg    *wire.RenegotiationInfo
	srp      *wire.SRPUser
	shares   *wire.ClientKeyShares
	psks     *wire.OfferedPSKs
	modes    *wire.PSKModes
	cookie   *wire.Cookie

	serverTypes *wire.ServerCertificateTypes
	clientTypes *wire.ClientCertificateTypes
	issuers     *wire.CertificateAuthorities
	fragment    *wire.MaxFragmentLength
	recordSize  *wire.RecordSizeLimit
	earlyData   *wire.EarlyData
}

// reply is a message of a server with extensions that answer those of the
// ClientHello.
type reply struct {
	*server
	cert   *Certificate // ours, nil for none
	ticket bool         // a NewSessionTicket follows, up to TLS 1.2
}

// extensions returns the extensions of a hello.
func (c *client) extensions(versions []suite.Version) wire.Extensions {
	var e wire.Extensions
	for i := range extensions {
		row := &extensions[c.row(i)]
		if row.offer == nil {
			continue
		}
		if body := row.offer(c, versions); body != nil {
			e.Add(body)
		}
	}
	if c.grease != nil {
		e = c.grease.extensions(e)
	}
	return e
}

// parseOffer parses the extensions of a ClientHello, all of them before any is used:
// a malformed one ends the handshake whatever is negotiated.
func (s *server) parseOffer() error {
	s.offered = offered{}
	for i := range extensions {
		row := &extensions[i]
		if row.parse == nil {
			continue
		}
		if err := row.parse(&s.offered, s.hello.Extensions); err != nil {
			return err
		}
	}
	return nil
}

// checkOffers calls the rows' checkOffer.
func (s *server) checkOffers() error {
	where := answerPlace(s.version)
	for i := range extensions {
		row := &extensions[i]
		if row.checkOffer == nil || !row.id.AllowedIn(where) {
			continue
		}
		if err := row.checkOffer(s); err != nil {
			return err
		}
	}
	return nil
}

// answerPlace is the message in which a server of a version answers extensions that
// do not affect the keys.
func answerPlace(v suite.Version) wire.Place {
	if v == suite.TLS13 {
		return wire.InEncryptedExtensions
	}
	return wire.InServerHello12
}

// extensions returns the extensions of the message.
func (r reply) extensions() wire.Extensions {
	where := answerPlace(r.version)
	var e wire.Extensions
	for i := range extensions {
		row := &extensions[i]
		if row.answer == nil || !row.id.AllowedIn(where) || !asksFor(r.hello.Extensions, row.id, where) {
			continue
		}
		if body := row.answer(r); body != nil {
			e.Add(body)
		}
	}
	return e
}

// asksFor reports whether a server may send an extension in the message where: only
// if the ClientHello offered it. A signaling value among the suites offers
// renegotiation_info, too (RFC 5746, section 3.4), and a HelloRetryRequest may
// contain an unsolicited cookie.
func asksFor(hello wire.Extensions, t wire.ExtensionType, where wire.Place) bool {
	switch {
	case where == wire.InServerHello12 && t == wire.ExtRenegotiationInfo:
		return true
	case where == wire.InRetry && t == wire.ExtCookie:
		return true
	}
	return hello.Has(t)
}

// acceptExtensions refuses extensions that are not allowed in a message or are
// unsolicited (RFC 8446, section 4.2), and accepts the rest.
func (c *client) acceptExtensions(e wire.Extensions, where wire.Place) error {
	for _, x := range e {
		switch {
		case !asksFor(c.hello.Extensions, x.Type, where):
			return failure.UnexpectedExtension.New("%s: unsolicited extension", x.Type)
		case wire.IsGREASE(uint16(x.Type)):
			return failure.UnexpectedExtension.With(illegal, "%s: a reserved value is answered (RFC 8701, section 3.1)", x.Type)
		case !x.Type.AllowedIn(where):
			return failure.UnexpectedExtension.New("%s: not allowed in this message", x.Type)
		}
	}
	for i := range extensions {
		row := &extensions[i]
		if row.accept == nil || !row.id.AllowedIn(where) {
			continue
		}
		if err := row.accept(c, e); err != nil {
			return err
		}
	}
	return nil
}

// extensionBody is a pointer to an extension's body of package wire.
type extensionBody[T any] interface {
	*T
	wire.ExtensionBody
}

// find parses the extension that T is the body of into a field.
func find[T any, P extensionBody[T]](e wire.Extensions, field *P) (err error) {
	*field, err = wire.Find[T, P](e)
	return err
}

// check parses the extension that T is the body of, to check its form.
func check[T any, P extensionBody[T]](e wire.Extensions) error {
	_, err := wire.Find[T, P](e)
	return err
}

// into is a row's parse that stores the body.
func into[T any, P extensionBody[T]](field func(*offered) *P) func(*offered, wire.Extensions) error {
	return func(o *offered, e wire.Extensions) error { return find(e, field(o)) }
}

// only is a row's parse that stores whether it is present.
func only[T any, P extensionBody[T]](_ *offered, e wire.Extensions) error { return check[T, P](e) }

// wellFormed is a row's accept that only checks the form.
func wellFormed[T any, P extensionBody[T]](_ *client, e wire.Extensions) error {
	return check[T, P](e)
}

// emptyAnswer is a row's accept for an empty extension that announces a message.
func emptyAnswer(t wire.ExtensionType) func(*client, wire.Extensions) error {
	return func(_ *client, e wire.Extensions) error {
		if body, _ := e.Raw(t); len(body) > 0 {
			return failure.Decode.New("ServerHello: %s is not empty", t)
		}
		return nil
	}
}
