package metrics_test

import (
	"os"
	"regexp"
	"testing"

	"github.com/prometheus/client_golang/prometheus"

	"polytls/metrics"
)

// TestOperatingPage: the page for operators has each metric, and no other.
func TestOperatingPage(t *testing.T) {
	text, err := os.ReadFile("../docs/operating.md")
	if err != nil {
		t.Fatal(err)
	}
	descriptions := make(chan *prometheus.Desc)
	go func() {
		metrics.New().Describe(descriptions)
		close(descriptions)
	}()
	known := map[string]bool{}
	for d := range descriptions {
		name := regexp.MustCompile(`fqName: "(\w+)"`).FindStringSubmatch(d.String())[1]
		known[name] = true
		if !regexp.MustCompile("(?m)^\\| `" + name + "` \\|").Match(text) {
			t.Errorf("the page lacks %s", name)
		}
	}
	for _, name := range regexp.MustCompile("`(polytls_\\w+)`").FindAllStringSubmatch(string(text), -1) {
		if !known[name[1]] {
			t.Errorf("there is no metric %s", name[1])
		}
	}
}
