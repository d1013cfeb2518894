package openssl

import (
	"fmt"
	"polytls/internal/suite"
	"strings"
)

// FormatV returns what `openssl ciphers -v` prints for the suites, one line for
// each.
func FormatV(list []*suite.CipherSuite) string {
	var b strings.Builder
	for _, s := range list {
		b.WriteString(Description(s))
		b.WriteByte('\n')
	}
	return b.String()
}

// Description returns the columns of `openssl ciphers -v`
// (SSL_CIPHER_description): name, minimum version, key exchange,
// authentication, encryption and MAC.
func Description(s *suite.CipherSuite) string {
	minimum := s.Minimum
	if minimum == "TLSv1.0" { // only this column uses the older name
		minimum = "TLSv1"
	}
	return fmt.Sprintf("%-30s %-7s Kx=%-8s Au=%-5s Enc=%-22s Mac=%-4s",
		s.Name, minimum, kxNames[s.Kx], authNames[s.Auth], describe(s.Cipher), macNames[s.MAC])
}

// describe returns OpenSSL's name of the cipher with its bits.
func describe(c suite.Cipher) string {
	info := c.Info()
	if c == suite.NULL {
		return info.Name
	}
	return fmt.Sprintf("%s(%d)", info.Name, info.AlgorithmBits)
}

// Authentication returns the name of a suite's server authentication, as in
// Description.
func Authentication(s *suite.CipherSuite) string { return authNames[s.Auth] }

var kxNames = [...]string{
	suite.KxAny: "any", suite.KxRSA: "RSA", suite.KxDHE: "DH", suite.KxECDHE: "ECDH", suite.KxPSK: "PSK", suite.KxDHEPSK: "DHEPSK",
	suite.KxECDHEPSK: "ECDHEPSK", suite.KxRSAPSK: "RSAPSK", suite.KxSRP: "SRP", suite.KxOther: "GOST",
}

var authNames = [...]string{
	suite.AuthAny: "any", suite.AuthRSA: "RSA", suite.AuthECDSA: "ECDSA", suite.AuthDSS: "DSS", suite.AuthPSK: "PSK",
	suite.AuthSRP: "SRP", suite.AuthNone: "None", suite.AuthOther: "GOST",
}

var macNames = [...]string{suite.AEAD: "AEAD", suite.MD5: "MD5", suite.SHA1: "SHA1", suite.SHA256: "SHA256", suite.SHA384: "SHA384", suite.MACOther: "GOST"}
