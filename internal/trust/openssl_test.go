package trust

import (
	"encoding/pem"
	"fmt"
	"os/exec"
	"regexp"
	"strconv"
	"strings"
	"testing"

	"polytls/internal/peertest"
)

// TestFindsWhatOpenSSLFinds compares faults and depths, one by one, with those that
// `openssl verify` prints until it stops, and checks that OpenSSL accepts what we
// accept.
func TestFindsWhatOpenSSLFinds(t *testing.T) {
	openssl := peertest.Path(t, "openssl")
	deltasCount := takesDeltaCRLs(t, openssl)
	accepted := 0
	for _, s := range randomScenarios(*seed, *count/2) {
		if deltasCount && strings.Contains(s.name, "delta CRL") || strings.Contains(s.name, "ML-DSA") { // which it has from 3.5 on
			continue
		}
		said, ok := askOpenSSL(t, openssl, s)
		got := Faults(s.chain(t), s.options(t))
		if len(got) == 0 {
			accepted++
		}
		if s.stricter && ok {
			continue
		}
		if ok != (len(got) == 0) {
			t.Errorf("%s: OpenSSL accepts: %v; found %v, OpenSSL %v", s.name, ok, got, said)
		}
		for i, want := range said {
			if i >= len(got) || got[i] != want {
				t.Errorf("%s: found %v, OpenSSL %v", s.name, got, said)
				break
			}
		}
	}
	if accepted == 0 {
		t.Error("no chain was accepted")
	}
}

// takesDeltaCRLs reports whether the program takes a delta CRL for a whole one, as
// OpenSSL 3.0 did up to 3.0.19; 3.0.22 and 3.5 do not, and Node is asked about
// these chains by another test.
func takesDeltaCRLs(t *testing.T, openssl string) bool {
	t.Helper()
	out, err := exec.Command(openssl, "version").Output()
	if err != nil {
		t.Fatal(err)
	}
	var patch int
	_, err = fmt.Sscanf(string(out), "OpenSSL 3.0.%d", &patch)
	return err == nil && patch < 20
}

var errorLine = regexp.MustCompile(`error (\d+) at (\d+) depth lookup`)

func askOpenSSL(t *testing.T, openssl string, s *scenario) (said []Fault, ok bool) {
	t.Helper()
	out, err := exec.Command(openssl, opensslArguments(t, s)...).CombinedOutput()
	for _, m := range errorLine.FindAllStringSubmatch(string(out), -1) {
		var f Fault
		if _, err := fmt.Sscan(m[1]+" "+m[2], &f.Result, &f.Depth); err != nil {
			t.Fatal(err)
		}
		said = append(said, f)
	}
	return said, err == nil
}

// opensslArguments are those of `openssl verify` for a scenario.
func opensslArguments(t testing.TB, s *scenario) []string {
	t.Helper()
	dir := t.TempDir()
	write := func(name, label string, ders [][]byte) string {
		var text []byte
		for _, der := range ders {
			text = append(text, pem.EncodeToMemory(&pem.Block{Type: label, Bytes: der})...)
		}
		return writeFile(t, dir, name, string(text))
	}
	purpose := map[Purpose]string{ServerAuth: "sslserver", ClientAuth: "sslclient"}[s.purpose]
	args := []string{
		"verify", "-no-CApath", "-no-CAstore", "-purpose", purpose, "-auth_level", strconv.Itoa(s.level),
		"-attime", strconv.FormatInt(now.Unix(), 10), "-untrusted", write("sent", "CERTIFICATE", s.sent),
	}
	if len(s.roots) > 0 {
		var text string
		for _, der := range s.roots {
			text += rootPEM(der)
		}
		args = append(args, "-CAfile", writeFile(t, dir, "roots", text))
	} else {
		args = append(args, "-no-CAfile")
	}
	if len(s.crls) > 0 {
		args = append(args, "-crl_check_all", "-CRLfile", write("crls", "X509 CRL", s.crls))
	}
	if s.partial {
		args = append(args, "-partial_chain")
	}
	return append(args, write("leaf", "CERTIFICATE", s.sent[:1]))
}
