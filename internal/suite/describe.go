package suite

import (
	"fmt"
	"strings"
)

// FormatV returns what `openssl ciphers -v` prints for the suites: a line each.
func FormatV(list []*CipherSuite) string {
	var b strings.Builder
	for _, s := range list {
		b.WriteString(s.Description())
		b.WriteByte('\n')
	}
	return b.String()
}

// Description returns the columns of `openssl ciphers -v`
// (SSL_CIPHER_description): name, minimum version, key exchange,
// authentication, encryption and MAC.
func (s *CipherSuite) Description() string {
	minimum := s.Minimum
	if minimum == "TLSv1.0" { // this column alone has the older name
		minimum = "TLSv1"
	}
	return fmt.Sprintf("%-30s %-7s Kx=%-8s Au=%-5s Enc=%-22s Mac=%-4s",
		s.Name, minimum, kxNames[s.Kx], authNames[s.Auth], describe(s.Cipher), macNames[s.MAC])
}

// describe returns OpenSSL's name of the cipher with its bits.
func describe(c Cipher) string {
	info := c.Info()
	if c == NULL {
		return info.Name
	}
	return fmt.Sprintf("%s(%d)", info.Name, info.AlgorithmBits)
}

// Authentication returns the name of how the server authenticates, as in
// Description.
func (s *CipherSuite) Authentication() string { return authNames[s.Auth] }

var kxNames = [...]string{
	KxAny: "any", KxRSA: "RSA", KxDHE: "DH", KxECDHE: "ECDH", KxPSK: "PSK", KxDHEPSK: "DHEPSK",
	KxECDHEPSK: "ECDHEPSK", KxRSAPSK: "RSAPSK", KxSRP: "SRP", KxOther: "GOST",
}

var authNames = [...]string{
	AuthAny: "any", AuthRSA: "RSA", AuthECDSA: "ECDSA", AuthDSS: "DSS", AuthPSK: "PSK",
	AuthSRP: "SRP", AuthNone: "None", AuthOther: "GOST",
}

var macNames = [...]string{AEAD: "AEAD", MD5: "MD5", SHA1: "SHA1", SHA256: "SHA256", SHA384: "SHA384", MACOther: "GOST"}
