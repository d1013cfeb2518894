package cert

import (
	"testing"

	"polytls/internal/trust/certtest"
)

func TestAlgorithmName(t *testing.T) {
	for id, want := range map[string]string{"1.3.101.113": "ED448", "1.2.3.4": "1.2.3.4"} {
		if got := algorithmName(certtest.AlgorithmID(id, false)); got != want {
			t.Errorf("%s is called %q, want %q", id, got, want)
		}
	}
}
