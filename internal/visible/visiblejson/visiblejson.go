// Package visiblejson writes JSON whose text a terminal shows as it is. It is apart
// from package visible, so that what imports that does not link encoding/json.
package visiblejson

import (
	"encoding/json"
	"io"

	"polytls/internal/visible"
)

// Encode writes a value as JSON on one line.
func Encode(w io.Writer, v any) error {
	e := json.NewEncoder(visible.Objects{Writer: w})
	e.SetEscapeHTML(false)
	return e.Encode(v)
}
