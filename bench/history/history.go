// Package history has the results of bench/report, a file for each release, from which
// docs/benchmarks.md and its plot are made.
package history

import (
	"cmp"
	"encoding/json"
	"os"
	"path/filepath"
	"slices"
)

// Point is what a run of bench/report measured.
type Point struct {
	Release string `json:"release"`        // the release, or the commit between releases
	Date    string `json:"date"`           // of the run, as 2006-01-02
	Go      string `json:"go"`             // the release of Go
	Machine string `json:"machine"`        // the system, and the number of its processors
	Rounds  int    `json:"rounds"`         // of each pair
	Note    string `json:"note,omitempty"` // what a reader should know of the run
	Rows    []Row  `json:"rows"`
}

// Row is a row of a table of bench/report. The values are ratios, ours divided by
// theirs, and of memory and of the command also what was measured, by their columns.
type Row struct {
	Table  string             `json:"table"`
	Name   string             `json:"name"`
	Beside string             `json:"beside"`
	Values map[string]float64 `json:"values"`
}

// key identifies a row in all points.
func (r Row) key() [3]string { return [3]string{r.Table, r.Name, r.Beside} }

// Write writes a point to a file.
func (p *Point) Write(path string) error {
	data, err := json.MarshalIndent(p, "", "\t")
	if err != nil {
		return err
	}
	return os.WriteFile(path, append(data, '\n'), 0o644)
}

// Read returns the points in a directory, the oldest first.
func Read(dir string) ([]*Point, error) {
	names, err := filepath.Glob(filepath.Join(dir, "*.json"))
	if err != nil {
		return nil, err
	}
	var points []*Point
	for _, name := range names {
		data, err := os.ReadFile(name)
		if err != nil {
			return nil, err
		}
		p := new(Point)
		if err := json.Unmarshal(data, p); err != nil {
			return nil, &os.PathError{Op: "parse", Path: name, Err: err}
		}
		points = append(points, p)
	}
	slices.SortFunc(points, func(a, b *Point) int {
		return cmp.Or(cmp.Compare(a.Date, b.Date), cmp.Compare(a.Release, b.Release))
	})
	return points, nil
}

// Series are the values of a column of a row, one for each point that has it.
type Series struct {
	Row
	Column string
	Values []Value
}

// Value is a value of the point with an index.
type Value struct {
	Point int
	Value float64
}

// Collect returns the series of all points, in the order in which rows and columns
// appear first.
func Collect(points []*Point, columns ...string) []*Series {
	var all []*Series
	byKey := map[[4]string]*Series{}
	for i, p := range points {
		for _, row := range p.Rows {
			for _, column := range columns {
				value, ok := row.Values[column]
				if !ok {
					continue
				}
				key := row.key()
				k := [4]string{key[0], key[1], key[2], column}
				s := byKey[k]
				if s == nil {
					s = &Series{Row: row, Column: column}
					byKey[k] = s
					all = append(all, s)
				}
				s.Values = append(s.Values, Value{i, value})
			}
		}
	}
	return all
}
