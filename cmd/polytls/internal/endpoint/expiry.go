package endpoint

import (
	"crypto/sha256"
	"fmt"
	"time"

	"polytls"
	"polytls/failure"
	"polytls/internal/keyfile"
	"polytls/internal/trust"
)

// Warnings about our certificates begin expiryWarning before they expire. A server
// checks them every ExpiryInterval.
const (
	expiryWarning  = 14 * 24 * time.Hour
	ExpiryInterval = time.Hour
)

// OwnCertificate is a certificate of ours with the end of its validity.
type OwnCertificate struct {
	source string // the flag and its file
	end    time.Time
	id     [sha256.Size]byte
}

// ownCertificates lists the certificates of a context. NewSecureContext reports
// those that cannot be read.
func (c *Flags) ownCertificates(o *polytls.ContextOptions) []OwnCertificate {
	var list []OwnCertificate
	add := func(option string, i int, der []byte) {
		leaf, err := trust.ParseCertificate(der)
		if err != nil {
			return
		}
		source := c.flagOf(option) + ": " + c.pathOf(failure.Item{Option: option, Index: i})
		list = append(list, OwnCertificate{source, leaf.NotAfter, sha256.Sum256(der)})
	}
	for i, pem := range o.Cert {
		if ders, err := keyfile.ParseCertificates(pem); err == nil {
			add("Cert", i, ders[0])
		}
	}
	for i, pfx := range o.PFX {
		if _, der, _, err := keyfile.ParsePFX(pfx.Data, o.Passphrase); err == nil {
			add("PFX", i, der)
		}
	}
	return list
}

// ExpiryNotes returns warnings about the certificates that have expired or soon
// expire, only once for each certificate and process.
func (c *Flags) ExpiryNotes(list []OwnCertificate, now time.Time) []string {
	var notes []string
	for _, own := range list {
		left := own.end.Sub(now)
		if left >= expiryWarning || c.warned[own.id] {
			continue
		}
		if c.warned == nil {
			c.warned = map[[sha256.Size]byte]bool{}
		}
		c.warned[own.id] = true
		date := own.end.UTC().Format(time.DateOnly)
		if left < 0 {
			notes = append(notes, fmt.Sprintf("%sthe certificate expired on %s", own.source, date))
			continue
		}
		notes = append(notes, fmt.Sprintf("%sthe certificate expires on %s, in %d days", own.source, date, int(left.Hours()/24)))
	}
	return notes
}
