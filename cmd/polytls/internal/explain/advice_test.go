package explain

import (
	"regexp"
	"strings"
	"syscall"
	"testing"

	"polytls"
	"polytls/failure"
	"polytls/internal/option"
)

// TestAdviceNamesFlags takes the advice of every failure of the library: it names
// flags and none of the options that have one.
func TestAdviceNamesFlags(t *testing.T) {
	for f := range failure.All() {
		line := Of(&polytls.Error{Code: f.Code, Reason: "text"}).Line()
		_, advice, ok := strings.Cut(line, "; ")
		if !ok || advice == "" {
			t.Errorf("%s: no advice in %q", f.Code, line)
		}
		for o := range option.All() {
			if o.Flag != "" && o.File == "" && regexp.MustCompile(`(^|[^-\w])`+o.Name+`\b`).MatchString(advice) {
				t.Errorf("%s: %q names the option %s", f.Code, advice, o.Name)
			}
		}
		if regexp.MustCompile(`--[\w-]+[^\w\s,;)-]\w`).MatchString(advice) {
			t.Errorf("%s: %q has no space after a flag", f.Code, advice)
		}
	}
}

// TestAdviceForFiles: what to do about a file that cannot be used is not in the
// table of failures.
func TestAdviceForFiles(t *testing.T) {
	const path, writable = "check the path", "give a path that can be written"
	const space, permissions = "free space, or give a path on another disk", "check the permissions, or use a port above 1023"
	for err, want := range map[error]string{
		syscall.ENOENT: path, syscall.EISDIR: path, syscall.ENOTDIR: path, syscall.ELOOP: path, syscall.ENAMETOOLONG: path, syscall.ENXIO: path,
		syscall.EROFS: writable, syscall.ETXTBSY: writable,
		syscall.ENOSPC: space, syscall.EFBIG: space,
		syscall.EACCES: permissions, syscall.EPERM: permissions,
	} {
		f := At("--pcap", err)
		if want := f.Code + ": --pcap: " + err.Error() + "; " + want; f.Code == "" || f.Line() != want {
			t.Errorf("%q, want %q", f.Line(), want)
		}
	}
}
