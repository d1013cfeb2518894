package keys

import "crypto"

const echConfirmationLen = 8 // bytes (RFC 9849, section 7.2)

// ECHConfirmation returns the 8 bytes by which a ServerHello says that the
// inner ClientHello, whose random is innerRandom, was accepted (RFC 9849,
// section 7.2). transcriptHash is that of the inner hellos up to a ServerHello
// with these bytes zero.
func ECHConfirmation(h crypto.Hash, innerRandom, transcriptHash []byte) []byte {
	return echConfirmation(h, innerRandom, "ech accept confirmation", transcriptHash)
}

// ECHRetryConfirmation is ECHConfirmation of a HelloRetryRequest (RFC 9849,
// section 7.2.1).
func ECHRetryConfirmation(h crypto.Hash, innerRandom, transcriptHash []byte) []byte {
	return echConfirmation(h, innerRandom, "hrr ech accept confirmation", transcriptHash)
}

func echConfirmation(h crypto.Hash, innerRandom []byte, label string, transcriptHash []byte) []byte {
	return expandLabel(h, extract(h, nil, innerRandom), label, transcriptHash, echConfirmationLen)
}
