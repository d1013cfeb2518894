package main

import (
	"io"
	"net"
	"slices"
	"strings"
	"testing"
	"unicode/utf8"

	"polytls/cmd/polytls/internal/issue"
)

// FuzzStartTLS gives each protocol whatever a server may say: it ends, and
// reads nothing behind the place where TLS begins.
func FuzzStartTLS(f *testing.F) {
	names := starttlsNames()
	for i, seed := range []string{
		"220 ready\r\n234 go on\r\n", "* OK ready\r\n* x\r\na1 OK\r\n", "\x10\x00\x00\x00\x0a8.0\x00aaaasaltsalt\x00\x00\x08",
		"+OK\r\n+OK\r\n", "S", "220-a\r\n220 b\r\n250-STARTTLS\r\n250 x\r\n220 go\r\n", "<stream:features></stream:features><proceed/>",
	} {
		f.Add(i, seed)
	}
	f.Fuzz(func(t *testing.T, which int, said string) {
		client, server := net.Pipe()
		go func() {
			go io.Copy(io.Discard, server)
			io.WriteString(server, said)
			server.Close()
		}()
		name := names[uint(which)%uint(len(names))]
		if err := starttls(client, name, "localhost"); err != nil && !strings.Contains(err.Error(), name) {
			t.Errorf("the error does not name the protocol: %v", err)
		}
		client.Close()
	})
}

func FuzzMySQLCapabilities(f *testing.F) {
	f.Add([]byte("\x0a8.0.1\x00\x01\x00\x00\x00saltsalt\x00\x00\x08rest"))
	f.Add([]byte("\x0a"))
	f.Add([]byte("\xff\x15\x04Access denied"))
	f.Fuzz(func(_ *testing.T, greeting []byte) { mysqlCapabilities(greeting) })
}

// FuzzSplitFields splits what has no quotes as strings.Split does.
func FuzzSplitFields(f *testing.F) {
	f.Add(`--a "b c" d`)
	f.Add(`"\"`)
	f.Add("  a  b ")
	f.Fuzz(func(t *testing.T, text string) {
		fields, err := splitFields(text)
		if err != nil || strings.Contains(text, `"`) || !utf8.ValidString(text) {
			return
		}
		want := strings.FieldsFunc(text, func(r rune) bool { return r == ' ' })
		if !slices.Equal(fields, want) {
			t.Errorf("%q becomes %q, want %q", text, fields, want)
		}
	})
}

func FuzzNames(f *testing.F) {
	for _, seed := range []string{"a.example", "IP:::1", "URI:urn:a", "email:a@b", "*.a"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, text string) {
		names, err := issue.ParseNames([]string{text})
		if err == nil && names.Empty() {
			t.Errorf("%q gives no name and no error", text)
		}
	})
}

func FuzzParseAddress(f *testing.F) {
	for _, seed := range []string{"localhost:1", "[::1]:443", "unix:/x", ":0", "a:https"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, text string) {
		a, err := parseAddress("x", text)
		if err != nil {
			return
		}
		if b, err := parseAddress("x", a.String()); err != nil || a != b {
			t.Errorf("%q becomes %q, which reads as %v, %v", text, a, b, err)
		}
	})
}

// FuzzReply reads answers of many lines.
func FuzzReply(f *testing.F) {
	f.Add("250-a\r\n250 b\r\n")
	f.Fuzz(func(t *testing.T, said string) {
		client, server := net.Pipe()
		go func() { io.WriteString(server, said); server.Close() }()
		lines, err := (&plain{client}).reply("250")
		if err == nil && len(lines) > strings.Count(said, "\n") {
			t.Errorf("%d lines of %q", len(lines), said)
		}
		if rest, _ := io.ReadAll(client); err == nil && !strings.HasSuffix(said, string(rest)) {
			t.Errorf("%q is left of %q", rest, said)
		}
		client.Close()
	})
}
