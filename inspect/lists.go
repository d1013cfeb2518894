package inspect

import (
	"slices"
	"strings"

	"polytls"
	"polytls/internal/suite"
	"polytls/internal/weakness"
)

// comparison is what the client offered of one kind beside what this server enables,
// each in the order of its end.
type comparison struct {
	Title   string   `json:"title"`
	Offered []option `json:"offered"`
	Enabled []option `json:"enabled"` // nil if that is not known
}

// option is a value that an end offers or enables.
type option struct {
	Name  string `json:"name"`            // IANA's
	Other string `json:"other,omitempty"` // OpenSSL's, if it is another one
	Weak  string `json:"weak,omitempty"`  // why it is weak
	// Both says that both ends have it, or that the other end's list is not known.
	Both   bool `json:"both"`
	Chosen bool `json:"chosen"`
}

// enabled copies what the server enabled.
func (h *Handshake) enabled(info *polytls.HandshakeInfo) {
	if e := info.Enabled(); e != nil {
		h.Enabled = &Offer{Versions: e.Versions, Ciphers: e.Ciphers, Groups: e.Groups, Sigalgs: e.Sigalgs, ALPN: e.ALPN}
	}
}

// comparisons returns the lists of a handshake whose client sent a hello.
func (h *Handshake) comparisons() []comparison {
	if h.Offered == nil {
		return []comparison{}
	}
	ours := h.Enabled
	if ours == nil {
		ours = &Offer{}
	}
	var all []comparison
	for _, kind := range []struct {
		title  string
		list   func(*Offer) []string
		chosen string
	}{
		{"Versions", func(o *Offer) []string { return o.Versions }, h.Protocol},
		{"Cipher suites", func(o *Offer) []string { return o.Ciphers }, h.Standard},
		{"Groups", func(o *Offer) []string { return o.Groups }, h.Group},
		{"Key shares", func(o *Offer) []string { return o.KeyShares }, h.Group},
		{"Signature schemes", func(o *Offer) []string { return o.Sigalgs }, h.Sigalg},
		{"Protocols (ALPN)", func(o *Offer) []string { return o.ALPN }, h.ALPN},
		{"Extensions", func(o *Offer) []string { return o.Extensions }, ""},
	} {
		offered, enabled := kind.list(h.Offered), kind.list(ours)
		if len(offered)+len(enabled) > 0 {
			all = append(all, comparison{kind.title, options(offered, enabled, kind.chosen), options(enabled, offered, kind.chosen)})
		}
	}
	return all
}

// options describes the values of an end's list, beside the other end's. A list that is
// not known is nil.
func options(list, others []string, chosen string) []option {
	if list == nil {
		return nil
	}
	all := []option{}
	for _, name := range list {
		all = append(all, option{
			Name: name, Other: otherName(name), Weak: weakness.OfValue(name),
			Both: others == nil || slices.Contains(others, name), Chosen: name != "" && name == chosen,
		})
	}
	return all
}

// otherName returns OpenSSL's name of what IANA calls name, "" if it is the same or if
// OpenSSL has none.
func otherName(name string) string {
	other := ""
	if c := suite.ByName(name); c != nil {
		other = c.Name
	}
	for g := range suite.Groups() {
		if g.Name == name && len(g.Aliases) > 0 {
			other = g.Aliases[len(g.Aliases)-1]
		}
	}
	for s := range suite.Schemes() {
		if s.Name == name {
			other = strings.TrimSuffix(s.OpenSSL, "+UNDEF") // of schemes without a hash
		}
	}
	if other == name {
		return ""
	}
	return other
}
