package explain

import (
	"regexp"
	"strings"
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
