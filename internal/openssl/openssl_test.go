package openssl

import (
	"errors"
	"fmt"
	"maps"
	"math/rand"
	"os"
	"os/exec"
	"slices"
	"strings"
	"sync"
	"testing"

	"polytls/failure"
	"polytls/internal/peertest"
	"polytls/internal/suite"
)

// handWritten are lists that people write, and lists that probe the corners of
// the language.
var handWritten = []string{
	"DEFAULT", "ALL", "ALL:COMPLEMENTOFALL", "COMPLEMENTOFALL", "COMPLEMENTOFDEFAULT", "HIGH", "MEDIUM", "LOW",
	"HIGH:!aNULL:!MD5", "HIGH:!aNULL:!kRSA:!PSK:!SRP:!MD5:!RC4", "ECDHE+AESGCM:ECDHE+CHACHA20:DHE+AESGCM:!aNULL",
	"EECDH+AESGCM:EDH+AESGCM:AES256+EECDH:AES256+EDH", "kEECDH+AES128:kEECDH:kEDH:-3DES:kRSA+AES128:kEDH+3DES:DEFAULT",
	"EECDH+ECDSA+AESGCM:EECDH+aRSA+AESGCM:EECDH+ECDSA+SHA384:EECDH+aRSA+SHA384:EECDH:EDH+aRSA:!aNULL:!eNULL:!LOW:!3DES:!MD5:!EXP:!PSK:!SRP:!DSS:!RC4",
	"ECDHE-RSA-AES128-GCM-SHA256:ECDHE-ECDSA-AES128-GCM-SHA256:HIGH:!RC4:!MD5:!aNULL:!EDH",
	"AES128-SHA", "AES256-SHA:AES128-SHA", "AES128-SHA:AES256-SHA:AES128-SHA", "aes128-sha", "NULL-SHA256:@SECLEVEL=0",
	"DEFAULT@SECLEVEL=1", "DEFAULT:@SECLEVEL=0", "DEFAULT:!AES", "DEFAULT:-AES:AES256", "DEFAULT+HIGH", "DEFAULT-AES", "DEFAULTAES128-SHA",
	"AES128-SHA:DEFAULT", "ALL:DEFAULT", "DEFAULT:DEFAULT", "DEFAULT::+SHA1", "DEFAULT,!AES", "DEFAULT;eNULL",
	"ALL:+AES", "ALL:+kRSA:+SHA1", "ALL:-AES:CHACHA20:AES", "ALL:!AES:AES", "ALL:-ALL:AES128", "ALL:-AES128:-CHACHA20:ALL",
	"ALL:@STRENGTH", "AES128:AES256:@STRENGTH", "PSK:@STRENGTH:+CHACHA20", "AESCCM8:@STRENGTH", "eNULL:ALL:@STRENGTH", "@STRENGTH:ALL", "3DES:RC4:AES:@STRENGTH",
	"AES128 AES256,CHACHA20;PSK", "  AES128  ", ",,AES128,,", ":AES128:", "AES128+kRSA+SHA256", "kRSA+kECDHE", "AES128+AES256", "SHA1+SHA256", "AES+AESGCM+AES128",
	"SSLv3", "TLSv1", "TLSv1.0", "TLSv1.2", "TLSv1.1", "TLSv1.3", "SSLv2", "SSLv3+TLSv1", "TLSv1.2+AES", "TLSv1.2+AES128-SHA", "AES128-SHA+TLSv1.2", "SSLv3+AES128-SHA",
	"AES128-SHA+HIGH", "HIGH+AES128-SHA", "AES128-SHA+MEDIUM", "AES128-SHA+AES128-SHA", "AES128-SHA+AES256-SHA", "NULL-SHA+NULL-SHA256", "AES128-SHA+FIPS", "HIGH+FIPS", "FIPS", "FIPS+NULL",
	"COMPLEMENTOFDEFAULT+HIGH", "HIGH+COMPLEMENTOFDEFAULT", "COMPLEMENTOFDEFAULT+AES", "COMPLEMENTOFDEFAULT+ADH-AES128-SHA", "ADH-AES128-SHA+HIGH", "COMPLEMENTOFDEFAULT+AES128-SHA", "ALL:!COMPLEMENTOFDEFAULT",
	"ADH", "AECDH", "aNULL", "kDHE", "kEDH", "DH", "EDH", "DHE", "ECDH", "ECDHE", "EECDH", "kECDHE", "kEECDH", "aRSA", "aECDSA", "ECDSA", "RSA", "aDSS", "DSS",
	"PSK", "kPSK", "kDHEPSK", "kECDHEPSK", "kRSAPSK", "aPSK", "SRP", "kSRP", "aSRP", "AES", "AES128", "AES256", "AESGCM", "AESCCM", "AESCCM8", "ARIA", "ARIA128", "ARIA256", "ARIAGCM",
	"CAMELLIA", "CAMELLIA128", "CAMELLIA256", "CHACHA20", "CBC", "MD5", "SHA", "SHA1", "SHA256", "SHA384", "eNULL", "NULL", "kGOST", "aGOST", "GOST", "GOST94", "3DES", "RC4", "IDEA", "SEED", "EXPORT",
	"SUITEB128", "SUITEB128ONLY", "SUITEB192", "SUITEB128C2", "SUITEB128:AES128-SHA", "SUITEB128x", "AES128-SHA:SUITEB128", "SUITEB",
	"!ALL", "!ALL:AES", "+AES", ":-ALL", "foo", "foo:bar", "foo:AES128-SHA", "foo+AES128:AES256-SHA", "AES128+foo:AES256-SHA", "!foo:AES128-SHA", "",
	"@FOO", "@", "AES:@", "AES:@STRENGTHx", "AES:@SECLEVEL=", "AES:@SECLEVEL=6", "AES:@SECLEVEL=9", "AES:@SECLEVEL=10", "AES:@SECLEVEL=x", "AES:@SECLEVEL=5", "AES@SECLEVEL=3", "@SECLEVEL=1+foo:AES128-SHA", "@STRENGTH!x:AES128-SHA",
	"AES+", "AES+:PSK", "AES/x", "foo/x:AES128-SHA", "AES128-SHA!AES", "AES128-SHA!AES256", "ALL!AES+kRSA", "!", ":-:AES", "+:AES", "AES:!", "AES:é", "é", "AES\t:PSK", "AES(", "foo(:AES128", "AES==", "AES.", ":--AES", "!!AES", "ALL:!-AES", "ALL:+-AES",
}

