package explain

import (
	"cmp"
	"errors"
	"regexp"

	"polytls/failure"
	"polytls/internal/keyfile"
	"polytls/internal/option"
)

// advice returns what to do after a failure.
func (f *Failure) advice() string {
	if text := f.OwnAdvice(); text != "" {
		return text
	}
	if row, ok := failure.Lookup(f.Code); ok {
		return InFlags(row.Remedy)
	}
	if f.AlertFrom != "" {
		return "see the peer's log"
	}
	return "see polytls help for the flags of each command"
}

// OwnAdvice returns advice that is not in the table of failures, or that names more
// of the command's flags; "" for none.
func (f *Failure) OwnAdvice() string {
	switch {
	case errors.Is(f.err, keyfile.ErrMACVerifyFailure), errors.Is(f.err, keyfile.ErrBadDecrypt):
		return "give the archive's passphrase with --passphrase"
	case errors.Is(f.err, keyfile.ErrNotEnoughData):
		return "give an archive in PKCS #12, as polytls cert pfx makes it; PEM files go with --cert and --key"
	}
	switch f.Code {
	case "ECONNREFUSED":
		return "check that a server listens there"
	case "ENOTFOUND", "EAI_AGAIN":
		return "check the host's spelling, or give its IP address with --servername NAME"
	case "EHOSTUNREACH", "ENETUNREACH":
		return "check the address and the network"
	case "ETIMEDOUT":
		return "check the address, or allow more with --timeout"
	case "EADDRINUSE":
		return "give another address with --listen, port 0 for a free one"
	case "EADDRNOTAVAIL":
		return "give an address of this machine with --listen"
	case "ENOENT", "EISDIR", "ENOTDIR", "ELOOP", "ENAMETOOLONG", "ENXIO":
		return "check the path"
	case "EROFS", "ETXTBSY":
		return "give a path that can be written"
	case "ENOSPC", "EFBIG":
		return "free space, or give a path on another disk"
	case "EACCES", "EPERM":
		return "check the permissions, or use a port above 1023"
	case "EEXIST":
		return "give --force to replace it, or another --out"
	case "ERR_SSL_WRONG_VERSION_NUMBER", "ERR_SSL_HTTP_REQUEST":
		return "check that the port uses TLS; if it starts in plain text, give --starttls"
	case "ERR_SSL_TLSV13_ALERT_CERTIFICATE_REQUIRED", "ERR_SSL_PEER_DID_NOT_RETURN_A_CERTIFICATE":
		return "give the client a certificate with --cert FILE --key FILE"
	case "ERR_SSL_SSL/TLS_ALERT_HANDSHAKE_FAILURE":
		return "allow what the peer supports, with --ciphers, --ecdh-curve and --sigalgs; a server may require a certificate: --cert FILE --key FILE"
	case "ERR_SSL_SSL/TLS_ALERT_BAD_RECORD_MAC", "ERR_SSL_TLSV1_ALERT_DECRYPT_ERROR":
		return "the key or password of the two ends may differ: check --psk, or --srp-user and --srp-password"
	case "ERR_OSSL_BAD_DECRYPT":
		return "give the passphrase that opens it with --passphrase"
	case failure.KeyValuesMismatch.Code:
		return failure.KeyValuesMismatch.Remedy // rather than the hint of one of the two files
	}
	return ""
}

// FlagOf returns the flag of an option of the library with its dashes, "" for none.
func FlagOf(name string) string {
	if o := option.ByName(name); o != nil && o.Flag != "" {
		return "--" + o.Flag
	}
	return ""
}

// FileHint returns what to pass instead of an option's file that cannot be used, ""
// if there is no hint.
func FileHint(name string) string {
	if o := option.ByName(name); o != nil {
		return o.File
	}
	return ""
}

// InFlags replaces the names of options in a sentence by their flags.
func InFlags(sentence string) string {
	return capitalized.ReplaceAllStringFunc(sentence, func(word string) string {
		return cmp.Or(FlagOf(word), word)
	})
}

// capitalized matches words that can be names of options.
var capitalized = regexp.MustCompile(`\b[A-Z]\w+\b`)
