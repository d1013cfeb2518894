package fields

import (
	"fmt"
	"strconv"

	"polytls/internal/suite"
	"polytls/internal/wire"
)

// valueNames are the names of values that have no registry in package suite.
var valueNames = map[Kind]map[uint32]string{
	CompressionMethod:      {0: "null", 1: "DEFLATE"},
	PointFormat:            {0: "uncompressed", 1: "ansiX962_compressed_prime", 2: "ansiX962_compressed_char2"},
	PSKMode:                {0: "psk_ke", 1: "psk_dhe_ke"},
	MaxFragmentLength:      {1: "2^9", 2: "2^10", 3: "2^11", 4: "2^12"},
	CertificateType:        {0: "X509", 1: "OpenPGP", 2: "RawPublicKey"},
	ClientCertificateType:  {1: "rsa_sign", 2: "dss_sign", 3: "rsa_fixed_dh", 4: "dss_fixed_dh", 64: "ecdsa_sign", 65: "rsa_fixed_ecdh", 66: "ecdsa_fixed_ecdh"},
	CertificateCompression: {1: "zlib", 2: "brotli", 3: "zstd"},
	KeyUpdateRequest:       {0: "update_not_requested", 1: "update_requested"},
}

// registered returns the name of a value of a registry of package suite, and whether
// the kind has one.
func (k Kind) registered(value uint32) (string, bool) {
	switch k {
	case Version:
		return suite.Version(value).String(), true
	case CipherSuite:
		return suite.ID(value).String(), true
	case Group:
		return suite.Group(value).String(), true
	case Scheme:
		return suite.Scheme(value).String(), true
	}
	return "", false
}

// Text returns what a person reads in place of the field's bytes: the name of a value,
// a number, a text, or "" for one that only has bytes. It is not escaped.
func (f *Field) Text() string {
	n := f.Uint()
	if name, ok := f.Kind.registered(n); ok {
		if len(f.Value) == 2 && wire.IsGREASE(uint16(n)) {
			return "GREASE (RFC 8701)"
		}
		return name
	}
	if names, ok := valueNames[f.Kind]; ok {
		if name := names[n]; name != "" {
			return name
		}
		return fmt.Sprintf("unknown (%d)", n)
	}
	switch {
	case f.Kind == Number:
		return strconv.FormatUint(uint64(n), 10)
	case f.Kind == Protocol, f.Name == "host_name", f.Name == "psk_identity_hint", f.Name == "srp_I":
		return string(f.Value)
	}
	return ""
}