func TestCipherListsMeanWhatTheyMeanToOpenSSL(t *testing.T) {
	peer := newOpenSSL(t)
	lists := slices.Concat(handWritten, generated(rand.New(rand.NewSource(20240917)), 220))
	if len(lists) < 400 || len(peer.knows) < 100 {
		t.Fatalf("%d lists over %d suites", len(lists), len(peer.knows))
	}
	var wg sync.WaitGroup
	work := make(chan string)
	for range 2 {
		wg.Go(func() {
			for list := range work {
				if err := peer.compare(list); err != nil {
					t.Errorf("%q: %v", list, err)
				}
			}
		})
	}
	for _, list := range lists {
		work <- list
	}
	close(work)
	wg.Wait()
}

func TestLevelsAllowTheSuitesThatOpenSSLAllows(t *testing.T) {
	peer := newOpenSSL(t)
	for level := suite.Level(0); level <= 5; level++ {
		out, err := peer.run("-s", "-psk", "-srp", fmt.Sprintf("ALL:COMPLEMENTOFALL:@SECLEVEL=%d", level))
		if err != nil {
			t.Fatal(err)
		}
		supported := strings.Split(out, ":")
		for s := range suite.Suites() {
			if !peer.knows[s.Name] {
				continue
			}
			if got, want := level.AllowsSuite(s), slices.Contains(supported, s.Name); got != want {
				t.Errorf("level %d, %s: allowed is %v, want %v", level, s.Name, got, want)
			}
		}
	}
}

func TestDescriptionsAreOpenSSLs(t *testing.T) {
	peer := newOpenSSL(t)
	out, err := peer.run("-v", "ALL:COMPLEMENTOFALL")
	if err != nil {
		t.Fatal(err)
	}
	for line := range strings.Lines(out + "\n") {
		name := strings.Fields(line)[0]
		if got := FormatV([]*suite.CipherSuite{suite.ByName(name)}); got != line {
			t.Errorf("%q, want %q", got, line)
		}
	}
}

