package session

import (
	"math"
	"time"

	"golang.org/x/crypto/cryptobyte"
	"golang.org/x/crypto/cryptobyte/asn1"
)

// fields is the one list of the optional fields of SSL_SESSION_ASN1 (OpenSSL's
// ssl/ssl_asn1.c), in the order of their tags.
var fields = [lastTag]field{
	{tag: 1, name: "time", value: instant(func(s *Session) *time.Time { return &s.Created })},
	{tag: 2, name: "timeout", value: seconds(func(s *Session) *time.Duration { return &s.Timeout })},
	{tag: 3, name: "peer", value: certificate(func(s *Session) *[]byte { return &s.PeerCertificate })},
	{tag: 4, name: "session_id_context", value: octets{func(s *Session) *[]byte { return &s.IDContext }, MaxIDContext}, always: true},
	{tag: 5, name: "verify_result", value: integer[int](func(s *Session) *int { return &s.VerifyResult })},
	{tag: 6, name: "tlsext_hostname", value: text(func(s *Session) *string { return &s.ServerName })},
	{tag: 7, name: "psk_identity_hint", value: text(func(s *Session) *string { return &s.PSKIdentityHint })},
	{tag: 8, name: "psk_identity", value: text(func(s *Session) *string { return &s.PSKIdentity })},
	{tag: 9, name: "tlsext_tick_lifetime_hint", value: integer[uint32](func(s *Session) *uint32 { return &s.TicketLifetimeHint }), client: true},
	{tag: 10, name: "tlsext_tick", value: octets{func(s *Session) *[]byte { return &s.Ticket }, maxTicket}, client: true},
	{tag: 11, name: "comp_id", value: octet(func(s *Session) *uint8 { return &s.Compression })},
	{tag: 12, name: "srp_username", value: text(func(s *Session) *string { return &s.SRPUsername })},
	{tag: 13, name: "flags", value: flags{}},
	{tag: 14, name: "tlsext_tick_age_add", value: integer[uint32](func(s *Session) *uint32 { return &s.AgeAdd })},
	{tag: 15, name: "max_early_data", value: integer[uint32](func(s *Session) *uint32 { return &s.MaxEarlyData })},
	{tag: 16, name: "alpn_selected", value: text(func(s *Session) *string { return &s.ALPN })},
	{tag: 17, name: "tlsext_max_fragment_len_mode", value: integer[uint8](func(s *Session) *uint8 { return &s.MaxFragmentLen })},
	{tag: 18, name: "ticket_appdata", value: octets{func(s *Session) *[]byte { return &s.TicketAppData }, MaxDER}},
	{tag: 19, name: "kex_group", value: integer[uint32](func(s *Session) *uint32 { return &s.KexGroup }), later: true},
	{tag: 20, name: "peer_rpk", value: octets{func(s *Session) *[]byte { return &s.PeerPublicKey }, MaxDER}, later: true},
}

type field struct {
	tag   uint8
	name  string
	value value
	// always: it is written even if it is empty. client: it is not in the server's
	// tickets. later: OpenSSL 1.1.1 does not know it, so it is never written.
	always, client, later bool
}

// value is a field's content in a Session, and its DER form.
type value interface {
	// none reports whether there is nothing to write.
	none(*Session) bool
	// read sets it from a field's whole content.
	read(*Session, cryptobyte.String) bool
	size(*Session) int // of what append appends
	append([]byte, *Session) []byte
}

// integer is a ZINT32, ZUINT32 or ZUINT64.
type integer[T int | uint8 | uint32] func(*Session) *T

func (at integer[T]) none(s *Session) bool { return *at(s) == 0 }
func (at integer[T]) read(s *Session, in cryptobyte.String) bool {
	return readInteger(in, at(s))
}
func (at integer[T]) size(s *Session) int { return integerSize(int64(*at(s))) }
func (at integer[T]) append(der []byte, s *Session) []byte {
	return appendInteger(der, int64(*at(s)))
}

// octets is an OCTET STRING of at most max bytes.
type octets struct {
	at  func(*Session) *[]byte
	max int
}

func (v octets) none(s *Session) bool { return len(*v.at(s)) == 0 }
func (v octets) read(s *Session, in cryptobyte.String) bool {
	to := v.at(s)
	return readOctets(in, to) && len(*to) <= v.max
}
func (v octets) size(s *Session) int                  { return octetsSize(*v.at(s)) }
func (v octets) append(der []byte, s *Session) []byte { return appendOctets(der, *v.at(s)) }

