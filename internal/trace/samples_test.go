package trace

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"polytls/internal/trace/release"
	"polytls/internal/trace/x509text"
)

// TestPrintsSamples rebuilds messages from texts that OpenSSL's clients printed,
// and prints them again.
func TestPrintsSamples(t *testing.T) {
	files, err := filepath.Glob("testdata/*.txt")
	if err != nil || len(files) == 0 {
		t.Fatalf("no samples: %v", err)
	}
	for _, file := range files {
		t.Run(filepath.Base(file), func(t *testing.T) {
			text, err := os.ReadFile(file)
			if err != nil {
				t.Fatal(err)
			}
			name, _, _ := strings.Cut(filepath.Base(file), "-")
			r, ok := release.Parse(name)
			if !ok {
				t.Fatalf("no release %q", name)
			}
			events, err := rebuild(string(text))
			if err != nil {
				t.Fatal(err)
			}
			p := newPrinter(r, false)
			var got strings.Builder
			for _, e := range events {
				got.Write(p.print(e))
			}
			wantPart(t, string(text), got.String())
			if got.Len() != len(text) {
				t.Errorf("%d bytes of text, wanted %d", got.Len(), len(text))
			}
		})
	}
}

func nameText(der []byte) string {
	text, _ := x509text.Name(der)
	return text
}
