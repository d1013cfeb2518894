package x509text

import (
	"cmp"
	_ "embed"
	"sync"

	"polytls/internal/trace/release"
)

//go:embed objects.txt
var objectsText string

// longNames are the names of each release, read when a certificate is first
// printed.
var longNames = sync.OnceValue(func() (all [release.Count]map[string]string) {
	for i := range all {
		all[i] = map[string]string{}
	}
	for _, row := range release.Rows(objectsText) {
		for r := row.First; r <= row.Last; r++ {
			all[r][row.Key] = row.Name
		}
	}
	return all
})

// LongName returns a release's long name of an object, or its identifier in dotted
// notation.
func LongName(id string, r release.Release) string {
	return cmp.Or(longNames()[r][id], id)
}

func (p *printer) longName(id string) string { return LongName(id, p.release) }
