package openssl

import (
	"slices"
	"strings"

	"polytls/failure"
	"polytls/internal/suite"
)

// DefaultCiphers is the cipher list of a context that names none: Node's
// tls.DEFAULT_CIPHERS.
const DefaultCiphers = "TLS_AES_256_GCM_SHA384:TLS_CHACHA20_POLY1305_SHA256:TLS_AES_128_GCM_SHA256:" +
	"ECDHE-RSA-AES128-GCM-SHA256:ECDHE-ECDSA-AES128-GCM-SHA256:ECDHE-RSA-AES256-GCM-SHA384:" +
	"ECDHE-ECDSA-AES256-GCM-SHA384:DHE-RSA-AES128-GCM-SHA256:ECDHE-RSA-AES128-SHA256:" +
	"DHE-RSA-AES128-SHA256:ECDHE-RSA-AES256-SHA384:DHE-RSA-AES256-SHA384:ECDHE-RSA-AES256-SHA256:" +
	"DHE-RSA-AES256-SHA256:HIGH:!aNULL:!eNULL:!EXPORT:!DES:!RC4:!MD5:!PSK:!SRP:!CAMELLIA"

// CipherList is what a cipher list selects, most preferred first. It holds
// only suites that polytls implements.
type CipherList struct {
	// TLS13 is what the names that begin with "TLS_" select. OpenSSL takes
	// suites of older versions there too, by their IANA names; they are then
	// negotiable where the context allows an older version.
	TLS13 []*suite.CipherSuite
	// TLS12 is what the rules select: suites of TLS 1.2 and older. It is
	// empty for a list of "TLS_" names alone, which raises the minimum
	// version of the context to TLS 1.3.
	TLS12 []*suite.CipherSuite
	// Level is the security level that @SECLEVEL names, -1 if none does.
	Level int
}

// ParseCiphers reads Node's "ciphers" option: parts separated by ':', of which
// those that begin with "TLS_" are names of TLS 1.3 suites and the others make up
// an OpenSSL cipher list. Without such a name, the default suites of TLS 1.3 are
// used. The empty list means DefaultCiphers.
//
// The error is ERR_SSL_NO_CIPHER_MATCH for a list that selects nothing and for
// an unknown TLS_ name, ERR_SSL_INVALID_COMMAND for one that does not parse,
// ERR_INVALID_ARG_VALUE for one without any part.
func ParseCiphers(list string) (CipherList, error) {
	if list == "" {
		list = DefaultCiphers
	}
	names, rules := splitNode(list)
	if len(names) == 0 && rules == "" {
		return CipherList{}, failure.InvalidArgValue.About("ciphers", "%q has no part", list)
	}
	tls13, err := namedSuites(names)
	if err != nil {
		return CipherList{}, err
	}
	if rules == "" {
		return CipherList{TLS13: tls13, Level: -1}, nil
	}
	parsed, err := ParseOpenSSLCiphers(rules)
	if err != nil {
		return CipherList{}, err
	}
	parsed.TLS13 = tls13
	return parsed, nil
}

// ParseOpenSSLCiphers reads a list in OpenSSL's own language, as
// SSL_CTX_set_cipher_list does (ciphers(1)). The suites of TLS 1.3 are not
// subject to its rules, and TLS13 is empty. The errors are those of
// ParseCiphers.
func ParseOpenSSLCiphers(rules string) (CipherList, error) {
	selected, level, err := expand(rules)
	if err != nil {
		return CipherList{}, err
	}
	list := CipherList{TLS12: implemented(selected), Level: level}
	if len(list.TLS12) == 0 {
		return CipherList{}, failure.NoCipherMatch.About("ciphers", "%q selects no cipher suite", rules)
	}
	return list, nil
}

// splitNode splits Node's list into names of TLS 1.3 suites and OpenSSL's rules.
// "!TLS_..." counts as a name, which is then unknown.
func splitNode(list string) (names []string, rules string) {
	var rest []string
	for part := range strings.SplitSeq(list, ":") {
		switch {
		case strings.HasPrefix(part, "TLS_"), strings.HasPrefix(part, "!TLS_"):
			names = append(names, part)
		case part != "":
			rest = append(rest, part)
		}
	}
	return names, strings.Join(rest, ":")
}

// namedSuites looks up IANA names as SSL_CTX_set_ciphersuites does. Without names
// it returns the default suites of TLS 1.3.
func namedSuites(names []string) ([]*suite.CipherSuite, error) {
	if len(names) == 0 {
		return defaultTLS13(), nil
	}
	var selected []*suite.CipherSuite
	seen := make(map[suite.ID]bool)
	for _, name := range names {
		name = strings.Trim(name, " \t\n\v\f\r")
		s := suite.ByName(name)
		if s == nil || s.Standard != name {
			return nil, failure.NoCipherMatch.About("ciphers", "unknown cipher suite %q", name)
		}
		if !seen[s.ID] {
			seen[s.ID] = true
			selected = append(selected, s)
		}
	}
	selected = implemented(selected)
	if len(selected) == 0 {
		return nil, failure.NoCipherMatch.About("ciphers", "none of %q is implemented", names)
	}
	return selected, nil
}

