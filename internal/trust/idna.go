package trust

import (
	"net/netip"
	"net/url"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"

	"golang.org/x/net/idna"
)

// hostProfile is "domain to ASCII" of the WHATWG's URL standard with beStrict
// false.
var hostProfile = idna.New(
	idna.MapForLookup(),
	idna.Transitional(false),
	idna.StrictDomainName(false),
	idna.CheckHyphens(false),
	idna.VerifyDNSLength(false),
	idna.CheckJoiners(true),
	idna.BidiRule(),
)

// ignored removes the characters that the WHATWG's parser removes from a URL first.
var ignored = strings.NewReplacer("\t", "", "\n", "", "\r", "")

// DomainToASCII is Node's url.domainToASCII: the WHATWG's host parser, ""
// where that fails.
func DomainToASCII(host string) string {
	host = ignored.Replace(host)
	if i := strings.IndexAny(host, `/\?#`); i >= 0 {
		host = host[:i]
	}
	if inner, ok := strings.CutPrefix(host, "["); ok {
		return bracketedIPv6(inner)
	}
	decoded, err := url.PathUnescape(host)
	if err != nil || strings.ContainsRune(decoded, utf8.RuneError) {
		return "" // a percent sign that encodes nothing stays, and is forbidden
	}
	ascii := LowerASCII(decoded)
	if strings.ContainsFunc(ascii, func(r rune) bool { return r > unicode.MaxASCII }) {
		if ascii, err = hostProfile.ToASCII(decoded); err != nil {
			return ""
		}
	}
	if ascii == "" || strings.ContainsFunc(ascii, forbiddenInDomain) {
		return ""
	}
	if endsInNumber(ascii) {
		return parseIPv4(ascii)
	}
	return ascii
}

func bracketedIPv6(inner string) string {
	inner, closed := strings.CutSuffix(inner, "]")
	a, err := netip.ParseAddr(inner)
	if !closed || err != nil || !a.Is6() || a.Zone() != "" {
		return ""
	}
	return "[" + a.String() + "]"
}

// forbiddenInDomain are the standard's forbidden domain code points.
func forbiddenInDomain(r rune) bool {
	return r <= ' ' || r == 0x7f || strings.ContainsRune(`#/:<>?@[\]^|%`, r)
}

// endsInNumber is the standard's "ends in a number checker".
func endsInNumber(host string) bool {
	labels := strings.Split(host, ".")
	if labels[len(labels)-1] == "" && len(labels) > 1 {
		labels = labels[:len(labels)-1]
	}
	last := labels[len(labels)-1]
	if last != "" && strings.Trim(last, "0123456789") == "" {
		return true
	}
	_, ok := ipv4Number(last)
	return ok
}

// parseIPv4 is the standard's IPv4 parser: one to four numbers in any of three
// bases, of which the last fills the remaining bytes.
func parseIPv4(host string) string {
	parts := strings.Split(host, ".")
	if parts[len(parts)-1] == "" && len(parts) > 1 {
		parts = parts[:len(parts)-1]
	}
	if len(parts) > 4 {
		return ""
	}
	var address uint64
	for i, part := range parts {
		n, ok := ipv4Number(part)
		last := i == len(parts)-1
		if !ok || !last && n > 255 || last && n >= 1<<(8*(5-len(parts))) {
			return ""
		}
		if last {
			address |= n
		} else {
			address |= n << (8 * (3 - i))
		}
	}
	return netip.AddrFrom4([4]byte{byte(address >> 24), byte(address >> 16), byte(address >> 8), byte(address)}).String()
}

func ipv4Number(s string) (uint64, bool) {
	if s == "" {
		return 0, false
	}
	base, digits := 10, s
	switch {
	case strings.HasPrefix(s, "0x"):
		base, digits = 16, s[2:]
	case len(s) > 1 && s[0] == '0':
		base, digits = 8, s[1:]
	}
	if digits == "" {
		return 0, true
	}
	if strings.ContainsAny(digits, "+-_") {
		return 0, false
	}
	n, err := strconv.ParseUint(digits, base, 64)
	return n, err == nil
}