// text is an OCTET STRING that holds a string of C.
type text func(*Session) *string

func (at text) none(s *Session) bool { return *at(s) == "" }
func (at text) read(s *Session, in cryptobyte.String) bool {
	var content []byte
	ok := readOctets(in, &content)
	*at(s) = string(content)
	return ok
}
func (at text) size(s *Session) int                  { return octetsSize(*at(s)) }
func (at text) append(der []byte, s *Session) []byte { return appendOctets(der, *at(s)) }

// octet is an OCTET STRING of one byte.
type octet func(*Session) *uint8

func (at octet) none(s *Session) bool { return *at(s) == 0 }
func (at octet) read(s *Session, in cryptobyte.String) bool {
	var content []byte
	if !readOctets(in, &content) || len(content) != 1 {
		return false
	}
	*at(s) = content[0]
	return true
}
func (at octet) size(*Session) int { return elementSize(1) }
func (at octet) append(der []byte, s *Session) []byte {
	return append(appendHeader(der, asn1.OCTET_STRING, 1), *at(s))
}

// certificate is the DER of an X.509 certificate, which is not parsed.
type certificate func(*Session) *[]byte

func (at certificate) none(s *Session) bool { return len(*at(s)) == 0 }
func (at certificate) read(s *Session, in cryptobyte.String) bool {
	return in.ReadASN1Element((*cryptobyte.String)(at(s)), asn1.SEQUENCE) && in.Empty()
}
func (at certificate) size(s *Session) int                  { return len(*at(s)) }
func (at certificate) append(der []byte, s *Session) []byte { return append(der, *at(s)...) }

// instant is a time_t, up to the year 9999.
type instant func(*Session) *time.Time

func (at instant) none(s *Session) bool { return at(s).IsZero() }
func (at instant) read(s *Session, in cryptobyte.String) bool {
	var unix int64
	if !readInteger(in, &unix) || unix < 0 || unix > maxTime {
		return false
	}
	*at(s) = time.Unix(unix, 0)
	return true
}
func (at instant) size(s *Session) int                  { return integerSize(at(s).Unix()) }
func (at instant) append(der []byte, s *Session) []byte { return appendInteger(der, at(s).Unix()) }

// seconds is a count of seconds. Node 12 writes a negative sessionTimeout.
type seconds func(*Session) *time.Duration

func (at seconds) none(s *Session) bool { return at.count(s) == 0 }
func (at seconds) read(s *Session, in cryptobyte.String) bool {
	var n int64
	if !readInteger(in, &n) || n < -maxSeconds || n > maxSeconds {
		return false
	}
	*at(s) = time.Duration(n) * time.Second
	return true
}
func (at seconds) size(s *Session) int                  { return integerSize(at.count(s)) }
func (at seconds) append(der []byte, s *Session) []byte { return appendInteger(der, at.count(s)) }
func (at seconds) count(s *Session) int64               { return int64(*at(s) / time.Second) }

// flags is OpenSSL's SSL_SESS_FLAG_ bits.
type flags struct{}

func (flags) none(s *Session) bool { return s.flagBits() == 0 }
func (flags) read(s *Session, in cryptobyte.String) bool {
	ok := in.ReadASN1Integer(&s.otherFlags) && in.Empty()
	s.ExtendedMasterSecret = s.otherFlags&flagExtendedMasterSecret != 0
	s.otherFlags &^= flagExtendedMasterSecret
	return ok
}
func (flags) size(s *Session) int                  { return integerSize(s.flagBits()) }
func (flags) append(der []byte, s *Session) []byte { return appendInteger(der, s.flagBits()) }

func (s *Session) flagBits() uint64 {
	if s.ExtendedMasterSecret {
		return s.otherFlags | flagExtendedMasterSecret
	}
	return s.otherFlags
}

func explicit(tag uint8) asn1.Tag { return asn1.Tag(tag).ContextSpecific().Constructed() }

const (
	lastTag = 20
	// keyArg is [0] IMPLICIT, which only SSLv2 used.
	keyArg = asn1.Tag(0x80)

	maxTicket  = 1<<16 - 1    // opaque ticket<0..2^16-1> (RFC 5077, section 4)
	maxTime    = 253402300799 // 9999-12-31T23:59:59Z
	maxSeconds = int64(math.MaxInt64 / time.Second)
)
