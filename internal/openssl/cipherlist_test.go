package openssl

import (
	"errors"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"polytls/failure"
	"polytls/internal/suite"
)

var update = flag.Bool("update", false, "write testdata anew")

// snapshots are lists whose meaning testdata/cipherlists.txt spells out.
var snapshots = []string{
	"", // DefaultCiphers
	"DEFAULT",
	"ALL:COMPLEMENTOFALL",
	"HIGH:!aNULL:!MD5",
	"ECDHE+AESGCM:ECDHE+CHACHA20:DHE+AESGCM",
	"EECDH+ECDSA+AESGCM:EECDH+aRSA+AESGCM:EECDH:EDH+aRSA:!aNULL:!eNULL:!LOW:!3DES:!MD5:!EXP:!PSK:!SRP:!DSS:!RC4",
	"TLS_CHACHA20_POLY1305_SHA256:ECDHE-RSA-CHACHA20-POLY1305",
	"TLS_AES_128_CCM_8_SHA256:TLS_AES_128_CCM_SHA256",
	"PSK:SRP",
	"NULL:@SECLEVEL=0",
	"ADH:AECDH:@STRENGTH:@SECLEVEL=0",
	"AESCCM:AESCCM8",
	"SUITEB128",
}

func TestWellKnownListsKeepTheirMeaning(t *testing.T) {
	var b strings.Builder
	for _, text := range snapshots {
		list, err := ParseCiphers(text)
		if err != nil {
			t.Fatalf("%q: %v", text, err)
		}
		fmt.Fprintf(&b, "%q\n", text)
		for _, name := range append(names(list.TLS13), names(list.TLS12)...) {
			fmt.Fprintf(&b, "\t%s\n", name)
		}
	}
	path := filepath.Join("testdata", "cipherlists.txt")
	if *update {
		if err := os.WriteFile(path, []byte(b.String()), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if b.String() != string(want) {
		t.Errorf("%s does not hold what the lists select; if it should, write it with -update; got\n%s", path, b.String())
	}
}

func TestParseCiphers(t *testing.T) {
	const (
		defaults = "TLS_AES_256_GCM_SHA384:TLS_CHACHA20_POLY1305_SHA256:TLS_AES_128_GCM_SHA256"
		gcm128   = "TLS_AES_128_GCM_SHA256"
	)
	for _, tc := range []struct {
		list         string
		tls13, tls12 string
		level        int
	}{
		{"AES128-SHA", defaults, "AES128-SHA", -1},
		{"AES128-SHA:", defaults, "AES128-SHA", -1},
		{"AES128-SHA:@SECLEVEL=0", defaults, "AES128-SHA", 0},
		{"AES128-SHA@SECLEVEL=1,@SECLEVEL=3", defaults, "AES128-SHA", 3},
		{gcm128, gcm128, "", -1},
		{gcm128 + "::TLS_AES_256_GCM_SHA384:" + gcm128, gcm128 + ":TLS_AES_256_GCM_SHA384", "", -1},
		{"AES128-SHA:" + gcm128 + ":AES256-SHA", gcm128, "AES128-SHA:AES256-SHA", -1},
		{gcm128 + " :AES128-SHA", gcm128, "AES128-SHA", -1},
		{"TLS_RSA_WITH_AES_128_CBC_SHA", "AES128-SHA", "", -1},
		{"foo,TLS_RSA_WITH_AES_128_CBC_SHA", defaults, "AES128-SHA", -1},
		{"AES128-SHA,AES_x", defaults, "AES128-SHA", -1},
		{"foo,AES128-SHA", defaults, "AES128-SHA", -1},
		{"CAMELLIA128-SHA:AES128-SHA:DES-CBC3-SHA", defaults, "AES128-SHA", -1},
		{"TLS_RSA_WITH_ARIA_128_GCM_SHA256:" + gcm128, gcm128, "", -1},
		{"AES128-SHA:-TLS_AES_128_GCM_SHA256", defaults, "AES128-SHA", -1},
	} {
		got, err := ParseCiphers(tc.list)
		if err != nil {
			t.Errorf("%q: %v", tc.list, err)
			continue
		}
		tls13, tls12 := strings.Join(names(got.TLS13), ":"), strings.Join(names(got.TLS12), ":")
		if tls13 != tc.tls13 || tls12 != tc.tls12 || got.Level != tc.level {
			t.Errorf("%q: %s and %s at level %d, want %s and %s at level %d",
				tc.list, tls13, tls12, got.Level, tc.tls13, tc.tls12, tc.level)
		}
	}
}

func TestParseCiphersRefuses(t *testing.T) {
	for list, want := range map[string]failure.Failure{
		":":                                  failure.InvalidArgValue,
		":::":                                failure.InvalidArgValue,
		" ":                                  failure.NoCipherMatch,
		"foo":                                failure.NoCipherMatch,
		"aes128-sha":                         failure.NoCipherMatch,
		"!ALL":                               failure.NoCipherMatch,
		"TLS_FOO":                            failure.NoCipherMatch,
		"TLS_AES_128_GCM_SHA256:TLS_FOO":     failure.NoCipherMatch,
		"AES128-SHA:TLS_FOO":                 failure.NoCipherMatch,
		"AES128-SHA:!TLS_AES_128_GCM_SHA256": failure.NoCipherMatch,
		"TLS_AES_128_GCM_SHA256:foo":         failure.NoCipherMatch,
		"TLS_AES_128_GCM_SHA256:@SECLEVEL=0": failure.NoCipherMatch,
		"TLS_AES_128_GCM_SHA256,TLS_AES_256_GCM_SHA384":   failure.NoCipherMatch,
		"TLS_RSA_WITH_ARIA_128_GCM_SHA256":                failure.NoCipherMatch,
		"CAMELLIA:ARIA:3DES:RC4:SEED:IDEA:DSS":            failure.NoCipherMatch,
		"AES128-SHA:@SECLEVEL=9":                          failure.InvalidCommand,
		"AES128-SHA:@SECLEVEL=":                           failure.InvalidCommand,
		"AES128-SHA:@FOO":                                 failure.InvalidCommand,
		"AES/x":                                           failure.InvalidCommand,
		"TLS_AES_128_GCM_SHA256:\u00e9":                   failure.InvalidCommand,
		"AES128-SHA\x00foo":                               failure.InvalidCommand,
		"TLS_" + strings.Repeat("A", 100) + ":AES128-SHA": failure.NoCipherMatch,
	} {
		if _, err := ParseCiphers(list); !errors.Is(err, want) {
			t.Errorf("%q: %v, want %s", list, err, want.Code)
		}
	}
}

func TestDefaultCiphersNegotiateNothingWeak(t *testing.T) {
	list, err := ParseCiphers("")
	if err != nil {
		t.Fatal(err)
	}
	if got := list.TLS12[0].Name; got != "ECDHE-RSA-AES128-GCM-SHA256" {
		t.Errorf("%s comes first", got)
	}
	for _, s := range append(list.TLS13, list.TLS12...) {
		if !suite.DefaultLevel.AllowsSuite(s) || s.UsesPSK() || s.UsesSRP() || !s.Implemented {
			t.Errorf("%s is in the default list", s.Name)
		}
	}
}

func FuzzParseCiphers(f *testing.F) {
	for _, list := range slices.Concat(snapshots, handWritten) {
		f.Add(list)
	}
	f.Fuzz(func(t *testing.T, text string) {
		list, err := ParseCiphers(text)
		if err != nil {
			return
		}
		if len(list.TLS13)+len(list.TLS12) == 0 || list.Level < -1 || list.Level > 5 {
			t.Errorf("%q selects %d and %d suites at level %d", text, len(list.TLS13), len(list.TLS12), list.Level)
		}
		seen := map[suite.ID]bool{}
		for _, s := range list.TLS12 {
			if seen[s.ID] || !s.Implemented || s.MaxVersion > suite.TLS12 {
				t.Errorf("%q selects %s", text, s.Name)
			}
			seen[s.ID] = true
		}
	})
}

// The time for a very long list is proportional to its length; this one would take
// minutes otherwise.
func TestLongListsAreLinear(t *testing.T) {
	long := strings.Repeat("UNKNOWN+x,AES128-SHA:+ALL ", 10_000) + strings.Repeat("y", 1<<20)
	list, err := ParseCiphers(long)
	if err != nil {
		t.Fatal(err)
	}
	if len(list.TLS12) != 1 {
		t.Errorf("%d suites", len(list.TLS12))
	}
}
