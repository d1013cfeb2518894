package serve

import (
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"runtime/debug"
	"strings"
)

// commandName returns the command with which the user can start this program again.
func commandName() string {
	executable, err := os.Executable()
	if err != nil {
		return "polytls"
	}
	if fromGoRun(executable) {
		return "go run " + sourcePath()
	}
	name := filepath.Base(executable)
	if found, err := exec.LookPath(name); err == nil && sameFile(found, executable) {
		return shellWord(name)
	}
	if strings.ContainsRune(os.Args[0], filepath.Separator) {
		return shellWord(os.Args[0])
	}
	return shellWord(executable)
}

// goCache matches the executables of go run, which are in a temporary directory or,
// in newer releases, in the build cache.
var goCache = regexp.MustCompile(`[\\/]go-build[0-9]+[\\/]b[0-9]+[\\/]exe[\\/]|[\\/][0-9a-f]{2}[\\/][0-9a-f]{64}-d[\\/]`)

func fromGoRun(executable string) bool { return goCache.MatchString(executable) }

// sourcePath returns the package for go run: its directory if that is below the
// current one, else its import path.
func sourcePath() string {
	const directory = "./cmd/polytls"
	if _, err := os.Stat(filepath.Join(directory, "main.go")); err == nil {
		return directory
	}
	if info, ok := debug.ReadBuildInfo(); ok && info.Path != "" && info.Path != "command-line-arguments" {
		return info.Path
	}
	return "."
}

func sameFile(a, b string) bool {
	one, errOne := os.Stat(a)
	other, errOther := os.Stat(b)
	return errOne == nil && errOther == nil && os.SameFile(one, other)
}
