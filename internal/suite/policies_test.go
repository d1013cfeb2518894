package suite_test

import (
	"fmt"
	"strconv"
	"strings"
	"testing"

	"polytls/internal/docpage"
	"polytls/internal/suite"
	"polytls/internal/suite/policytest"
)

// TestPoliciesAreTheirDocuments compares each policy with the tables of its document,
// for each version, suite, group, scheme, key and signature.
func TestPoliciesAreTheirDocuments(t *testing.T) {
	documents := policytest.Documents[:]
	for p := range suite.Policies() {
		if len(documents) == 0 || documents[0].Policy != p.Name {
			t.Fatalf("%s has no document at its place", p.Name)
		}
		d := documents[0]
		documents = documents[1:]
		t.Run(p.Name, func(t *testing.T) { compare(t, p, d) })
	}
	if len(documents) > 0 {
		t.Errorf("%d documents without a policy", len(documents))
	}
}

func compare(t *testing.T, p *suite.Policy, d policytest.Document) {
	want := func(what, name string, allowed bool, lists ...string) {
		for _, list := range lists {
			if !policytest.Allows(list, name) {
				if allowed {
					t.Errorf("%s %s is allowed", what, name)
				}
				return
			}
		}
		if !allowed {
			t.Errorf("%s %s is not allowed", what, name)
		}
	}
	if low, high := p.Versions(suite.TLS10, suite.TLS13); low.String() != d.Low || high.String() != d.High {
		t.Errorf("versions %s to %s, want %s to %s", low, high, d.Low, d.High)
	}
	for s := range suite.Suites() {
		if s.Implemented {
			want("suite", s.Standard, p.AllowsSuite(s), d.Suites)
		}
	}
	for g := range suite.Groups() {
		want("group", g.Name, p.AllowsGroup(g.ID), d.Groups)
	}
	for s := range suite.Schemes() {
		want("scheme", s.Name, p.AllowsScheme(s.ID), d.Schemes)
		if s.Kind != suite.PSSPSS && s.Curve < suite.BrainpoolP256r1 { // certificates name RSASSA-PSS by rsa_pss_rsae, ECDSA by the hash
			want("signature of an issuer's certificate", s.Name, p.AllowsSignature(1, s.ID), d.Signatures)
			want("signature of a leaf", s.Name, p.AllowsSignature(0, s.ID), d.Signatures, d.LeafSignatures)
		}
	}
	if p.MinDHBits != d.DHBits {
		t.Errorf("DHE from %d bits on, want %d", p.MinDHBits, d.DHBits)
	}
	for name := range strings.FieldsSeq(policytest.AllKeys) {
		typ, bits, curve := key(t, name)
		want("key of an issuer", name, p.AllowsKey(1, typ, bits, curve), d.Keys)
		want("key of a leaf", name, p.AllowsKey(0, typ, bits, curve), d.Keys, d.LeafKeys)
	}
}

// key reads a name of policytest.AllKeys.
func key(t *testing.T, name string) (typ suite.KeyType, bits int, curve suite.Group) {
	t.Helper()
	switch name {
	case "Ed25519":
		return suite.Ed25519Key, 253, 0
	case "Ed448":
		return suite.Ed448Key, 448, 0
	case "brainpoolP256r1":
		return suite.ECKey, 256, suite.BrainpoolP256r1
	case "brainpoolP384r1":
		return suite.ECKey, 384, suite.BrainpoolP384r1
	case "brainpoolP512r1":
		return suite.ECKey, 512, suite.BrainpoolP512r1
	}
	if strings.HasPrefix(name, "ML-DSA") {
		return suite.MLDSAKey, 10000, 0
	}
	i := strings.LastIndexByte(name, '-')
	bits, err := strconv.Atoi(name[i+1:])
	if err != nil {
		t.Fatal(err)
	}
	if name[:i] != "P" {
		return suite.KeyType(name[:i]), bits, 0
	}
	return suite.ECKey, bits, map[int]suite.Group{256: suite.P256, 384: suite.P384, 521: suite.P521}[bits]
}

// TestDocumentsNameWhatExists finds unknown names in the tables of documents.
func TestDocumentsNameWhatExists(t *testing.T) {
	suites, groups, schemes := map[string]bool{}, map[string]bool{}, map[string]bool{}
	for s := range suite.Suites() {
		suites[s.Standard] = s.Implemented
	}
	for g := range suite.Groups() {
		groups[g.Name] = true
	}
	for s := range suite.Schemes() {
		schemes[s.Name] = true
	}
	keys := map[string]bool{}
	for name := range strings.FieldsSeq(policytest.AllKeys) {
		keys[name] = true
	}
	for _, d := range policytest.Documents {
		for _, l := range []struct {
			list  string
			known map[string]bool
		}{
			{d.Suites, suites}, {d.Groups, groups}, {d.Schemes, schemes}, {d.Signatures, schemes}, {d.LeafSignatures, schemes},
			{d.Keys, keys}, {d.LeafKeys, keys},
		} {
			for name := range strings.FieldsSeq(l.list) {
				if l.list != policytest.Any && !l.known[name] {
					t.Errorf("%s: unknown name %q", d.Policy, name)
				}
			}
		}
	}
}

const profilesHead = `# Profiles

The policies that the option CompliancePolicy and the flag ` + "`--policy`" + ` name:
what each allows, and what of its document no setting of TLS expresses. What is not
listed is not restricted. Groups are in OpenSSL's language for lists. ` + "`keys`" + ` and
` + "`signed by`" + ` hold for each certificate of both ends' chains; a self-signed
certificate may be signed by any algorithm. ECDSA is named after the hash, RSASSA-PSS
by rsa_pss_rsae. ` + "`polytls ciphers --policy NAME`" + ` prints the same.
`

// TestProfilesPage: docs/profiles.md is made from the registry; `go test -run
// TestProfilesPage ./internal/suite -update-docs` writes it.
func TestProfilesPage(t *testing.T) {
	var b strings.Builder
	b.WriteString(profilesHead)
	for p := range suite.Policies() {
		fmt.Fprintf(&b, "\n## %s\n\n| | |\n| --- | --- |\n", p.Name)
		for name, text := range p.Facts() {
			if name == "groups" {
				text = "`" + text + "`"
			}
			if name != "policy" {
				fmt.Fprintf(&b, "| %s | %s |\n", name, text)
			}
		}
	}
	docpage.Want(t, "../../docs/profiles.md", b.String())
}
