package sign

import "strings"

// ServerMessage13 returns what a server's CertificateVerify signs in TLS 1.3
// (RFC 8446, section 4.4.3).
func ServerMessage13(transcriptHash []byte) []byte {
	return message13("TLS 1.3, server CertificateVerify", transcriptHash)
}

// ClientMessage13 returns what a client's CertificateVerify signs in TLS 1.3
// (RFC 8446, section 4.4.3).
func ClientMessage13(transcriptHash []byte) []byte {
	return message13("TLS 1.3, client CertificateVerify", transcriptHash)
}

// message13 begins with 64 spaces, so that no signature of an earlier version,
// which begins with the client's random, is valid in TLS 1.3.
func message13(context string, transcriptHash []byte) []byte {
	return append([]byte(strings.Repeat(" ", 64)+context+"\x00"), transcriptHash...)
}
