package explain

import (
	"errors"
	"strings"

	"polytls/internal/keyfile"
)

// advice says what to try after a failure.
func (f *Failure) advice() string {
	if text := f.AdviceByCause(); text != "" {
		return text
	}
	switch {
	case f.AlertFrom != nil && *f.AlertFrom == "peer":
		return "the other end refused; its log says why"
	case f.AlertFrom != nil:
		return "the other end breaks the protocol, or something between changes what is sent"
	case strings.HasPrefix(f.Code, "ERR_OSSL_"):
		return "check that the file is PEM, whole, and goes with the others"
	}
	return "see polytls help for the flags of each command"
}

// AdviceByCause says what to try where the code or the error behind it tells.
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
	{[]string{"ERR_TLS_HANDSHAKE_TIMEOUT"}, "allow more with --handshake-timeout, or check that the other end speaks TLS"},
	{[]string{"EADDRINUSE"}, "give another address with --listen, port 0 for a free one"},
	{[]string{"EADDRNOTAVAIL"}, "give an address of this machine with --listen"},
	{[]string{"ENOENT", "EISDIR", "ENOTDIR"}, "check the path"},
	{[]string{"EACCES"}, "check the permissions, or take a port above 1023"},
	{[]string{"EEXIST"}, "give --force to replace it, or another --out"},
	{[]string{"ECONNRESET"}, "check that the other end speaks TLS; its log says more"},
	{[]string{"SELF_SIGNED_CERT_IN_CHAIN", "DEPTH_ZERO_SELF_SIGNED_CERT", "UNABLE_TO_GET_ISSUER_CERT",
		"UNABLE_TO_GET_ISSUER_CERT_LOCALLY", "UNABLE_TO_VERIFY_LEAF_SIGNATURE"},
		"if you trust its issuer, name the issuer's certificate with --ca FILE"},
	{[]string{"CERT_HAS_EXPIRED"}, "the certificate must be renewed; if not, check this machine's clock"},
	{[]string{"CERT_NOT_YET_VALID"}, "check this machine's clock"},
	{[]string{"CERT_REVOKED"}, "do not trust it: its issuer has withdrawn it"},
	{[]string{"UNABLE_TO_GET_CRL", "CRL_HAS_EXPIRED", "CRL_NOT_YET_VALID"},
		"give a fresh list of every issuer in the chain with --crl"},
	{[]string{"ERR_TLS_CERT_ALTNAME_INVALID"}, "connect by a name that the certificate has, or give it with --servername"},
	{[]string{"INVALID_PURPOSE", "ERR_SSL_SSL/TLS_ALERT_UNSUPPORTED_CERTIFICATE"}, "use a certificate that was made for this end"},
	{[]string{"ERR_SSL_SSL/TLS_ALERT_BAD_CERTIFICATE", "ERR_SSL_SSL/TLS_ALERT_CERTIFICATE_REVOKED",
		"ERR_SSL_SSL/TLS_ALERT_CERTIFICATE_EXPIRED", "ERR_SSL_SSL/TLS_ALERT_CERTIFICATE_UNKNOWN"},
		"the other end does not accept our certificate; its log says why"},
	{[]string{"ERR_SSL_WRONG_VERSION_NUMBER", "ERR_SSL_HTTP_REQUEST", "ERR_SSL_PACKET_LENGTH_TOO_LONG"},
		"check that the port speaks TLS; if it starts in plain text, give --starttls"},
	{[]string{"ERR_SSL_UNSUPPORTED_PROTOCOL", "ERR_SSL_TLSV1_ALERT_PROTOCOL_VERSION", "ERR_SSL_NO_PROTOCOLS_AVAILABLE"},
		"allow a version that both ends have, with --min-version and --max-version"},
	{[]string{"ERR_SSL_SSL/TLS_ALERT_HANDSHAKE_FAILURE"}, "allow what the other end has, with --ciphers, --ecdh-curve and --sigalgs; " +
		"a server may want a certificate, too: --cert FILE --key FILE"},
	{[]string{"ERR_SSL_NO_SHARED_CIPHER", "ERR_SSL_NO_CIPHERS_AVAILABLE"},
		"allow what the other end has, with --ciphers, --ecdh-curve and --sigalgs"},
	{[]string{"ERR_SSL_NO_CIPHER_MATCH"}, "polytls ciphers -v ALL shows the suites that a list can name"},
	{[]string{"ERR_SSL_TLSV1_ALERT_NO_APPLICATION_PROTOCOL", "ERR_SSL_NO_APPLICATION_PROTOCOL"},
		"offer a protocol that the other end speaks, with --alpn-protocols"},
	{[]string{"ERR_SSL_TLSV13_ALERT_CERTIFICATE_REQUIRED", "ERR_SSL_PEER_DID_NOT_RETURN_A_CERTIFICATE"},
		"the client must show a certificate: --cert FILE --key FILE"},
	{[]string{"ERR_SSL_TLSV1_ALERT_UNKNOWN_CA"}, "the other end does not trust the issuer of our certificate, or of its own copy"},
	{[]string{"ERR_SSL_PSK_IDENTITY_NOT_FOUND", "ERR_SSL_TLSV1_ALERT_UNKNOWN_PSK_IDENTITY"},
		"check the identity given with --psk at both ends"},
	{[]string{"ERR_SSL_SSL/TLS_ALERT_BAD_RECORD_MAC", "ERR_SSL_TLSV1_ALERT_DECRYPT_ERROR"},
		"the key or password of the two ends may differ: check --psk, or --srp-user and --srp-password"},
	{[]string{"ERR_SSL_EE_KEY_TOO_SMALL", "ERR_SSL_DH_KEY_TOO_SMALL", "CA_MD_TOO_WEAK", "EE_KEY_TOO_SMALL"},
		"use a stronger key, or lower the level with --ciphers DEFAULT@SECLEVEL=1"},
	{[]string{"ERR_TLS_DH_PARAM_SIZE"}, "lower --min-dh-size, or have the server use a larger group"},
	{[]string{"CERT_SIGNATURE_FAILURE", "CERT_CHAIN_TOO_LONG", "INVALID_CA", "PATH_LENGTH_EXCEEDED"},
		"the chain must be issued anew; polytls cert check says what is wrong with it"},
	{[]string{"ERR_OSSL_BAD_DECRYPT"}, "give the passphrase that opens it with --passphrase"},
	{[]string{"ERR_OSSL_X509_KEY_VALUES_MISMATCH"}, "give the key that belongs to the certificate"},
}
