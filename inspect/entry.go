package inspect

import (
	"encoding/json"
	"net"
	"sync"
	"time"

	"polytls"
	"polytls/internal/suite"
)

// entry is a handshake of the feed. Readers see few of a busy server's handshakes, so
// that the first of them computes what is shown, or the feed after mostUnread.
type entry struct {
	number        int
	total, failed uint64 // the server's handshakes up to this one
	held          int    // bytes of its peer's until it is shown

	shown func() *shown
}

// shown is what readers get of an entry. It is bounded: package recorder bounds the
// messages, and escaped the rest.
type shown struct {
	*Handshake
	messages      [][]byte // nil for those that were not kept
	local, remote net.Addr // nil if there is none
	row           []byte   // in JSON, without the details
}

// mostHeld bounds the bytes that an entry holds of its peer's until a reader asks. One
// that would hold more is computed at once.
const mostHeld = 32 << 10

// newEntry makes an entry of a handshake that has ended with err, nil if it succeeded.
func (p *Page) newEntry(s *polytls.Socket, err error) *entry {
	deferred, end, local, remote := s.DeferHandshakeInfo(), time.Now(), s.LocalAddr(), s.RemoteAddr()
	e := &entry{held: deferred.Size()}
	e.shown = sync.OnceValue(func() *shown {
		info := deferred.Info()
		h := describe(info, err, end)
		h.enabled(info)
		if p.Explain != nil {
			h.explain(p.Explain)
		}
		r := &shown{Handshake: h.escaped(), local: local, remote: remote}
		r.ID, r.Total, r.Failed = e.number, e.total, e.failed
		for _, step := range info.Steps {
			r.messages = append(r.messages, step.Raw)
		}
		r.row = r.newRow()
		return r
	})
	return e
}

// explain changes each text that may name an option.
func (h *Handshake) explain(change func(string) string) {
	texts := []*string{&h.What, &h.Remedy}
	for i := range h.Choices {
		c := &h.Choices[i]
		texts = append(texts, &c.Rule)
		for j := range c.Obstacles {
			texts = append(texts, &c.Obstacles[j].Reason)
		}
	}
	for _, text := range texts {
		*text = change(*text)
	}
}

// row is a handshake without its details.
type row struct {
	Handshake
	Highest string `json:"highest"` // the highest version that the client offered
}

func (h *Handshake) newRow() []byte {
	r := row{*h, h.Offered.highest()}
	r.Steps, r.Offered, r.Enabled, r.Choices = nil, nil, nil, nil
	text, err := json.Marshal(r)
	if err != nil {
		panic(err) // its types cannot fail
	}
	return text
}

func (o *Offer) highest() string {
	var highest suite.Version
	if o != nil {
		for _, name := range o.Versions {
			if v, known := suite.ParseVersion(name); known {
				highest = max(highest, v)
			}
		}
	}
	if highest == 0 {
		return ""
	}
	return highest.String()
}
