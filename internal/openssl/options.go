package openssl

import (
	"iter"
	"slices"
	"strings"

	"polytls/failure"
	"polytls/internal/suite"
)

// Options is a set of OpenSSL's SSL_OP_* flags, with OpenSSL's values. Flags that
// polytls does not use are kept and have no effect.
type Options uint64

// The options that have an effect.
const (
	OpLegacyServerConnect            Options = 1 << 2
	OpIgnoreUnexpectedEOF            Options = 1 << 7
	OpAllowNoDHEKex                  Options = 1 << 10
	OpDontInsertEmptyFragments       Options = 1 << 11
	OpNoTicket                       Options = 1 << 14
	OpNoResumptionOnRenegotiation    Options = 1 << 16
	OpAllowUnsafeLegacyRenegotiation Options = 1 << 18
	OpNoEncryptThenMAC               Options = 1 << 19
	OpPrioritizeChaCha               Options = 1 << 21
	OpCipherServerPreference         Options = 1 << 22
	OpNoTLS10                        Options = 1 << 26
	OpNoTLS12                        Options = 1 << 27
	OpNoTLS11                        Options = 1 << 28
	OpNoTLS13                        Options = 1 << 29
	OpNoRenegotiation                Options = 1 << 30
)

// Has reports whether all flags of f are set.
func (o Options) Has(f Options) bool { return o&f == f }

// AllowsVersion reports whether no flag turns the version off.
func (o Options) AllowsVersion(v suite.Version) bool {
	switch v {
	case suite.TLS10:
		return !o.Has(OpNoTLS10)
	case suite.TLS11:
		return !o.Has(OpNoTLS11)
	case suite.TLS12:
		return !o.Has(OpNoTLS12)
	case suite.TLS13:
		return !o.Has(OpNoTLS13)
	}
	return false
}

// ParseOptions reads names of Node's crypto.constants joined by ','. The empty list
// sets no option; an unknown name is ERR_INVALID_ARG_VALUE.
func ParseOptions(list string) (Options, error) {
	var o Options
	if list == "" {
		return 0, nil
	}
	for part := range strings.SplitSeq(list, ",") {
		option, ok := optionByName[strings.TrimSpace(part)]
		if !ok {
			return 0, failure.InvalidArgValue.About("secureOptions", "unknown option %q", part)
		}
		o |= option.Value
	}
	return o, nil
}

// SecureOption is a row of the table of options.
type SecureOption struct {
	Name  string // in Node's crypto.constants, or OpenSSL's
	Value Options
	// Effect says what the option does. For an option without effect it is empty,
	// and Note says why.
	Effect, Note string
}

// SecureOptions returns the table: every SSL_OP_* constant of Node 12 and 26, and
// those of OpenSSL's other constants that have an effect.
func SecureOptions() iter.Seq[SecureOption] { return slices.Values(secureOptions[:]) }

const (
	onlyDTLS    = "DTLS only"
	onlySSL     = "SSL is not supported"
	alwaysFresh = "ephemeral keys are always fresh"
	obsolete    = "0 in OpenSSL since 1.1.0: it worked around SSL software long gone"
)

