package keyfile

import (
	"bytes"
	"crypto"

	"golang.org/x/crypto/cryptobyte"
	cbasn1 "golang.org/x/crypto/cryptobyte/asn1"

	"polytls/internal/sign"
)

// parseECKey reads an ECPrivateKey (RFC 5915, section 3). Its curve is that of the
// parameters, which PKCS#8 has outside of it, or its own if they are empty. The
// public key that may follow is derived instead.
func parseECKey(parameters cryptobyte.String, der []byte) (crypto.Signer, error) {
	var key, scalar, own cryptobyte.String
	var version int
	input := cryptobyte.String(der)
	switch {
	case !input.ReadASN1(&key, cbasn1.SEQUENCE), !input.Empty(), !key.ReadASN1Integer(&version), version != 1:
		return nil, unsupported("EC key: version, want 1")
	case !key.ReadASN1(&scalar, cbasn1.OCTET_STRING):
		return nil, unsupported("EC key: privateKey")
	case !key.ReadOptionalASN1(&own, nil, context0),
		!key.SkipOptionalASN1(context0 + 1), !key.Empty():
		return nil, unsupported("EC key: parameters or publicKey")
	}
	if parameters.Empty() {
		parameters = own
	}
	curve, _, err := sign.ParseECParameters(parameters)
	if err != nil {
		return nil, unsupported("EC key").Wrap(err)
	}
	size := (curve.Params().N.BitLen() + 7) / 8
	scalar = bytes.TrimLeft(scalar, "\x00") // RFC 5915 pads them, some implementations do not
	if len(scalar) > size {
		return nil, unsupported("EC key: privateKey of %d bytes, want %d", len(scalar), size)
	}
	private, err := sign.ParseECPrivateKey(curve, append(make([]byte, size-len(scalar)), scalar...))
	if err != nil {
		return nil, unsupported("EC key").Wrap(err)
	}
	return private, nil
}
