package handshake

import (
	"slices"

	"polytls/internal/suite"
)

// Enabled is what a server would have accepted in a handshake, of each kind the most
// preferred first.
type Enabled struct {
	Versions []suite.Version
	Suites   []*suite.CipherSuite
	Groups   []suite.Group
	Schemes  []suite.Scheme
	ALPN     []string // nil if a callback chooses
}

// Enabled returns what the server enabled, nil at a client.
func (d *Decision) Enabled() *Enabled {
	if d.Server == nil {
		return nil
	}
	c := d.Server.Config
	e := &Enabled{Versions: c.versions(), Groups: c.Groups, Schemes: c.Schemes}
	for _, s := range slices.Concat(c.Suites13, c.Suites) {
		if slices.ContainsFunc(e.Versions, func(v suite.Version) bool { return s.MinVersion <= v && v <= s.MaxVersion }) {
			e.Suites = append(e.Suites, s)
		}
	}
	if d.Server.ChooseALPN == nil {
		e.ALPN = append([]string{}, d.Server.ALPN...)
	}
	return e
}
