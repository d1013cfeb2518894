package trust

import (
	"flag"
	"fmt"
	"os"
	"strings"
	"testing"
)

var update = flag.Bool("update", false, "record what Node says")

const recording = "testdata/node26.tsv"

// TestReportsWhatNodeReported compares with the recorded results of Node 26 for
// each single fault: scenario, code and text.
func TestReportsWhatNodeReported(t *testing.T) {
	scenarios := singleScenarios()
	if *update {
		record(t, scenarios)
	}
	data, err := os.ReadFile(recording)
	if err != nil {
		t.Fatal(err)
	}
	said := make(map[string]string)
	for line := range strings.Lines(string(data)) {
		name, verdict, _ := strings.Cut(strings.TrimSuffix(line, "\n"), "\t")
		said[name] = verdict
	}
	compared := 0
	for _, s := range scenarios {
		want, ok := said[s.name]
		if !ok {
			continue
		}
		compared++
		code, _, _ := strings.Cut(want, "\t")
		r := s.asOpenSSL(Faults(s.chain(t), s.options(t)), code)
		if got := fmt.Sprintf("%s\t%s", r.Code(), r.Error()); got != want && !isProxy(r) {
			t.Errorf("%s: got %s, Node said %s", s.name, got, want)
		}
	}
	if compared < len(scenarios)*9/10 {
		t.Errorf("compared %d of %d chains", compared, len(scenarios))
	}
}

func record(t *testing.T, scenarios []*scenario) {
	var b strings.Builder
	for i, v := range askNode(t, scenarios) {
		words, _, _ := strings.Cut(v.Words, "; if the root CA is installed locally")
		if words == "" {
			words = OK.Error()
		}
		if v.Error == "" {
			fmt.Fprintf(&b, "%s\t%s\t%s\n", scenarios[i].name, v.Code, words)
		}
	}
	if err := os.WriteFile(recording, []byte(b.String()), 0o644); err != nil {
		t.Fatal(err)
	}
}
