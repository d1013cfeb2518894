package certder

import (
	"strings"
	"time"
)

const (
	utcLayout         = "060102150405Z"
	generalizedLayout = "20060102150405Z"
)

// Time returns the time if the text has the form of RFC 5280, section 4.1.2.5: with
// seconds, and with the zone Z. Any other form is OpenSSL's "format error" in the
// field.
func (t Time) Time() (time.Time, bool) {
	layout := utcLayout
	if t.Generalized {
		layout = generalizedLayout
	}
	if len(t.Text) != len(layout) || strings.Trim(t.Text[:len(t.Text)-1], "0123456789") != "" {
		return time.Time{}, false
	}
	v, err := time.Parse(layout, t.Text)
	if err != nil {
		return time.Time{}, false
	}
	if !t.Generalized && v.Year() >= 2050 { // RFC 5280: YY of 50 and above is 19YY
		v = v.AddDate(-100, 0, 0)
	}
	if !t.Generalized && v.Year() < 1950 {
		v = v.AddDate(100, 0, 0)
	}
	return v, true
}
