package polytls

import (
	"fmt"
	"math/rand/v2"
	"regexp"
	"slices"
	"strings"
	"testing"
)

// TestContextNamesAsDefined compares the maps with the definition: the last
// pattern that was added and matches.
func TestContextNamesAsDefined(t *testing.T) {
	const seed = 7
	random := rand.New(rand.NewPCG(seed, 0))
	pick := func(from ...string) string { return from[random.IntN(len(from))] }
	for round := range 300 {
		var n contextNames
		var patterns []string
		var contexts []*SecureContext
		for range random.IntN(30) {
			labels := []string{pick("*", "a", "a*", "*b", "a*b", "www", ""), pick("a", "b", "*", "x*"), pick("test", "*", "example")}
			pattern := strings.Join(labels[random.IntN(3):], ".")
			c := new(SecureContext)
			n.add(pattern, c)
			patterns, contexts = append(patterns, pattern), append(contexts, c)
		}
		for range 50 {
			labels := []string{pick("a", "ab", "b", "www", "axb", ""), pick("a", "b", "xy"), pick("test", "example")}
			name := strings.Join(labels[random.IntN(3):], ".")
			var want *SecureContext
			for i, pattern := range slices.Backward(patterns) {
				if matchName(pattern, name) {
					want = contexts[i]
					break
				}
			}
			if got := n.find(name); got != want {
				t.Fatalf("seed %d, round %d: %q among %q", seed, round, name, patterns)
			}
		}
	}
}

// TestMatchNameAsExpression compares with a regular expression, which Node makes of
// a pattern.
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

// TestManyContextNamesAllocateLittle: neither an unknown name nor one more context pays for
// those that are there.
func TestManyContextNamesAllocateLittle(t *testing.T) {
	var n contextNames
	c := new(SecureContext)
	for i := range 10_000 {
		n.add(fmt.Sprintf("host%d.example", i), c)
		n.add(fmt.Sprintf("*.zone%d.example", i), c)
	}
	names := []string{"host77.example", "a.zone77.example", "unknown.example", strings.Repeat("a.", 127) + "a"}
	for i, name := range names {
		if found := n.find(name) != nil; found != (i < 2) {
			t.Errorf("%.20q: found %t", name, found)
		}
		if allocs := testing.AllocsPerRun(100, func() { n.find(name) }); allocs > 0 {
			t.Errorf("%.20q: %v allocations", name, allocs)
		}
	}
	if len(n.others) > 0 {
		t.Errorf("%d patterns are looked through one by one", len(n.others))
	}
}
