package flags

import (
	"strings"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"
)

// suggestFlag returns a hint that names the flag most similar to an unknown one, ""
// if none is similar.
func suggestFlag(cmd *cobra.Command, name string) string {
	best, least := "", farthest(name)+1
	cmd.Flags().VisitAll(func(f *pflag.Flag) {
		d := editDistance(strings.ToLower(name), f.Name)
		if len(name) > 2 && strings.HasPrefix(f.Name, strings.ToLower(name)) {
			d = min(d, 1) // the beginning of a name counts as one mistake
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

// farthest returns how many mistakes a name may have.
func farthest(name string) int { return min(len(name)/3, 2) }

// editDistance returns how many letters must be inserted, deleted or replaced to turn
// one word into the other (Levenshtein distance).
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
