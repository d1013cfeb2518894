package connect

import (
	"fmt"
	"os"
	"strings"

	"polytls"
	"polytls/cmd/polytls/internal/report"
	"polytls/internal/visible"
)

// sayNotes prints them once, before a client connects.
func (c *command) sayNotes() {
	if c.LogsJSON() {
		c.LogNotes(c.Logger())
		return
	}
	for _, text := range c.Notes {
		say("%s", text)
	}
	c.Notes = nil
}

// printJSON prints one object.
func (c *command) printJSON(v any) error {
	return visible.Encode(c.cmd.OutOrStdout(), v)
}

// tell prints on standard error what was negotiated and the result of verification.
func (c *command) tell(r *report.Connection, s *polytls.Socket) {
	weak := report.BelowFloor(report.StrengthOf(s))
	switch {
	case c.LogsJSON():
		c.Logger().Info("handshake", report.Succeeded(s).Attrs()...)
		return
	case c.json: // the object has the rest
		if line := report.FloorLine(weak); line != "" {
			say("%s", line)
		}
		return
	}
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
	case p.PSKIdentity != nil: // Node calls it resumed at 1.3
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
		say("certificate of %s, issued by %s, until %s", report.Name(cert.Subject), report.Name(cert.Issuer), cert.ValidTo)
	}
	say("%s", report.Verdict(r, s))
	if line := report.FloorLine(weak); line != "" {
		say("%s", line)
	}
}

// say writes one line to standard error.
func say(format string, args ...any) {
	fmt.Fprintln(os.Stderr, visible.Text(fmt.Sprintf(format, args...)))
}
