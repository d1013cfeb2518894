// Package secp256k1 adds the curve secp256k1 (SEC 2, section 2.4.1) to programs that
// import it, for certificates and their keys:
//
//	import _ "polytls/secp256k1"
//
// Chains may then have keys on the curve in all versions, and the certificate of a peer up
// to TLS 1.2, where ContextOptions.ECDHCurve must name the curve, as in Node: TLS 1.3 has
// no signature scheme for it. A private key of the process also needs
// AllowVariableTimeKeys. The curve is not used for key exchange.
//
// The package adds 0.9 MB to a program: the tables of its library,
// github.com/decred/dcrd/dcrec/secp256k1.
package secp256k1

import (
	"github.com/decred/dcrd/dcrec/secp256k1/v4"

	"polytls/internal/sign"
	"polytls/internal/suite"
)

func init() {
	//lint:ignore SA1019 crypto/ecdsa and its users know no other interface of a curve
	sign.RegisterCurve(suite.Secp256k1, secp256k1.S256())
}
