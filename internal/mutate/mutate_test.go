package main

import (
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

// write makes a package of one function and its test.
func write(t *testing.T, test string) string {
	t.Helper()
	dir := t.TempDir()
	for name, text := range map[string]string{
		"go.mod":         "module sample\n\ngo 1.26\n",
		"sample.go":      "package sample\n\nfunc least(a, b int) int {\n\tif a < b {\n\t\treturn a\n\t}\n\treturn b\n}\n",
		"sample_test.go": "package sample\n\nimport \"testing\"\n\nfunc TestLeast(t *testing.T) {\n" + test + "}\n",
	} {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	return dir
}

func TestMutants(t *testing.T) {
	dir := write(t, "")
	got, err := mutantsOf(dir, regexp.MustCompile("least"))
	if err != nil {
		t.Fatal(err)
	}
	want := []string{`"a < b" becomes "(a < b) || true"`, `"a < b" becomes "(a < b) && false"`, `"<" becomes "<="`}
	if len(got) != len(want) {
		t.Fatalf("%d mutants, wanted %d: %v", len(got), len(want), got)
	}
	for i, m := range got {
		if !strings.HasSuffix(m.String(), "sample.go:4: least: "+want[i]) {
			t.Errorf("%v, wanted %s", m, want[i])
		}
	}
	if none, err := mutantsOf(dir, regexp.MustCompile("other")); err != nil || none != nil {
		t.Errorf("of other functions: %v, %v", none, err)
	}
}

func TestOutcomes(t *testing.T) {
	if testing.Short() {
		t.Skip("it builds packages")
	}
	const whole = "\tif least(1, 2) != 1 || least(2, 1) != 1 {\n\t\tt.Error()\n\t}\n"
	for test, want := range map[string][]outcome{
		"":    {survived, survived, survived},
		whole: {killed, killed, survived}, // equal numbers are the same
	} {
		dir := write(t, test)
		t.Chdir(dir)
		mutants, err := mutantsOf(".", regexp.MustCompile("."))
		if err != nil {
			t.Fatal(err)
		}
		for i := range mutants {
			if got, err := testMutant(t, &mutants[i]); err != nil || got != want[i] {
				t.Errorf("%v: %s, %v, wanted %s", mutants[i], got, err, want[i])
			}
		}
	}
	broken := mutant{file: "sample.go", source: []byte("package sample"), to: 0, text: "no Go: "}
	if got, err := testMutant(t, &broken); err != nil || got != invalid {
		t.Errorf("a change that does not compile: %s, %v", got, err)
	}
}

func testMutant(t *testing.T, m *mutant) (outcome, error) {
	t.Helper()
	return test(t.TempDir(), ".", ".", m)
}
