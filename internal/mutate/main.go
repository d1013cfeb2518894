// Mutate tests the tests of a package: it changes one decision of the code at a
// time, builds the tests with it and runs them, and prints the changes that no test
// noticed. The files are not modified.
//
//	go run ./internal/mutate [-funcs REGEXP] [-run REGEXP] ./internal/handshake
package main

import (
	"encoding/json"
	"flag"
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"time"
)

func main() {
	funcs := flag.String("funcs", ".", "change the functions whose names match `REGEXP`")
	run := flag.String("run", ".", "run the tests whose names match `REGEXP`")
	list := flag.Bool("list", false, "print the changes, and try none")
	flag.Parse()
	if flag.NArg() != 1 {
		flag.Usage()
		os.Exit(2)
	}
	mutants, err := mutantsOf(flag.Arg(0), regexp.MustCompile(*funcs))
	if err == nil && !*list {
		err = try(mutants, flag.Arg(0), *run)
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, "mutate:", err)
		os.Exit(1)
	}
	if *list {
		for _, m := range mutants {
			fmt.Println(m)
		}
	}
}

// mutantsOf returns the changes to the functions of a directory that match.
func mutantsOf(dir string, funcs *regexp.Regexp) ([]mutant, error) {
	files, err := filepath.Glob(filepath.Join(dir, "*.go"))
	if err != nil {
		return nil, err
	}
	var all []mutant
	for _, name := range files {
		if strings.HasSuffix(name, "_test.go") {
			continue
		}
		source, err := os.ReadFile(name)
		if err != nil {
			return nil, err
		}
		set := token.NewFileSet()
		file, err := parser.ParseFile(set, name, source, parser.SkipObjectResolution)
		if err != nil {
			return nil, err
		}
		f := &changer{name: name, source: source, set: set}
		for _, d := range file.Decls {
			if d, ok := d.(*ast.FuncDecl); ok && d.Body != nil && funcs.MatchString(d.Name.Name) {
				f.function = d.Name.Name
				ast.Inspect(d.Body, f.visit)
			}
		}
		all = append(all, f.mutants...)
	}
	return all, nil
}

// outcome is the result of running the tests with a mutant.
type outcome string

const (
	killed   outcome = "killed"
	survived outcome = "survived"
	invalid  outcome = "invalid" // it does not compile
)

// try builds and runs the tests with each mutant.
func try(mutants []mutant, dir, run string) error {
	work, err := os.MkdirTemp("", "mutate")
	if err != nil {
		return err
	}
	defer os.RemoveAll(work)
	if o, err := test(work, dir, run, nil); err != nil || o != survived {
		return fmt.Errorf("the tests fail without a change: %s, %v", o, err)
	}
	counts := map[outcome]int{}
	for i := range mutants {
		o, err := test(work, dir, run, &mutants[i])
		if err != nil {
			return err
		}
		counts[o]++
		if o == survived {
			fmt.Println(o, mutants[i])
		}
	}
	fmt.Printf("%d killed, %d survived (%d do not compile)\n", counts[killed], counts[survived], counts[invalid])
	return nil
}

// test runs the tests with a mutant, or without one if it is nil.
func test(work, dir, run string, m *mutant) (outcome, error) {
	overlay := struct{ Replace map[string]string }{map[string]string{}}
	if m != nil {
		changed := filepath.Join(work, "changed.go")
		if err := os.WriteFile(changed, m.apply(), 0o600); err != nil {
			return "", err
		}
		original, err := filepath.Abs(m.file)
		if err != nil {
			return "", err
		}
		overlay.Replace[original] = changed
	}
	text, err := json.Marshal(overlay)
	if err != nil {
		return "", err
	}
	config, binary := filepath.Join(work, "overlay.json"), filepath.Join(work, "tests")
	if err := os.WriteFile(config, text, 0o600); err != nil {
		return "", err
	}
	if exec.Command("go", "test", "-c", "-vet=off", "-ldflags=-s -w", "-overlay", config, "-o", binary, dir).Run() != nil {
		return invalid, nil
	}
	tests := exec.Command(binary, "-test.failfast", "-test.run", run, "-test.timeout", time.Minute.String())
	tests.Dir = dir
	if tests.Run() != nil {
		return killed, nil
	}
	return survived, nil
}
