package openssl

import (
	"cmp"
	"polytls/internal/suite"
	"slices"
)

// operation is what a rule of a cipher list does with the suites that match.
type operation byte

const (
	add     operation = 0   // append those that are not selected
	toEnd   operation = '+' // move those that are selected to the end
	remove  operation = '-' // deselect; a later rule may add them again
	kill    operation = '!' // deselect for good
	special operation = '@' // a command
)

// order is the list that OpenSSL's rules work on (CIPHER_ORDER): every suite of TLS
// 1.2 and older, selected or not. The order of the suites that are not selected is
// the order in which a later rule adds them.
type order struct {
	entries []entry
	moved   []entry // scratch space of apply
	level   int
}

type entry struct {
	suite    *suite.CipherSuite
	selected bool
}

func newOrder() *order {
	o := &order{level: -1}
	for s := range suite.Suites() {
		if s.MinVersion < suite.TLS13 {
			o.entries = append(o.entries, entry{suite: s})
		}
	}
	return o
}

// apply does one operation on all suites that match. Suites that move keep their
// relative order, and so do the others.
func (o *order) apply(op operation, p *pattern) {
	o.moved = o.moved[:0]
	kept := o.entries[:0]
	for _, e := range o.entries {
		applies := op == kill || e.selected == (op != add)
		if !applies || !p.matches(e.suite) {
			kept = append(kept, e)
			continue
		}
		e.selected = op != remove
		o.moved = append(o.moved, e)
	}
	switch op {
	case kill:
		o.entries = kept
	case remove: // the suites removed last come first when they are added again
		copy(o.entries[len(o.moved):], kept)
		copy(o.entries, o.moved)
	default:
		copy(o.entries[len(kept):], o.moved)
	}
}

// sortByStrength sorts the selected suites by the strength of their ciphers,
// the strongest first, and keeps the order among equals.
func (o *order) sortByStrength() {
	slices.SortStableFunc(o.entries, func(a, b entry) int {
		switch {
		case a.selected && b.selected:
			return cmp.Compare(b.suite.Cipher.Info().StrengthBits, a.suite.Cipher.Info().StrengthBits)
		case a.selected:
			return 1
		case b.selected:
			return -1
		}
		return 0
	})
}

// active returns the selected suites.
func (o *order) active() []*suite.CipherSuite {
	var list []*suite.CipherSuite
	for _, e := range o.entries {
		if e.selected {
			list = append(list, e.suite)
		}
	}
	return list
}
