package session

import (
	"math"
	"time"

	"golang.org/x/crypto/cryptobyte"
	"golang.org/x/crypto/cryptobyte/asn1"
)

// field is an optional field of SSL_SESSION_ASN1 (OpenSSL's ssl/ssl_asn1.c).
type field struct {
	tag   uint8
	name  string
	value value
	// always says that it is written even when it holds nothing, later that
	// OpenSSL 1.1.1 does not know it: such a field is never written.
	always, later bool
}

// value is where a field's content lies in a Session, and its DER form.
type value interface {
	// none reports whether there is nothing to write.
	none() bool
	parse(*cryptobyte.String) bool
	append(*cryptobyte.Builder)
}

// fields is the one list of the optional fields, in the order of their tags.
func (s *Session) fields() [lastTag]field {
	return [...]field{
		{tag: 1, name: "time", value: instant{&s.Created}},
		{tag: 2, name: "timeout", value: seconds{&s.Timeout}},
		{tag: 3, name: "peer", value: certificate{&s.PeerCertificate}},
		{tag: 4, name: "session_id_context", value: octets{&s.IDContext, MaxIDContext}, always: true},
		{tag: 5, name: "verify_result", value: integer[int]{&s.VerifyResult}},
		{tag: 6, name: "tlsext_hostname", value: text{&s.ServerName}},
		{tag: 7, name: "psk_identity_hint", value: text{&s.PSKIdentityHint}},
		{tag: 8, name: "psk_identity", value: text{&s.PSKIdentity}},
		{tag: 9, name: "tlsext_tick_lifetime_hint", value: integer[uint32]{&s.TicketLifetimeHint}},
		{tag: 10, name: "tlsext_tick", value: octets{&s.Ticket, maxTicket}},
		{tag: 11, name: "comp_id", value: octet{&s.Compression}},
		{tag: 12, name: "srp_username", value: text{&s.SRPUsername}},
		{tag: 13, name: "flags", value: flags{s}},
		{tag: 14, name: "tlsext_tick_age_add", value: integer[uint32]{&s.AgeAdd}},
		{tag: 15, name: "max_early_data", value: integer[uint32]{&s.MaxEarlyData}},
		{tag: 16, name: "alpn_selected", value: text{&s.ALPN}},
		{tag: 17, name: "tlsext_max_fragment_len_mode", value: integer[uint8]{&s.MaxFragmentLen}},
		{tag: 18, name: "ticket_appdata", value: octets{&s.TicketAppData, MaxDER}},
		{tag: 19, name: "kex_group", value: integer[uint32]{&s.KexGroup}, later: true},
		{tag: 20, name: "peer_rpk", value: octets{&s.PeerPublicKey, MaxDER}, later: true},
	}
}

// writes reports whether Marshal writes f. A field that OpenSSL leaves out when
// it is empty is still written if it was there, empty, when s was parsed.
func (s *Session) writes(f field) bool {
	return !f.later && (f.always || !f.value.none() || s.present>>f.tag&1 == 1)
}

// integer is a ZINT32, ZUINT32 or ZUINT64.
type integer[T int | uint8 | uint32] struct{ to *T }

func (v integer[T]) none() bool                       { return *v.to == 0 }
func (v integer[T]) parse(in *cryptobyte.String) bool { return in.ReadASN1Integer(v.to) }
func (v integer[T]) append(b *cryptobyte.Builder)     { b.AddASN1Int64(int64(*v.to)) }

// octets is an OCTET STRING of at most max bytes.
type octets struct {
	to  *[]byte
	max int
}

func (v octets) none() bool { return len(*v.to) == 0 }
func (v octets) parse(in *cryptobyte.String) bool {
	return in.ReadASN1((*cryptobyte.String)(v.to), asn1.OCTET_STRING) && len(*v.to) <= v.max
}
func (v octets) append(b *cryptobyte.Builder) { b.AddASN1OctetString(*v.to) }

// text is an OCTET STRING that holds a string of C.
type text struct{ to *string }

func (v text) none() bool { return *v.to == "" }
func (v text) parse(in *cryptobyte.String) bool {
	var content cryptobyte.String
	ok := in.ReadASN1(&content, asn1.OCTET_STRING)
	*v.to = string(content)
	return ok
}
func (v text) append(b *cryptobyte.Builder) { b.AddASN1OctetString([]byte(*v.to)) }

// octet is an OCTET STRING of one byte.
type octet struct{ to *uint8 }

func (v octet) none() bool { return *v.to == 0 }
func (v octet) parse(in *cryptobyte.String) bool {
	var content cryptobyte.String
	return in.ReadASN1(&content, asn1.OCTET_STRING) && content.ReadUint8(v.to) && content.Empty()
}
func (v octet) append(b *cryptobyte.Builder) { b.AddASN1OctetString([]byte{*v.to}) }

// certificate is the DER of an X.509 certificate, which is not looked into.
type certificate struct{ to *[]byte }

func (v certificate) none() bool { return len(*v.to) == 0 }
func (v certificate) parse(in *cryptobyte.String) bool {
	return in.ReadASN1Element((*cryptobyte.String)(v.to), asn1.SEQUENCE)
}
func (v certificate) append(b *cryptobyte.Builder) { b.AddBytes(*v.to) }

// instant is a time_t, up to the year 9999.
type instant struct{ to *time.Time }

func (v instant) none() bool { return v.to.IsZero() }
func (v instant) parse(in *cryptobyte.String) bool {
	var unix int64
	if !in.ReadASN1Integer(&unix) || unix < 0 || unix > maxTime {
		return false
	}
	*v.to = time.Unix(unix, 0)
	return true
}
func (v instant) append(b *cryptobyte.Builder) { b.AddASN1Int64(v.to.Unix()) }

// seconds is a count of seconds. Node 12 writes a negative sessionTimeout.
type seconds struct{ to *time.Duration }

func (v seconds) none() bool { return *v.to/time.Second == 0 }
func (v seconds) parse(in *cryptobyte.String) bool {
	var n int64
	if !in.ReadASN1Integer(&n) || n < -maxSeconds || n > maxSeconds {
		return false
	}
	*v.to = time.Duration(n) * time.Second
	return true
}
func (v seconds) append(b *cryptobyte.Builder) { b.AddASN1Int64(int64(*v.to / time.Second)) }

// flags is OpenSSL's SSL_SESS_FLAG_ bits.
type flags struct{ of *Session }

func (v flags) none() bool { return !v.of.ExtendedMasterSecret && v.of.otherFlags == 0 }
func (v flags) parse(in *cryptobyte.String) bool {
	var bits uint64
	ok := in.ReadASN1Integer(&bits)
	v.of.ExtendedMasterSecret = bits&flagExtendedMasterSecret != 0
	v.of.otherFlags = bits &^ flagExtendedMasterSecret
	return ok
}
func (v flags) append(b *cryptobyte.Builder) {
	bits := v.of.otherFlags
	if v.of.ExtendedMasterSecret {
		bits |= flagExtendedMasterSecret
	}
	b.AddASN1Uint64(bits)
}

func explicit(tag uint8) asn1.Tag { return asn1.Tag(tag).ContextSpecific().Constructed() }

const (
	lastTag = 20
	// keyArg is [0] IMPLICIT, which only SSLv2 had a use for.
	keyArg = asn1.Tag(0x80)

	maxTicket  = 1<<16 - 1    // opaque ticket<0..2^16-1> (RFC 5077, section 4)
	maxTime    = 253402300799 // 9999-12-31T23:59:59Z
	maxSeconds = int64(math.MaxInt64 / time.Second)
)