// generated makes lists from the grammar, most of them valid.
func generated(r *rand.Rand, n int) []string {
	vocabulary := slices.Sorted(maps.Keys(aliases))
	for s := range suite.Suites() {
		if s.MinVersion < suite.TLS13 {
			vocabulary = append(vocabulary, s.Name)
		}
	}
	common := []string{"ALL", "HIGH", "AES", "AES128", "AESGCM", "ECDHE", "kRSA", "PSK", "SHA1", "SHA256", "CHACHA20", "aNULL", "eNULL", "CAMELLIA"}
	pick := func(list []string) string { return list[r.Intn(len(list))] }
	word := func() string {
		switch r.Intn(20) {
		case 0:
			return "UNKNOWN-" + pick(common)
		case 1, 2, 3, 4, 5, 6, 7, 8:
			return pick(common)
		}
		return pick(vocabulary)
	}
	rule := func() string {
		switch r.Intn(24) {
		case 0:
			return "@STRENGTH"
		case 1:
			return fmt.Sprintf("@SECLEVEL=%d", r.Intn(6))
		}
		text := pick([]string{"", "", "", "", "+", "-", "!"}) + word()
		for range r.Intn(3) * r.Intn(2) {
			text += "+" + word()
		}
		return text
	}
	lists := make([]string, n)
	for i := range lists {
		text := pick([]string{"", "", "ALL:", "DEFAULT:", "DEFAULT", "ALL:COMPLEMENTOFALL:", "HIGH:"})
		for range 1 + r.Intn(8) {
			text += rule() + pick([]string{":", ":", ":", ":", ",", " ", ";", "::", ": "})
		}
		if r.Intn(40) == 0 {
			text += pick([]string{"@BAD", "AES+", "%", "@SECLEVEL=7"})
		}
		if strings.HasPrefix(text, "-") {
			text = ":" + text // not an option of the command
		}
		lists[i] = text
	}
	return lists
}

// openSSL is the installed command.
type openSSL struct {
	path  string
	knows map[string]bool // names of suites that compare looks at
}

func newOpenSSL(t *testing.T) *openSSL {
	t.Helper()
	path := peertest.Path(t, "openssl")
	o := &openSSL{path: path, knows: map[string]bool{}}
	out, err := o.run("ALL:COMPLEMENTOFALL")
	if err != nil {
		t.Fatal(err)
	}
	version, err := exec.Command(path, "version").Output()
	if err != nil {
		t.Fatal(err)
	}
	// OpenSSL 3.2 made CCM_8 a cipher of 64 bits and medium strength.
	older := strings.HasPrefix(string(version), "OpenSSL 1.1.1") || strings.HasPrefix(string(version), "OpenSSL 3.0.") ||
		strings.HasPrefix(string(version), "OpenSSL 3.1.")
	for name := range strings.SplitSeq(out, ":") {
		if s := suite.ByName(name); s == nil {
			t.Errorf("the registry lacks %s", name)
		} else if older || s.Cipher != suite.AES128CCM8 && s.Cipher != suite.AES256CCM8 {
			o.knows[name] = true
		}
	}
	return o
}

// run runs `openssl ciphers`; the error has OpenSSL's reason.
func (o *openSSL) run(args ...string) (string, error) {
	cmd := exec.Command(o.path, append([]string{"ciphers"}, args...)...)
	cmd.Env = append(os.Environ(), "OPENSSL_CONF="+os.DevNull)
	var stderr strings.Builder
	cmd.Stderr = &stderr
	out, err := cmd.Output()
	switch {
	case err == nil:
		return strings.TrimSuffix(string(out), "\n"), nil
	case strings.Contains(stderr.String(), "invalid command"):
		return "", failure.InvalidCommand
	case strings.Contains(stderr.String(), "no cipher match"):
		return "", failure.NoCipherMatch
	}
	return "", fmt.Errorf("%w: %s", err, stderr.String())
}

// compare expands a list on both sides.
func (o *openSSL) compare(list string) error {
	out, want := o.run("-ciphersuites", "", list)
	selected, _, err := expand(list)
	if want != nil && !errors.Is(want, failure.NoCipherMatch) {
		if !errors.Is(err, want) {
			return fmt.Errorf("error %v, want %v", err, want)
		}
		return nil
	}
	if err != nil {
		return fmt.Errorf("error %w, want %q", err, out)
	}
	known := func(name string) bool { return o.knows[name] }
	got := strings.Join(keep(names(selected), known), ":")
	if wanted := strings.Join(keep(strings.Split(out, ":"), known), ":"); got != wanted {
		return fmt.Errorf("\n got %s\nwant %s", got, wanted)
	}
	return nil
}

func names(list []*suite.CipherSuite) []string {
	var all []string
	for _, s := range list {
		all = append(all, s.Name)
	}
	return all
}
