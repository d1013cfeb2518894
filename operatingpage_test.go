package polytls_test

import (
	"os"
	"strings"
	"testing"

	"polytls"
	"polytls/failure"
)

// TestOperatingPage: the page for operators has each attribute of a log record.
func TestOperatingPage(t *testing.T) {
	text, err := os.ReadFile("docs/operating.md")
	if err != nil {
		t.Fatal(err)
	}
	_, section, _ := strings.Cut(string(text), "\n## Log records\n")
	section, _, _ = strings.Cut(section, "\n## ")
	failed := &failure.Explanation{What: "it failed", Fault: "this end", Remedy: "none"}
	full := &polytls.HandshakeInfo{
		Peer: "CN=ada", Took: 1, Resumption: "ticket", JA4: "t13", Weak: []string{"TLSv1"},
		Err: failure.NoSharedCipher.New("no suite"), Failure: failed,
	}
	attrs := full.LogValue().Group()
	if len(attrs) < 15 {
		t.Errorf("a record has %d attributes", len(attrs))
	}
	for _, a := range attrs {
		if !strings.Contains(section, "`"+a.Key+"`") {
			t.Errorf("the page lacks the attribute %s", a.Key)
		}
	}
}
