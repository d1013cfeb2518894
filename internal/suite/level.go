package suite

import "crypto"

// Level is a security level of OpenSSL, 0 to 5 (SSL_CTX_set_security_level).
// Its rules are those of ssl_security_default_callback in OpenSSL 3. Level 0
// allows everything but DH groups below 1,024 bits.
type Level int

// DefaultLevel is the level of a context that names none.
const DefaultLevel Level = 2

// floors is the one table of the levels: the least security of each in bits,
// and the RSA modulus or DH prime in bits of that security (NIST SP
// 800-57, part 1, table 2).
var floors = [...]struct{ security, modulus int }{
	0: {0, 0},
	1: {80, 1024},
	2: {112, 2048},
	3: {128, 3072},
	4: {192, 7680},
	5: {256, 15360},
}

// floor clamps levels out of range, as OpenSSL does.
func (l Level) floor() int { return min(max(int(l), 0), len(floors)-1) }

// Bits returns the minimum security of the level in bits.
func (l Level) Bits() int { return floors[l.floor()].security }

// ModulusBits returns the minimum size of the level's RSA moduli and DH primes in
// bits, 0 for level 0.
func (l Level) ModulusBits() int { return floors[l.floor()].modulus }

// ModulusStrength returns the security in bits of an RSA key or a DH group
// whose modulus has so many bits: that of the strongest level that allows it.
func ModulusStrength(bits int) int {
	l := Level(len(floors) - 1)
	for l > 0 && bits < l.ModulusBits() {
		l--
	}
	return l.Bits()
}

// AllowsKey reports whether a key of the given security in bits is allowed.
func (l Level) AllowsKey(securityBits int) bool { return securityBits >= l.Bits() }

// MinDHBits is the minimum DH prime in bits: level 0 has that of level 1.
func (l Level) MinDHBits() int { return max(l, 1).ModulusBits() }

// AllowsGroup reports whether a named group is allowed; one that the registry
// lacks is not.
func (l Level) AllowsGroup(g Group) bool {
	info := g.Info()
	return info != nil && l.AllowsKey(info.Bits)
}

// AllowsDigest reports whether a signature over a digest of this kind is allowed.
// In OpenSSL 3 its security is half its length, except for broken digests, which only
// level 0 allows.
func (l Level) AllowsDigest(h crypto.Hash) bool {
	switch h {
	case 0:
		return false
	case crypto.MD5, crypto.MD5SHA1, crypto.SHA1:
		return l <= 0
	}
	return l.AllowsKey(h.Size() * 8 / 2)
}

// AllowsScheme reports whether a signature scheme is allowed; one that the
// registry lacks is not.
func (l Level) AllowsScheme(s Scheme) bool {
	info := s.Info()
	switch {
	case info == nil:
		return false
	case info.Hash == 0:
		return l.AllowsKey(info.Bits)
	}
	return l.AllowsDigest(info.Hash)
}

// DefaultSchemes returns the signature schemes that a context which names none
// offers at this security level, most preferred first.
func (l Level) DefaultSchemes() []Scheme {
	var list []Scheme
	for i := range schemes {
		if schemes[i].Default && l.AllowsScheme(schemes[i].ID) {
			list = append(list, schemes[i].ID)
		}
	}
	return list
}

// AllowsSuite reports whether a cipher suite is allowed.
func (l Level) AllowsSuite(s *CipherSuite) bool {
	if l <= 0 {
		return true
	}
	switch {
	case !l.AllowsKey(s.Cipher.Info().StrengthBits), s.Auth == AuthNone, s.MAC == MD5:
		return false
	case s.MAC == SHA1 && !l.AllowsKey(160): // the security of HMAC-SHA1 is 160 bits
		return false
	case s.Cipher == RC4 && l >= 2:
		return false
	}
	forwardSecret := s.MinVersion >= TLS13 || s.UsesECDHE() || s.UsesDHE()
	return forwardSecret || l < 3
}

// MinVersion returns the lowest version that the level allows.
func (l Level) MinVersion() Version {
	if l >= 1 {
		return TLS12
	}
	return TLS10
}

// AllowsTickets reports whether sessions may be kept in tickets up to TLS 1.2,
// which costs their forward secrecy.
func (l Level) AllowsTickets() bool { return l < 3 }
