package suite

import (
	"fmt"
	"iter"
	"strings"
)

// Words returns what the policy allows, with one line for each of Facts.
func (p *Policy) Words() string {
	var b strings.Builder
	for name, text := range p.Facts() {
		fmt.Fprintf(&b, "%-12s %s\n", name, text)
	}
	return b.String()
}

// Facts ranges over the restrictions of the policy, each with its name.
func (p *Policy) Facts() iter.Seq2[string, string] {
	return func(yield func(name, text string) bool) {
		for _, fact := range [...][2]string{
			{"policy", p.Name},
			{"document", p.Document},
			{"versions", p.VersionWords()},
			{"suites", p.SuiteWords()},
			{"groups", p.GroupWords()},
			{"DHE", p.dheWords()},
			{"signatures", p.SchemeWords()},
			{"keys", p.Chain.keyWords()},
			{"signed by", p.Chain.signatureWords()},
			{"leaf's key", p.Leaf.keyWords()},
			{"leaf signed", p.Leaf.signatureWords()},
			{"not covered", p.Beyond},
		} {
			if fact[1] != "" && !yield(fact[0], fact[1]) {
				return
			}
		}
	}
}

// VersionWords returns the range of versions, "" for any.
func (p *Policy) VersionWords() string {
	switch {
	case p.MinVersion == 0 && p.MaxVersion == 0:
		return ""
	case p.MinVersion == p.MaxVersion:
		return p.MinVersion.String()
	}
	return fmt.Sprintf("%s to %s", p.MinVersion, p.MaxVersion)
}

// SuiteWords returns the cipher suites, "" for any.
func (p *Policy) SuiteWords() string {
	name := func(id ID) string { return id.Info().Name }
	if p.First != nil {
		return "first " + words(p.First, ", ", name)
	}
	return words(p.Suites, ", ", name)
}

// GroupWords returns the groups in OpenSSL's notation, "" for any.
func (p *Policy) GroupWords() string {
	if p.Groups == nil {
		return ""
	}
	return p.DefaultGroups().String()
}

// SchemeWords returns the signature schemes of handshakes, "" for any.
func (p *Policy) SchemeWords() string { return words(p.Schemes, ", ", Scheme.String) }

// KeyWords returns the keys that the certificate at a depth of a chain may hold, ""
// for any.
func (p *Policy) KeyWords(depth int) string {
	if depth == 0 && p.Leaf.Keys != nil {
		return p.Leaf.keyWords()
	}
	return p.Chain.keyWords()
}

// SignatureWords returns the algorithms by which the certificate at a depth of a
// chain may be signed, "" for any.
func (p *Policy) SignatureWords(depth int) string {
	if depth == 0 && p.Leaf.Signatures != nil {
		return p.Leaf.signatureWords()
	}
	return p.Chain.signatureWords()
}

func (p *Policy) dheWords() string {
	if p.MinDHBits == 0 {
		return ""
	}
	return fmt.Sprintf("of at least %d bits up to TLS 1.2", p.MinDHBits)
}

func (r CertificateRules) keyWords() string { return words(r.Keys, ", ", KeyRule.String) }

func (r CertificateRules) signatureWords() string { return words(r.Signatures, ", ", Scheme.String) }

// String returns the rule in words, as "RSA of at least 2048 bits".
func (k KeyRule) String() string {
	text := string(k.Type)
	if k.MinBits > 0 {
		text += fmt.Sprintf(" of at least %d bits", k.MinBits)
	}
	if k.Curves != nil {
		text += " on " + words(k.Curves, " or ", Group.String)
	}
	return text
}

func words[T any](list []T, separator string, word func(T) string) string {
	all := make([]string, len(list))
	for i, v := range list {
		all[i] = word(v)
	}
	return strings.Join(all, separator)
}
