package keyfile

import (
	"bytes"
	"errors"
	"os"
	"path/filepath"
	"testing"

	"polytls/internal/alert"
)

func file(t testing.TB, name string) []byte {
	t.Helper()
	data, err := os.ReadFile(filepath.Join("testdata", name))
	if err != nil {
		t.Fatal(err)
	}
	return data
}

// certificate returns the DER of testdata/NAME-cert.pem.
func certificate(t testing.TB, name string) []byte {
	t.Helper()
	chain, err := ParseCertificates(file(t, name+"-cert.pem"))
	if err != nil {
		t.Fatal(err)
	}
	return chain[0]
}

// wantError checks an error's row or sentinel, that it carries no alert, and
// that what has no code in Node has none here.
func wantError(t *testing.T, err, want error) {
	t.Helper()
	if !errors.Is(err, want) {
		t.Fatalf("error %v, want %v", err, want)
	}
	var e *alert.Error
	if !errors.As(err, &e) || e.AlertFrom != alert.None || e.Reason == "" {
		t.Fatalf("error %#v, want a local alert.Error with a reason", err)
	}
	if _, coded := want.(interface{ NodeCode() string }); !coded && e.Code != "" {
		t.Fatalf("error %v has code %s, want none", err, e.Code)
	}
}

// replaceOnce fails the test when there is nothing to replace.
func replaceOnce(t testing.TB, data []byte, old, new string) []byte {
	t.Helper()
	if !bytes.Contains(data, []byte(old)) {
		t.Fatalf("no %q to replace", old)
	}
	return bytes.Replace(data, []byte(old), []byte(new), 1)
}
