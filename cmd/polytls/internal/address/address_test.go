package address

import (
	"testing"
)

func FuzzParseAddress(f *testing.F) {
	for _, seed := range []string{"localhost:1", "[::1]:443", "unix:/x", ":0", "a:https"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, text string) {
		a, err := Parse("x", text)
		if err != nil {
			return
		}
		if b, err := Parse("x", a.String()); err != nil || a != b {
			t.Errorf("%q becomes %q, which reads as %v, %v", text, a, b, err)
		}
	})
}

func TestParseTarget(t *testing.T) {
	for text, want := range map[string]Address{
		"localhost:https":               {Host: "localhost", Port: 443},
		"https://a.example":             {Host: "a.example", Port: 443},
		"https://me:pw@a.example/x?y#z": {Host: "a.example", Port: 443},
		"WSS://[::1]:8443/":             {Host: "::1", Port: 8443},
		"smtps://a.example":             {Host: "a.example", Port: 465},
		"tls://a.example:1":             {Host: "a.example", Port: 1},
		"unix:/run/s":                   {Path: "/run/s"},
	} {
		if got, err := ParseTarget(text); err != nil || got != want {
			t.Errorf("%q: %+v, %v, want %+v", text, got, err, want)
		}
	}
}