// keep returns the elements of list for which f returns true.
func keep[T any](list []T, f func(T) bool) []T {
	return slices.DeleteFunc(slices.Clone(list), func(x T) bool { return !f(x) })
}

func defaultTLS13() []*suite.CipherSuite {
	return keep(slices.Collect(suite.Suites()), func(s *suite.CipherSuite) bool { return s.MinVersion == suite.TLS13 && !s.NotDefault })
}

func implemented(list []*suite.CipherSuite) []*suite.CipherSuite {
	return keep(list, func(s *suite.CipherSuite) bool { return s.Implemented })
}

// expand applies a list's rules to all suites of TLS 1.2 and older that
// OpenSSL knows, implemented or not.
func expand(rules string) (selected []*suite.CipherSuite, level int, err error) {
	o := newOrder()
	rules = suiteB(rules)
	// DEFAULT is recognized only at the beginning of the list, and a rule may
	// follow it without a separator.
	if rest, ok := strings.CutPrefix(rules, "DEFAULT"); ok {
		rules = strings.TrimPrefix(rest, ":")
		if err := o.run("ALL:!COMPLEMENTOFDEFAULT:!eNULL"); err != nil {
			return nil, -1, err
		}
	}
	if err := o.run(rules); err != nil {
		return nil, -1, err
	}
	return o.active(), o.level, nil
}

// suiteB replaces a list that begins with a word of Suite B (RFC 6460).
func suiteB(rules string) string {
	const (
		aes128 = "ECDHE-ECDSA-AES128-GCM-SHA256"
		aes256 = "ECDHE-ECDSA-AES256-GCM-SHA384"
	)
	switch {
	case strings.HasPrefix(rules, "SUITEB128ONLY"):
		return aes128
	case strings.HasPrefix(rules, "SUITEB128C2"), strings.HasPrefix(rules, "SUITEB192"):
		return aes256
	case strings.HasPrefix(rules, "SUITEB128"):
		return aes128 + ":" + aes256
	}
	return rules
}

// run applies the rules of a list, one after the other.
func (o *order) run(rules string) error {
	for rules != "" {
		if isSeparator(rules[0]) {
			rules = rules[1:]
			continue
		}
		op := add
		switch operation(rules[0]) {
		case toEnd, remove, kill, special:
			op = operation(rules[0])
			rules = rules[1:]
		}
		rest, err := o.rule(op, rules)
		if err != nil {
			return err
		}
		rules = rest
	}
	return nil
}

// rule applies the rule at the beginning of the text and returns what follows.
func (o *order) rule(op operation, text string) (rest string, err error) {
	if op == special {
		word, rest := cutWord(text)
		return skipRule(rest), o.command(word)
	}
	p, found, rest, err := parsePattern(text)
	switch {
	case err != nil:
		return "", err
	case !found:
		return skipRule(rest), nil // a word of another version of OpenSSL, or an empty conjunction
	}
	o.apply(op, &p)
	return rest, nil
}

// command carries out a rule that begins with '@'.
func (o *order) command(word string) error {
	if word == "STRENGTH" {
		o.sortByStrength()
		return nil
	}
	digit, ok := strings.CutPrefix(word, "SECLEVEL=")
	if !ok || len(digit) != 1 || digit[0] < '0' || digit[0] > '5' {
		return failure.InvalidCommand.About("ciphers", "bad command %q", "@"+word)
	}
	o.level = int(digit[0] - '0')
	return nil
}

// parsePattern reads words joined by '+'. It finds nothing if one of them is
// unknown or excludes the others.
func parsePattern(text string) (p pattern, found bool, rest string, err error) {
	for {
		var word string
		word, rest = cutWord(text)
		if word == "" {
			return p, false, "", failure.InvalidCommand.About("ciphers", "no cipher name or command at %q", text)
		}
		more := strings.HasPrefix(rest, "+")
		if more {
			rest = rest[1:]
		}
		w, known := words[word]
		if !known || !p.narrow(&w) {
			return p, false, rest, nil
		}
		if !more {
			return p, true, rest, nil
		}
		text = rest
	}
}

func cutWord(text string) (word, rest string) {
	n := 0
	for n < len(text) && isWordByte(text[n]) {
		n++
	}
	return text[:n], text[n:]
}

func isWordByte(c byte) bool {
	switch {
	case 'A' <= c && c <= 'Z', 'a' <= c && c <= 'z', '0' <= c && c <= '9':
		return true
	}
	return c == '-' || c == '_' || c == '.' || c == '='
}

func isSeparator(c byte) bool { return c == ':' || c == ',' || c == ' ' || c == ';' }

func skipRule(text string) string {
	for text != "" && !isSeparator(text[0]) {
		text = text[1:]
	}
	return text
}
