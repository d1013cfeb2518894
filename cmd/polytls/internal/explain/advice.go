package explain

import (
	"errors"

	"polytls/failure"
	"polytls/internal/keyfile"
)

// advice says what to try after a failure.
func (f *Failure) advice() string {
	if text := f.AdviceByCause(); text != "" {
		return text
	}
	if row, ok := failure.Lookup(f.Code); ok {
		return inFlags(row.Remedy)
	}
	if f.AlertFrom != "" {
		return "see the other end's log"
	}
	return "see polytls help for the flags of each command"
}

// AdviceByCause returns what to try, by the code or its cause.
func (f *Failure) AdviceByCause() string {
	for _, a := range advices {
		for _, code := range a.codes {
			if f.Code == code {
				return a.text
			}
		}
	}
	switch {
	case errors.Is(f.err, keyfile.ErrMACVerifyFailure), errors.Is(f.err, keyfile.ErrBadDecrypt):
		return "give the archive's passphrase with --passphrase"
	case errors.Is(f.err, keyfile.ErrNotEnoughData):
		return "give an archive in PKCS #12, as polytls cert pfx makes it; PEM files go with --cert and --key"
	}
	return ""
}

// advices are what to try, by code.
var advices = []struct {
	codes []string
	text  string
}{
	{[]string{"ECONNREFUSED"}, "check that a server listens there"},
	{[]string{"ENOTFOUND", "EAI_AGAIN"}, "check the host's spelling, or give its IP address with --servername NAME"},
	{[]string{"EHOSTUNREACH", "ENETUNREACH"}, "check the address and the network"},
	{[]string{"ETIMEDOUT"}, "check the address, or allow more with --timeout"},
	{[]string{"ERR_TLS_HANDSHAKE_TIMEOUT"}, "allow more with --handshake-timeout, or check that the other end uses TLS"},
	{[]string{"EADDRINUSE"}, "give another address with --listen, port 0 for a free one"},
	{[]string{"EADDRNOTAVAIL"}, "give an address of this machine with --listen"},
	{[]string{"ENOENT", "EISDIR", "ENOTDIR"}, "check the path"},
	{[]string{"EACCES"}, "check the permissions, or take a port above 1023"},
	{[]string{"EEXIST"}, "give --force to replace it, or another --out"},
	{[]string{"ECONNRESET"}, "check that the other end uses TLS; see its log"},
	{[]string{"SELF_SIGNED_CERT_IN_CHAIN", "DEPTH_ZERO_SELF_SIGNED_CERT", "UNABLE_TO_GET_ISSUER_CERT",
		"UNABLE_TO_GET_ISSUER_CERT_LOCALLY", "UNABLE_TO_VERIFY_LEAF_SIGNATURE"},
		"if you trust its issuer, name the issuer's certificate with --ca FILE"},
	{[]string{"UNABLE_TO_GET_CRL", "CRL_HAS_EXPIRED", "CRL_NOT_YET_VALID"},
		"give a fresh list of every issuer in the chain with --crl"},
	{[]string{"ERR_TLS_CERT_ALTNAME_INVALID"}, "connect by a name that the certificate has, or give it with --servername"},
	{[]string{"ERR_SSL_WRONG_VERSION_NUMBER", "ERR_SSL_HTTP_REQUEST", "ERR_SSL_PACKET_LENGTH_TOO_LONG"},
		"check that the port uses TLS; if it starts in plain text, give --starttls"},
	{[]string{"ERR_SSL_SSL/TLS_ALERT_HANDSHAKE_FAILURE"}, "allow what the other end has, with --ciphers, --ecdh-curve and --sigalgs; " +
		"a server may want a certificate, too: --cert FILE --key FILE"},
	{[]string{"ERR_SSL_NO_CIPHER_MATCH"}, "polytls ciphers -v ALL shows the suites that a list can name"},
	{[]string{"ERR_SSL_TLSV13_ALERT_CERTIFICATE_REQUIRED", "ERR_SSL_PEER_DID_NOT_RETURN_A_CERTIFICATE"},
		"the client must show a certificate: --cert FILE --key FILE"},
	{[]string{"ERR_SSL_PSK_IDENTITY_NOT_FOUND", "ERR_SSL_TLSV1_ALERT_UNKNOWN_PSK_IDENTITY"},
		"check the identity given with --psk at both ends"},
	{[]string{"ERR_SSL_SSL/TLS_ALERT_BAD_RECORD_MAC", "ERR_SSL_TLSV1_ALERT_DECRYPT_ERROR"},
		"the key or password of the two ends may differ: check --psk, or --srp-user and --srp-password"},
	{[]string{"CERT_SIGNATURE_FAILURE", "CERT_CHAIN_TOO_LONG", "INVALID_CA", "PATH_LENGTH_EXCEEDED"},
		"the chain must be issued anew; polytls cert check says what is wrong with it"},
	{[]string{"ERR_OSSL_BAD_DECRYPT"}, "give the passphrase that opens it with --passphrase"},
	{[]string{failure.KeyValuesMismatch.Code}, failure.KeyValuesMismatch.Remedy},
}
