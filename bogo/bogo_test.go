// Package bogo runs BoringSSL's protocol tests against polytls.
package bogo

import (
	"bufio"
	"encoding/json"
	"flag"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

var update = flag.Bool("update", false, "write testdata/passing.txt anew, from the names that passed")

// config is config.json: what the runner reads of it, and why flags are not
// served.
type config struct {
	DisabledTests map[string]string // pattern: reason
	Unserved      map[string]string // flag: what is not implemented
	ErrorMap      map[string][]string
}

// result is what became of the applicable tests.
type result struct {
	passed, failed []string
	unimplemented  map[string]int // by reason
	disabled       map[string]int // by reason
}

func TestBogo(t *testing.T) {
	runner := os.Getenv("BOGO_RUNNER")
	if runner == "" {
		t.Skip("BOGO_RUNNER does not name BoringSSL's test runner")
	}
	var cfg config
	readJSON(t, "config.json", &cfg)
	applicable := names(t, "testdata/applicable.txt")
	shim := build(t)
	p := run(t, runner, shim, "config.json", applicable)
	r := checkOutcome(t, cfg, applicable, p.outcome, p.flags)
	checkDisabled(t, runner, shim, cfg, applicable)
	checkPublic(t, runner, shim)
	skipped := 0
	for reason, n := range r.unimplemented {
		t.Logf("not implemented: %d: %s", n, reason)
		skipped += n
	}
	for reason, n := range r.disabled {
		t.Logf("disabled: %d: %s", n, reason)
		skipped += n
	}
	t.Logf("bogo: %d passed, %d failed, %d unimplemented", len(r.passed), len(r.failed), skipped)
	for _, name := range r.failed {
		t.Errorf("failed: %s%s", name, p.failures[name])
	}
	if *update {
		write(t, "testdata/passing.txt", r.passed)
	}
	for _, name := range names(t, "testdata/passing.txt") {
		if p.outcome[name] != "PASS" {
			t.Errorf("%s passed once, but did not run and pass", name)
		}
	}
}

// checkPublic runs some of the tests through the root package as well: each must
// pass.
func checkPublic(t *testing.T, runner, shim string) {
	t.Helper()
	selected := names(t, "testdata/public.txt")
	p := run(t, runner, shim, "config.json", selected, "-shim-extra-flags", "-public")
	passed := 0
	for _, name := range selected {
		if p.outcome[name] != "PASS" {
			t.Errorf("through the root package: %s: outcome %q%s", name, p.outcome[name], p.failures[name])
			continue
		}
		passed++
	}
	t.Logf("bogo: %d of %d passed through the root package", passed, len(selected))
}

// checkOutcome sorts the outcome and finds reasons that are no longer used.
func checkOutcome(t *testing.T, cfg config, applicable []string, outcome map[string]string, flags []string) *result {
	t.Helper()
	r := &result{unimplemented: map[string]int{}, disabled: map[string]int{}}
	patterns, skips := map[string]bool{}, 0
	for _, name := range applicable {
		switch outcome[name] {
		case "PASS":
			r.passed = append(r.passed, name)
		case "FAIL":
			r.failed = append(r.failed, name)
		case "SKIP":
			skips++
		default:
			reason := disabled(t, cfg, name, patterns)
			if reason == "" {
				t.Errorf("%s did not run, and nothing disables it", name)
			}
			r.disabled[reason]++
		}
	}
	for pattern := range cfg.DisabledTests {
		if !patterns[pattern] {
			t.Errorf("config.json: DisabledTests: %q matches no test", pattern)
		}
	}
	if skips != len(flags) {
		t.Errorf("%d tests are not implemented, but the shim gave %d reasons", skips, len(flags))
	}
	used := map[string]bool{}
	for _, f := range flags {
		reason, ok := cfg.Unserved[f]
		if !ok {
			t.Errorf("config.json: Unserved: flag -%s has no reason", f)
		}
		used[f] = true
		r.unimplemented[reason]++
	}
	for f := range cfg.Unserved {
		if !used[f] {
			t.Errorf("config.json: Unserved: -%s stopped no test", f)
		}
	}
	return r
}

// disabled returns why a test is, and notes every pattern that matches it.
func disabled(t *testing.T, cfg config, name string, seen map[string]bool) (reason string) {
	t.Helper()
	for pattern, why := range cfg.DisabledTests {
		if ok, err := filepath.Match(pattern, name); err != nil {
			t.Fatal(err)
		} else if ok {
			seen[pattern], reason = true, why
		}
	}
	return reason
}

// checkDisabled runs the disabled tests, too: each must fail, or there is no
// reason to disable it.
func checkDisabled(t *testing.T, runner, shim string, cfg config, applicable []string) {
	t.Helper()
	off := slices.DeleteFunc(slices.Clone(applicable), func(name string) bool {
		return disabled(t, cfg, name, map[string]bool{}) == ""
	})
	cfg.DisabledTests = nil
	settings := filepath.Join(t.TempDir(), "config.json")
	text, err := json.Marshal(cfg)
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(settings, text, 0o600); err != nil {
		t.Fatal(err)
	}
	outcome := run(t, runner, shim, settings, off).outcome
	for _, name := range off {
		if outcome[name] != "FAIL" {
			t.Errorf("config.json: DisabledTests: %s is disabled, but its outcome is %s", name, outcome[name])
		}
	}
}

// build builds the shim.
func build(t *testing.T) (shim string) {
	t.Helper()
	shim = filepath.Join(t.TempDir(), "shim")
	if out, err := exec.Command("go", "build", "-o", shim, "./shim").CombinedOutput(); err != nil {
		t.Fatalf("building the shim: %v\n%s", err, out)
	}
	return shim
}

// played is what became of tests by name, what the runner says of those that fail,
// and the unserved flag of each that is not implemented.
type played struct {
	outcome, failures map[string]string
	flags             []string
}

// run lets the runner drive the shim through the names.
func run(t *testing.T, runner, shim, config string, applicable []string, more ...string) *played {
	t.Helper()
	dir := t.TempDir()
	log := filepath.Join(dir, "unserved")
	settings, err := filepath.Abs(config)
	if err != nil {
		t.Fatal(err)
	}
	from := os.Getenv("BOGO_RUNNER_DIR")
	if from == "" {
		from = filepath.Dir(runner)
	}
	p := &played{outcome: map[string]string{}, failures: map[string]string{}}
	for len(applicable) > 0 {
		n := argument(applicable)
		results := filepath.Join(dir, "results.json")
		args := append([]string{"-pipe", "-allow-unimplemented", "-num-workers", "4",
			"-shim-path", shim, "-shim-config", settings, "-json-output", results,
			"-test", strings.Join(applicable[:n], ";")}, more...)
		cmd := exec.Command(runner, args...)
		cmd.Dir = from
		cmd.Env = append(os.Environ(), "BOGO_UNSERVED="+log)
		out, runErr := cmd.CombinedOutput()
		var parsed struct {
			Tests map[string]struct{ Actual string }
		}
		if _, err := os.Stat(results); err != nil {
			t.Fatalf("the runner failed: %v\n%s", runErr, out)
		}
		readJSON(t, results, &parsed)
		for name, r := range parsed.Tests {
			if p.outcome[name] = r.Actual; r.Actual == "FAIL" {
				p.failures[name] = failure(string(out), name)
			}
		}
		os.Remove(results)
		applicable = applicable[n:]
	}
	if _, err := os.Stat(log); err == nil {
		p.flags = names(t, log)
	}
	return p
}

// argument returns how many names fit one argument of a command.
func argument(names []string) int {
	const limit = 100 << 10 // bytes; Linux allows 128 KiB
	size := 0
	for i, name := range names {
		if size += len(name) + 1; size > limit {
			return i
		}
	}
	return len(names)
}

// failure cuts what the runner says of a test out of its output.
func failure(out, name string) string {
	_, text, _ := strings.Cut(out, "FAILED ("+name+")")
	for _, next := range []string{"\nPASSED (", "\nFAILED (", "\nUNIMPLEMENTED ("} {
		text, _, _ = strings.Cut(text, next)
	}
	return text
}

func readJSON(t *testing.T, file string, into any) {
	t.Helper()
	data, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	if err := json.Unmarshal(data, into); err != nil {
		t.Fatalf("%s: %v", file, err)
	}
}

// names reads a file of names, one a line.
func names(t *testing.T, file string) []string {
	t.Helper()
	f, err := os.Open(file)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	var all []string
	for s := bufio.NewScanner(f); s.Scan(); {
		all = append(all, s.Text())
	}
	return all
}

func write(t *testing.T, file string, all []string) {
	t.Helper()
	slices.Sort(all)
	if err := os.WriteFile(file, []byte(strings.Join(all, "\n")+"\n"), 0o666); err != nil {
		t.Fatal(err)
	}
}
