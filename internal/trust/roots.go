package trust

import (
	"encoding/pem"
	"slices"
	"strings"
	"sync"

	"golang.org/x/crypto/x509roots/fallback/bundle"
)

// MozillaRoots returns the roots that Mozilla trusts for servers. They are read when
// they are first used, which most servers never do: they take 600 KB.
func MozillaRoots() *Pool { return mozillaRoots }

var mozillaRoots = &Pool{read: sync.OnceValue(readMozillaRoots)}

func readMozillaRoots() *Pool {
	p := &Pool{bySubject: make(map[string][]*Certificate)}
	for root := range bundle.Roots() {
		if c, err := ParseCertificate(root.Certificate); err == nil {
			c.distrust = root.Constraint
			p.add(c)
		}
	}
	return p
}

// RootCertificates returns MozillaRoots in PEM, without a newline at the end,
// in the bundle's order: by subject. It is Node's tls.rootCertificates; the
// slice is the caller's.
func RootCertificates() []string { return slices.Clone(rootCertificates()) }

var rootCertificates = sync.OnceValue(func() []string {
	var list []string
	for root := range bundle.Roots() {
		block := pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: root.Certificate})
		list = append(list, strings.TrimSuffix(string(block), "\n"))
	}
	return list
})
