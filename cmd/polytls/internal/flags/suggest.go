package flags

import (
	"strings"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"
)

// suggestFlag says, for a flag that a command does not have, which one may be
// meant; "" if none is like it.
func suggestFlag(cmd *cobra.Command, name string) string {
	best, least := "", farthest(name)+1
	cmd.Flags().VisitAll(func(f *pflag.Flag) {
		d := editDistance(strings.ToLower(name), f.Name)
		if len(name) > 2 && strings.HasPrefix(f.Name, strings.ToLower(name)) {
			d = min(d, 1) // the start of a name is as good as a slip
		}
		if d < least {
			best, least = f.Name, d
		}
	})
	if best != "" {
		return "did you mean --" + best + "?"
	}
	for _, other := range cmd.Root().Commands() {
		if other != cmd && other.Flags().Lookup(name) != nil {
			return "it is a flag of " + other.CommandPath()
		}
	}
	return ""
}

// farthest is how many slips a name of some length may have.
func farthest(name string) int { return min(len(name)/3, 2) }

// editDistance counts the letters that have to be inserted, dropped or replaced
// to make one word of another (Levenshtein's distance).
func editDistance(a, b string) int {
	row := make([]int, len(b)+1)
	for j := range row {
		row[j] = j
	}
	for i := range len(a) {
		diagonal := row[0]
		row[0] = i + 1
		for j := range len(b) {
			replaced := diagonal
			if a[i] != b[j] {
				replaced++
			}
			diagonal = row[j+1]
			row[j+1] = min(replaced, row[j]+1, diagonal+1)
		}
	}
	return row[len(b)]
}