var secureOptions = [...]SecureOption{
	{Name: "SSL_OP_ALL", Value: 0x80000850, Effect: "as SSL_OP_DONT_INSERT_EMPTY_FRAGMENTS", Note: "its other workarounds have no use here"},
	{Name: "SSL_OP_ALLOW_NO_DHE_KEX", Value: OpAllowNoDHEKex, Effect: "allows pre-shared keys and sessions of TLS 1.3 without a new key exchange (psk_ke), as AllowPSKKe does"},
	{Name: "SSL_OP_ALLOW_UNSAFE_LEGACY_RENEGOTIATION", Value: OpAllowUnsafeLegacyRenegotiation, Effect: "renegotiates with peers that lack RFC 5746"},
	{Name: "SSL_OP_CIPHER_SERVER_PREFERENCE", Value: OpCipherServerPreference, Effect: "the server's order of suites, groups and signature algorithms decides, whatever ClientCipherOrder says"},
	{Name: "SSL_OP_CISCO_ANYCONNECT", Value: 1 << 15, Note: onlyDTLS},
	{Name: "SSL_OP_COOKIE_EXCHANGE", Value: 1 << 13, Note: onlyDTLS},
	{Name: "SSL_OP_CRYPTOPRO_TLSEXT_BUG", Value: 1 << 31, Note: "GOST suites are not implemented"},
	{Name: "SSL_OP_DONT_INSERT_EMPTY_FRAGMENTS", Value: OpDontInsertEmptyFragments, Effect: "turns off the guard of TLS 1.0's CBC records against chosen plaintext (1/n-1 splitting)"},
	{Name: "SSL_OP_EPHEMERAL_RSA", Note: "export suites are not supported"},
	{Name: "SSL_OP_IGNORE_UNEXPECTED_EOF", Value: OpIgnoreUnexpectedEOF, Effect: "an end without close_notify is io.EOF between two records: for protocols that can tell whether they were cut"},
	{Name: "SSL_OP_LEGACY_SERVER_CONNECT", Value: OpLegacyServerConnect, Effect: "connects to servers that lack RFC 5746"},
	{Name: "SSL_OP_MICROSOFT_BIG_SSLV3_BUFFER", Note: obsolete},
	{Name: "SSL_OP_MICROSOFT_SESS_ID_BUG", Note: obsolete},
	{Name: "SSL_OP_MSIE_SSLV2_RSA_PADDING", Note: obsolete},
	{Name: "SSL_OP_NETSCAPE_CA_DN_BUG", Note: obsolete},
	{Name: "SSL_OP_NETSCAPE_CHALLENGE_BUG", Note: obsolete},
	{Name: "SSL_OP_NETSCAPE_DEMO_CIPHER_CHANGE_BUG", Note: obsolete},
	{Name: "SSL_OP_NETSCAPE_REUSE_CIPHER_CHANGE_BUG", Note: obsolete},
	{Name: "SSL_OP_NO_COMPRESSION", Value: 1 << 17, Note: "records are never compressed"},
	{Name: "SSL_OP_NO_ENCRYPT_THEN_MAC", Value: OpNoEncryptThenMAC, Effect: "neither offers nor accepts encrypt-then-MAC (RFC 7366)"},
	{Name: "SSL_OP_NO_QUERY_MTU", Value: 1 << 12, Note: onlyDTLS},
	{Name: "SSL_OP_NO_RENEGOTIATION", Value: OpNoRenegotiation, Effect: "refuses renegotiation"},
	{Name: "SSL_OP_NO_SESSION_RESUMPTION_ON_RENEGOTIATION", Value: OpNoResumptionOnRenegotiation, Effect: "makes every renegotiation a full handshake at the server"},
	{Name: "SSL_OP_NO_SSLv2", Note: onlySSL},
	{Name: "SSL_OP_NO_SSLv3", Value: 1 << 25, Note: onlySSL},
	{Name: "SSL_OP_NO_TICKET", Value: OpNoTicket, Effect: "no session tickets up to TLS 1.2, and in TLS 1.3 only such as a session store knows"},
	{Name: "SSL_OP_NO_TLSv1", Value: OpNoTLS10, Effect: "turns TLS 1.0 off"},
	{Name: "SSL_OP_NO_TLSv1_1", Value: OpNoTLS11, Effect: "turns TLS 1.1 off"},
	{Name: "SSL_OP_NO_TLSv1_2", Value: OpNoTLS12, Effect: "turns TLS 1.2 off"},
	{Name: "SSL_OP_NO_TLSv1_3", Value: OpNoTLS13, Effect: "turns TLS 1.3 off"},
	{Name: "SSL_OP_PKCS1_CHECK_1", Note: obsolete},
	{Name: "SSL_OP_PKCS1_CHECK_2", Note: obsolete},
	{Name: "SSL_OP_PRIORITIZE_CHACHA", Value: OpPrioritizeChaCha, Effect: "a server whose order decides puts the ChaCha20-Poly1305 suites first for clients whose first suite is one"},
	{Name: "SSL_OP_SINGLE_DH_USE", Note: alwaysFresh},
	{Name: "SSL_OP_SINGLE_ECDH_USE", Note: alwaysFresh},
	{Name: "SSL_OP_SSLEAY_080_CLIENT_DH_BUG", Note: obsolete},
	{Name: "SSL_OP_SSLREF2_REUSE_CERT_TYPE_BUG", Note: obsolete},
	{Name: "SSL_OP_TLS_BLOCK_PADDING_BUG", Note: obsolete},
	{Name: "SSL_OP_TLS_D5_BUG", Note: obsolete},
	{Name: "SSL_OP_TLS_ROLLBACK_BUG", Value: 1 << 23, Note: "it gives up the premaster secret's guard against version rollback (RFC 5246, section 7.4.7.1)"},
}

var optionByName = indexOptions()

func indexOptions() map[string]*SecureOption {
	m := make(map[string]*SecureOption, len(secureOptions))
	for i := range secureOptions {
		m[secureOptions[i].Name] = &secureOptions[i]
	}
	return m
}
