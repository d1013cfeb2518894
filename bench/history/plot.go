package history

import (
	"encoding/xml"
	"fmt"
	"strings"
)

// Sizes of the plot in pixels.
const (
	strip  = 34  // the height of a series
	labels = 430 // the width of the names
	lines  = 360 // the width of the values
	last   = 60  // the width of the latest value
	most   = 2.0 // the ratio at the upper edge of a strip
)

// Plot returns the series as SVG: a strip for each, with its releases from left to
// right, and a line at 1, below which polytls needs less.
func Plot(points []*Point, series []*Series) string {
	var b strings.Builder
	height := strip * (len(series) + 1)
	fmt.Fprintf(&b, `<svg xmlns="http://www.w3.org/2000/svg" width="%d" height="%d" font-family="sans-serif" font-size="12">`+"\n",
		labels+lines+last, height)
	fmt.Fprintf(&b, `<rect width="100%%" height="100%%" fill="white"/>`+"\n")
	fmt.Fprintf(&b, `<text x="%d" y="20" fill="#555">%s</text>`+"\n", labels, escape(span(points)))
	for i, s := range series {
		top := strip * (i + 1)
		fmt.Fprintf(&b, `<text x="4" y="%d">%s</text>`+"\n", top+strip/2+4, escape(s.Name+", "+s.Beside+": "+s.Column))
		fmt.Fprintf(&b, `<path d="M%d %.1fh%d" stroke="#bbb"/>`+"\n", labels, y(top, 1), lines)
		var path []string
		for _, v := range s.Values {
			at := fmt.Sprintf("%.1f %.1f", x(v.Point, len(points)), y(top, v.Value))
			path = append(path, at)
			px, py, _ := strings.Cut(at, " ")
			fmt.Fprintf(&b, `<circle cx="%s" cy="%s" r="2.5" fill="#06c"/>`+"\n", px, py)
		}
		fmt.Fprintf(&b, `<path d="M%s" fill="none" stroke="#06c"/>`+"\n", strings.Join(path, "L"))
		fmt.Fprintf(&b, `<text x="%d" y="%d">%.2f</text>`+"\n", labels+lines+8, top+strip/2+4, s.Values[len(s.Values)-1].Value)
	}
	b.WriteString("</svg>\n")
	return b.String()
}

// span names the first and the last point.
func span(points []*Point) string {
	first, last := points[0], points[len(points)-1]
	if first == last {
		return first.Release + ", " + first.Date
	}
	return first.Release + ", " + first.Date + " to " + last.Release + ", " + last.Date
}

func x(i, n int) float64 {
	if n == 1 {
		return labels + lines/2
	}
	return labels + 6 + float64(i)*(lines-12)/float64(n-1)
}

// y is the height of a ratio in the strip that begins at top.
func y(top int, ratio float64) float64 {
	return float64(top) + strip*(1-min(max(ratio, 0), most)/most)
}

func escape(text string) string {
	var b strings.Builder
	xml.EscapeText(&b, []byte(text))
	return b.String()
}
