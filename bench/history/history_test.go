package history

import (
	"encoding/xml"
	"fmt"
	"io"
	"strings"
	"testing"

	"polytls/internal/docpage"
)

// ratios are the columns that are plotted.
var ratios = []string{"server", "client", "sending", "receiving", "ratio"}

const head = `# Benchmarks over time

What ` + "`go run ./bench/report`" + ` measured at each release: CPU time or memory of polytls,
divided by that of the other stack for the same work; below 1, polytls takes less. Values
of one machine differ by about 0.1 from run to run.
` + "`go run ./bench/report -release NAME -json bench/history/NAME.json`" + ` adds a release, and
` + "`go test ./bench/history -update-docs`" + ` writes this page and the plot.

![ratios over the releases](benchmarks.svg)

`

// TestBenchmarksPage: the page and its plot are made from the files of this directory.
func TestBenchmarksPage(t *testing.T) {
	points, err := Read(".")
	if err != nil || len(points) == 0 {
		t.Fatalf("%d points, %v", len(points), err)
	}
	series := Collect(points, ratios...)
	docpage.Want(t, "../../docs/benchmarks.svg", Plot(points, series))
	docpage.Want(t, "../../docs/benchmarks.md", head+table(points, series))
}

// table returns a row for each series and a column for each point.
func table(points []*Point, series []*Series) string {
	var b strings.Builder
	b.WriteString("| release | date | Go | machine | rounds | note |\n| --- | --- | --- | --- | ---: | --- |\n")
	for _, p := range points {
		fmt.Fprintf(&b, "| %s | %s | %s | %s | %d | %s |\n", p.Release, p.Date, p.Go, p.Machine, p.Rounds, p.Note)
	}
	b.WriteString("\n| what | compared with | where |")
	for _, p := range points {
		b.WriteString(" " + p.Release + " |")
	}
	b.WriteString("\n| --- | --- | --- |" + strings.Repeat(" ---: |", len(points)) + "\n")
	for _, s := range series {
		cells := make([]string, len(points))
		for _, v := range s.Values {
			cells[v.Point] = fmt.Sprintf("%.2f", v.Value)
		}
		fmt.Fprintf(&b, "| %s | %s | %s | %s |\n", s.Name, s.Beside, s.Column, strings.Join(cells, " | "))
	}
	return b.String()
}

// TestPlot: a plot of several points is XML, also with names that need escaping, and a
// series may begin late or end early.
func TestPlot(t *testing.T) {
	dir := t.TempDir()
	for i, rows := range [][]Row{
		{{Table: "handshakes", Name: "a < b", Beside: "Node", Values: map[string]float64{"server": 0.5}}},
		{{Table: "handshakes", Name: "a < b", Beside: "Node", Values: map[string]float64{"server": 9, "client": 1}}},
	} {
		p := &Point{Release: fmt.Sprint("v", i), Date: fmt.Sprintf("2026-01-0%d", 2-i), Rows: rows}
		if err := p.Write(fmt.Sprintf("%s/%d.json", dir, i)); err != nil {
			t.Fatal(err)
		}
	}
	points, err := Read(dir)
	if err != nil || len(points) != 2 || points[0].Release != "v1" {
		t.Fatalf("%v, %v", points, err)
	}
	series := Collect(points, "server", "client")
	if len(series) != 2 || len(series[0].Values) != 2 || len(series[1].Values) != 1 {
		t.Fatalf("%d series", len(series))
	}
	d := xml.NewDecoder(strings.NewReader(Plot(points, series)))
	elements := map[string]int{}
	for {
		token, err := d.Token()
		if err == io.EOF {
			break
		}
		if err != nil {
			t.Fatal(err)
		}
		if e, ok := token.(xml.StartElement); ok {
			elements[e.Name.Local]++
		}
	}
	if elements["circle"] != 3 {
		t.Errorf("%v", elements)
	}
}
