package recordlayer_test

import (
	"errors"
	"strings"
	"testing"

	"polytls/failure"
	"polytls/internal/recordlayer"
)

// TestQuotesPlainText expects the first line of a peer that does not use TLS in the
// error, as one line of bounded length.
func TestQuotesPlainText(t *testing.T) {
	for text, want := range map[string]string{
		"220 mail.example ESMTP\r\n250 more\r\n": `: "220 mail.example ESMTP"`,
		"\r\nSSH-2.0-x\r\n":                      `: "SSH-2.0-x"`,
		"HTTP/1.1 400\x1b[31m \u202e\x80\r\n":    `: "HTTP/1.1 400\x1b[31m \u202e\x80"`,
		strings.Repeat("x", 1000):                `: "` + strings.Repeat("x", 80) + `..."`,
		"J\x00\x00\x00\n8.0.36\x00":              "version 0x0000",
		"\x80\x81\x82\x83\x84text":               "version 0x8182",
		"ab\r\n\r\n":                             "version 0x620d",
	} {
		for _, role := range []recordlayer.Role{recordlayer.Client, recordlayer.Server} {
			l := recordlayer.New(&tape{in: []byte(text)}, role)
			x := begin(l)
			_, err := x.ReadMessage()
			x.End()
			if !errors.Is(err, failure.WrongVersionNumber) || !strings.Contains(err.Error(), want) {
				t.Errorf("%q: %v, want %s", text, err, want)
			}
		}
	}
}
