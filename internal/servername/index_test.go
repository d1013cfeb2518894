package servername

import (
	"errors"
	"fmt"
	"math/rand/v2"
	"regexp"
	"slices"
	"strings"
	"testing"

	"polytls/failure"
)

// TestNamesAsDefined compares Find with its definition: the last pattern added that
// matches.
func TestNamesAsDefined(t *testing.T) {
	const seed = 7
	random := rand.New(rand.NewPCG(seed, 0))
	pick := func(from ...string) string { return from[random.IntN(len(from))] }
	for round := range 300 {
		var n Index[*int]
		var patterns []string
		var contexts []*int
		for range random.IntN(30) {
			labels := []string{pick("*", "a", "a*", "*b", "a*b", "a*a", "ab*b", "a**", "www", ""), pick("a", "b", "*", "x*"), pick("test", "*", "example")}
			pattern := strings.Join(labels[random.IntN(3):], ".")
			c := new(int)
			if err := n.Add(pattern, c); err != nil {
				t.Fatal(err)
			}
			patterns, contexts = append(patterns, pattern), append(contexts, c)
		}
		for range 50 {
			labels := []string{pick("a", "ab", "b", "aa", "abb", "www", "axb", ""), pick("a", "b", "xy"), pick("test", "example")}
			name := strings.Join(labels[random.IntN(3):], ".")
			var want *int
			for i, pattern := range slices.Backward(patterns) {
				if matchName(pattern, name) {
					want = contexts[i]
					break
				}
			}
			if got := n.Find(name); got != want {
				t.Fatalf("seed %d, round %d: %q among %q", seed, round, name, patterns)
			}
		}
	}
}

// TestMatchNameAsExpression compares with the regular expression that Node makes
// from a pattern.
func TestMatchNameAsExpression(t *testing.T) {
	const seed = 11
	random := rand.New(rand.NewPCG(seed, 0))
	text := func(letters string) string {
		b := make([]byte, random.IntN(9))
		for i := range b {
			b[i] = letters[random.IntN(len(letters))]
		}
		return string(b)
	}
	matched := 0
	for range 50_000 {
		pattern, name := text("ab.**"), text("ab.")
		expression := "^" + strings.ReplaceAll(regexp.QuoteMeta(pattern), `\*`, "[^.]*") + "$"
		want := regexp.MustCompile(expression).MatchString(name)
		if got := matchName(pattern, name); got != want {
			t.Fatalf("seed %d: %q matches %q: %t, want %t", seed, pattern, name, got, want)
		}
		if want {
			matched++
		}
	}
	if matched < 500 {
		t.Errorf("%d matches are too few to tell", matched)
	}
}

// manyNames has 10,000 patterns of each of the forms that there may be many of.
func manyNames(t testing.TB) *Index[*int] {
	t.Helper()
	var n Index[*int]
	c := new(int)
	for i := range 10_000 {
		for _, form := range []string{"host%d.example", "*.zone%d.example", "h%d*.example", "*h%d.example", "a*%d.example", "*.a%d"} {
			if err := n.Add(fmt.Sprintf(form, i), c); err != nil {
				t.Fatal(err)
			}
		}
	}
	return &n
}

var lookedUp = map[string]bool{ // whether there is such a name
	"host77.example": true, "a.zone77.example": true, "h77b.example": true, "bh77.example": true, "ab77.example": true, "x.a77": true,
	"unknown.example": false, "x.y.zone77.example": false, strings.Repeat("a.", 127) + "a": false,
	strings.Repeat("h", 63) + ".example": false, strings.Repeat("h", 243) + ".example": false,
}

// TestManyNamesAllocateLittle: the cost of an unknown name and of adding a context
// does not depend on the number of contexts.
func TestManyNamesAllocateLittle(t *testing.T) {
	n := manyNames(t)
	for name, want := range lookedUp {
		if found := n.Find(name) != nil; found != want {
			t.Errorf("%.20q: found %t", name, found)
		}
		if allocs := testing.AllocsPerRun(100, func() { n.Find(name) }); allocs > 0 {
			t.Errorf("%.20q: %v allocations", name, allocs)
		}
		if _, lookups := n.findStar(name); lookups > 36 { // prefixes of 0 to 5 letters, suffixes as well
			t.Errorf("%.20q: %d patterns are looked up", name, lookups)
		}
	}
	if len(n.others) > 0 {
		t.Errorf("%d patterns are looked through one by one", len(n.others))
	}
}

// BenchmarkNames looks up names among 60,000 patterns.
func BenchmarkNames(b *testing.B) {
	n := manyNames(b)
	for _, name := range []string{"host77.example", "unknown.example", strings.Repeat("h", 63) + ".example"} {
		b.Run(fmt.Sprintf("%.10s", name), func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				n.Find(name)
			}
		})
	}
	b.Run("add", func(b *testing.B) {
		c := new(int)
		for b.Loop() {
			n.Add("h77*.example", c)
		}
	})
}

// TestOtherNamesAreFew: the number of patterns that are compared one by one is
// bounded.
func TestOtherNamesAreFew(t *testing.T) {
	var n Index[*int]
	last := new(int)
	for i := range maxOthers {
		if err := n.Add(fmt.Sprintf("*%d*.example", i), new(int)); err != nil {
			t.Fatal(err)
		}
	}
	for _, pattern := range []string{"*a*.example", "a.*.example", "*.*", strings.Repeat("a", 64) + "*.example"} {
		if err := n.Add(pattern, last); !errors.Is(err, failure.OutOfRange) {
			t.Errorf("%.20q: %v", pattern, err)
		}
	}
	if n.Find("bab.example") != nil {
		t.Error("a name that was refused is found")
	}
	for _, pattern := range []string{"*0*.example", "*b*", "b.example"} { // in place of one, and not among them
		if err := n.Add(pattern, last); (err == nil) != (pattern != "*b*") {
			t.Errorf("%q: %v", pattern, err)
		}
	}
	if n.Find("a0.example") != last {
		t.Error("a name does not take the place of an older one")
	}
}

// TestNamesAsWritten: a name in server_name is ASCII without a trailing dot,
// whatever form the pattern has.
func TestNamesAsWritten(t *testing.T) {
	var n Index[*int]
	for pattern, name := range map[string]string{
		"Bücher.Example":    "xn--bcher-kva.example",
		"*.bücher.example.": "www.xn--bcher-kva.example",
		"b*.straße.example": "b1.XN--strae-oqa.example",
		"A.Example.":        "a.example",
		"*.B.Example":       "x.b.example.",
	} {
		ascii, err := ToASCII(pattern)
		if err != nil {
			t.Errorf("%q: %v", pattern, err)
		}
		value := new(int)
		if err := n.Add(ascii, value); err != nil {
			t.Fatal(err)
		}
		if n.Find(name) != value {
			t.Errorf("%q is not found under %q", name, pattern)
		}
	}
	for _, pattern := range []string{"b*ü.example", "\xff.example", "\u2028.example"} {
		if _, err := ToASCII(pattern); !errors.Is(err, failure.InvalidArgValue) {
			t.Errorf("%q: %v", pattern, err)
		}
	}
}
