package certobject

import (
	"strings"
	"time"

	"polytls/internal/trust/certder"
)

// date is ASN1_TIME_print, which reads more forms than RFC 5280 allows.
func date(t certder.Time) string {
	year := "06"
	if t.Generalized {
		year = "2006"
	}
	for _, rest := range []string{"0102150405", "01021504"} {
		for _, zone := range []string{"Z", "-0700"} {
			v, err := time.Parse(year+rest+zone, strings.Replace(t.Text, ",", ".", 1))
			if err != nil {
				continue
			}
			v = v.UTC()
			if !t.Generalized && v.Year() >= 2050 { // RFC 5280: YY of 50 and above is 19YY
				v = v.AddDate(-100, 0, 0)
			}
			return v.Format("Jan _2 15:04:05 2006") + " GMT"
		}
	}
	return "Bad time value"
}
