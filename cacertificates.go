package polytls

import (
	"encoding/pem"
	"strings"
	"sync/atomic"

	"polytls/failure"
	"polytls/internal/keyfile"
	"polytls/internal/trust"
)

// RootCertificates returns Mozilla's roots in PEM: Node's
// tls.rootCertificates.
func RootCertificates() []string { return trust.RootCertificates() }

// CACertificates returns trusted certificates in PEM, without a newline at the end:
// Node's tls.getCACertificates(). The kind is "default" for the certificates that
// contexts without CA, RootCAs and SystemRoots trust, "bundled" for Mozilla's roots,
// "system" for the system's, or "extra", of which there are none: extra certificates are
// an option of each context, ExtraCA.
func CACertificates(kind string) ([]string, error) {
	switch kind {
	case "default":
		if set := defaultCA.Load(); set != nil {
			return inPEM(set), nil
		}
		return RootCertificates(), nil
	case "bundled":
		return RootCertificates(), nil
	case "system":
		roots, err := trust.SystemRoots()
		if err != nil {
			return nil, err
		}
		return inPEM(roots), nil
	case "extra":
		return []string{}, nil
	}
	return nil, failure.InvalidArgValue.Local(`kind: want "default", "bundled", "system" or "extra". Received %q`, kind)
}

// defaultCA holds the certificates that SetDefaultCACertificates has set, nil for
// Mozilla's roots.
var defaultCA atomic.Pointer[trust.Pool]

func defaultRoots() *trust.Pool {
	if set := defaultCA.Load(); set != nil {
		return set
	}
	return trust.MozillaRoots()
}

// SetDefaultCACertificates replaces the certificates that contexts without CA, RootCAs
// and SystemRoots trust: Node's tls.setDefaultCACertificates(). It applies to contexts
// that are made afterwards. The certificates are in PEM, any number in each text, or one
// in DER; an empty list trusts no certificate, and nil restores Mozilla's roots. A text
// without a certificate is an error.
func SetDefaultCACertificates(certificates [][]byte) error {
	if certificates == nil {
		defaultCA.Store(nil)
		return nil
	}
	for i, text := range certificates {
		if _, err := keyfile.ParseCertificates(text); err != nil {
			return optionItem(item("certificates", i), err)
		}
	}
	defaultCA.Store(pool(certificates))
	return nil
}

// inPEM encodes the certificates of a pool, each without the newline at the end.
func inPEM(p *trust.Pool) (list []string) {
	for _, c := range p.Certificates() {
		block := pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: c.Raw})
		list = append(list, strings.TrimSuffix(string(block), "\n"))
	}
	return list
}
