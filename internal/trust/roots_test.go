package trust

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/pem"
	"maps"
	"slices"
	"testing"

	"polytls/internal/peertest"
)

// rootDifferences are roots that Node has and the bundle has not, or the other way
// round, by their fingerprints, with the reason.
var rootDifferences = map[string]string{
	// Mozilla's list does not say that Mozilla trusts it for names below .tr alone:
	// https://go.dev/issue/61963. Node trusts it for all names.
	"46edc3689046d53a453fb3104ab80dcaec658b2660ea1629dd7e867990648716": "TUBITAK Kamu SM SSL Kok Sertifikasi - Surum 1",
}

// TestRootsAreNodes compares our copy of Mozilla's roots with Node's.
func TestRootsAreNodes(t *testing.T) {
	const script = `
const {X509Certificate} = require('crypto'), roots = {};
for (const pem of require('tls').rootCertificates) {
  const c = new X509Certificate(pem);
  roots[c.fingerprint256.replaceAll(':', '').toLowerCase()] = c.subject.replaceAll('\n', ', ');
}
console.log(JSON.stringify(roots));`
	var node map[string]string
	peertest.RunNode(t, script, nil, &node)
	ours := map[string]string{}
	for _, text := range RootCertificates() {
		block, _ := pem.Decode([]byte(text))
		c, err := ParseCertificate(block.Bytes)
		if err != nil {
			t.Fatal(err)
		}
		sum := sha256.Sum256(block.Bytes)
		ours[hex.EncodeToString(sum[:])] = c.Subject.String()
	}
	for _, list := range []struct {
		name        string
		has, hasNot map[string]string
	}{{"Node", node, ours}, {"the bundle", ours, node}} {
		for _, fingerprint := range slices.Sorted(maps.Keys(list.has)) {
			if _, both := list.hasNot[fingerprint]; !both && rootDifferences[fingerprint] == "" {
				t.Errorf("only %s has %s, %s", list.name, fingerprint, list.has[fingerprint])
			}
		}
	}
	for fingerprint, name := range rootDifferences {
		_, theirs := node[fingerprint]
		if _, both := ours[fingerprint]; both == theirs {
			t.Errorf("%s, %s, is no difference any more", name, fingerprint)
		}
	}
	if len(node) < 100 {
		t.Errorf("Node has %d roots", len(node))
	}
}
