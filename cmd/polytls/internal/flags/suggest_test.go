package flags

import (
	"testing"
)

func TestEditDistance(t *testing.T) {
	for _, test := range []struct {
		a, b string
		want int
	}{{"", "ab", 2}, {"ab", "", 2}, {"listen", "listen", 0}, {"lissen", "listen", 1}, {"server-name", "servername", 1}, {"cert", "crt", 1}, {"key", "psk", 3}} {
		if got := editDistance(test.a, test.b); got != test.want {
			t.Errorf("from %q to %q: %d, want %d", test.a, test.b, got, test.want)
		}
	}
}
