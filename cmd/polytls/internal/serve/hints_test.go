package serve

import (
	"testing"
)

func TestShellWord(t *testing.T) {
	for in, want := range map[string]string{"/tmp/ca.pem": "/tmp/ca.pem", "a b": "'a b'", "it's": `'it'\''s'`, "$x": "'$x'"} {
		if got := shellWord(in); got != want {
			t.Errorf("%q becomes %s, want %s", in, got, want)
		}
	}
}
