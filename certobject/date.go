package certobject

import (
	"strings"
	"time"

	"polytls/internal/trust/certder"
)

// date is ASN1_TIME_print, which reads more forms than RFC 5280 allows.
func date(t certder.Time) string {
	layout := "060102150405"
	if t.Generalized {
		layout = "20060102150405"
	}
	for _, zone := range []string{"Z", "-0700"} {
		v, err := time.Parse(layout+zone, strings.Replace(t.Text, ",", ".", 1))
		if err != nil {
			continue
		}
		v = v.UTC()
		if !t.Generalized && v.Year() >= 2050 { // RFC 5280: YY of 50 and above is 19YY
			v = v.AddDate(-100, 0, 0)
		}
		return v.Format("Jan _2 15:04:05 2006") + " GMT"
	}
	return "Bad time value"
}
