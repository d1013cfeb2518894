package connect

import (
	"cmp"
	"fmt"
	"os"
	"strings"

	"polytls"
	"polytls/cmd/polytls/internal/explain"
	"polytls/inspect"
	"polytls/internal/visible"
)

// printNotes prints the notes, once.
func (c *command) printNotes() {
	if c.LogsJSON() {
		c.LogNotes(c.Logger())
		return
	}
	for _, text := range c.Notes {
		say("%s", text)
	}
	c.Notes = nil
}

// tell prints on standard error what was negotiated and the result of verification.
func (c *command) tell(r *report, s *polytls.Socket) {
	h := inspect.Describe(s, nil)
	if c.LogsJSON() {
		c.Logger().Info("handshake", "", h)
		return
	}
	if !c.json {
		c.printFacts(r, s)
	}
	if len(h.Weak) > 0 {
		say("weaker than RFC 9325 recommends: %s", strings.Join(h.Weak, ", "))
	}
}

// printFacts prints, in a few lines, the facts that --json puts into its object.
func (c *command) printFacts(r *report, s *polytls.Socket) {
	p := s.Parameters()
	facts := []string{r.Protocol, r.Cipher.Name}
	for _, fact := range []string{p.Group, p.PeerSigalg} {
		if fact != "" {
			facts = append(facts, fact)
		}
	}
	if p.DHBits > 0 {
		facts = append(facts, fmt.Sprintf("DHE of %d bits", p.DHBits))
	}
	switch {
	case p.PSKIdentity != nil: // for which Node reports a resumed session in TLS 1.3
		facts = append(facts, "pre-shared key")
	case r.SessionReused:
		facts = append(facts, "resumed")
	}
	if r.EarlyDataAccepted != nil && *r.EarlyDataAccepted {
		facts = append(facts, "early data accepted")
	}
	if r.ALPNProtocol != "" {
		facts = append(facts, "ALPN "+string(r.ALPNProtocol))
	}
	say("connected to %s: %s", c.target, strings.Join(facts, ", "))
	if cert := s.PeerCertificate(false); cert != nil {
		say("certificate of %s, issued by %s, until %s", cmp.Or(cert.Subject.String(), "(empty)"), cmp.Or(cert.Issuer.String(), "(empty)"), cert.ValidTo)
	}
	say("%s", verdict(r, s))
}

// recordingFailed reports that a file can no longer be written.
func (c *command) recordingFailed(f *explain.Failure) {
	const text = "recording ended, the connection goes on"
	if c.LogsJSON() {
		c.Logger().Warn(text, "code", f.Code, "reason", f.Reason)
		return
	}
	say("%s: %s", text, f.Error())
}

// say writes one line to standard error.
func say(format string, args ...any) {
	fmt.Fprintln(os.Stderr, visible.Text(fmt.Sprintf(format, args...)))
}
