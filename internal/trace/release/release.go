// Package release names the releases of OpenSSL whose texts can be printed, and
// reads tables of names that not all releases have.
package release

import (
	"slices"
	"strings"
)

// Release is one of the releases of OpenSSL whose texts differ.
type Release uint8

// The releases: Node 12 prints the texts of 1.1.1, Node 26 those of 3.5.
const (
	OpenSSL111 Release = iota
	OpenSSL30
	OpenSSL35
)

var names = []string{OpenSSL111: "1.1.1", OpenSSL30: "3.0", OpenSSL35: "3.5"}

// Count is the number of releases.
const Count = int(OpenSSL35) + 1

// String returns the release's number, such as "1.1.1".
func (r Release) String() string { return names[r] }

// Names returns the numbers of the releases, oldest first.
func Names() []string { return slices.Clone(names) }

// Parse reads the number of a release; "" means the newest.
func Parse(name string) (r Release, ok bool) {
	if name == "" {
		return OpenSSL35, true
	}
	i := slices.Index(names, name)
	return Release(max(i, 0)), i >= 0
}

// Row is a row of a table: the name that the releases from First to Last have for a
// key.
type Row struct {
	Section, Key, Name string
	First, Last        Release
}

// Rows reads a table. A line is a section in brackets, a comment after a #, or a
// key and its name; if not all releases have the name, it is followed by an @, the
// first release that has it, a hyphen and the last one. Either release may be left
// out.
func Rows(table string) []Row {
	var rows []Row
	section := ""
	for line := range strings.Lines(table) {
		line = strings.TrimSpace(line)
		switch {
		case line == "" || line[0] == '#':
		case line[0] == '[':
			section = strings.Trim(line, "[]")
		default:
			row := Row{Section: section, Last: OpenSSL35}
			row.Key, row.Name, _ = strings.Cut(line, " ")
			name, span, limited := strings.Cut(row.Name, " @")
			if limited {
				row.Name = name
				row.limit(span)
			}
			rows = append(rows, row)
		}
	}
	return rows
}

func (r *Row) limit(span string) {
	first, last, _ := strings.Cut(span, "-")
	if first != "" {
		r.First = mustParse(first)
	}
	if last != "" {
		r.Last = mustParse(last)
	}
}

// mustParse is Parse for the tables. It panics on an unknown release; a test reads
// all tables.
func mustParse(name string) Release {
	r, ok := Parse(name)
	if !ok {
		panic("release: no release " + name)
	}
	return r
}
