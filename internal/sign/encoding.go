package sign

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rsa"
	"encoding/asn1"
	"math"
	"math/big"

	"golang.org/x/crypto/cryptobyte"
	cbasn1 "golang.org/x/crypto/cryptobyte/asn1"
)

// This file reads encodings of RSA and ECDSA keys that crypto/x509 refuses although
// they are unambiguous. OpenSSL reads them.

var oidRSA = asn1.ObjectIdentifier{1, 2, 840, 113549, 1, 1, 1} // RFC 3279, section 2.3.1

// parseRSAKey reads a key whose parameters are NULL (RFC 3279, section 2.3.1) or
// absent.
func parseRSAKey(parameters cryptobyte.String, der []byte) (*rsa.PublicKey, error) {
	var null cryptobyte.String
	if len(parameters) > 0 && (!parameters.ReadASN1(&null, cbasn1.NULL) || len(null) > 0 || !parameters.Empty()) {
		return nil, badKey("RSA parameters, want NULL")
	}
	return parseRSAPublicKey(der)
}

// parseRSAPublicKey reads an RSAPublicKey (RFC 8017, appendix A.1.1). Its
// numbers are positive, with or without a leading zero octet.
func parseRSAPublicKey(der []byte) (*rsa.PublicKey, error) {
	var key, n, e cryptobyte.String
	input := cryptobyte.String(der)
	if !input.ReadASN1(&key, cbasn1.SEQUENCE) || !input.Empty() ||
		!key.ReadASN1(&n, cbasn1.INTEGER) || !key.ReadASN1(&e, cbasn1.INTEGER) || !key.Empty() {
		return nil, badKey("RSAPublicKey")
	}
	modulus, exponent := new(big.Int).SetBytes(n), new(big.Int).SetBytes(e)
	switch {
	case modulus.Sign() == 0, exponent.Sign() == 0:
		return nil, badKey("RSA modulus or exponent of 0")
	case exponent.Cmp(big.NewInt(math.MaxInt32)) > 0:
		return nil, badKey("RSA exponent of %d bits, want at most 31", exponent.BitLen())
	}
	return &rsa.PublicKey{N: modulus, E: int(exponent.Int64())}, nil
}

// parseECKey reads a point, compressed or not (SEC 1, section 2.3.4).
func parseECKey(parameters cryptobyte.String, point []byte) (*ecdsa.PublicKey, error) {
	curve, _, err := ParseECParameters(parameters)
	if err != nil {
		return nil, err
	}
	if IsVariableTime(curve) {
		return parseBigPoint(curve, point)
	}
	key, err := ecdsa.ParseUncompressedPublicKey(curve, decompress(curve, point))
	if err != nil {
		return nil, badKey("EC point").Wrap(err)
	}
	return key, nil
}

// decompress returns the uncompressed form of a compressed point, anything else
// as it is.
func decompress(curve elliptic.Curve, point []byte) []byte {
	x, y := elliptic.UnmarshalCompressed(curve, point)
	if x == nil {
		return point
	}
	size := (curve.Params().BitSize + 7) / 8
	out := make([]byte, 1+2*size)
	out[0] = 4 // uncompressed
	x.FillBytes(out[1 : 1+size])
	y.FillBytes(out[1+size:])
	return out
}
