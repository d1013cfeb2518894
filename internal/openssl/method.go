package openssl

import (
	"strings"

	"polytls/failure"
	"polytls/internal/suite"
)

// Method is what one of OpenSSL's method names selects: a range of versions, and
// for some names the only end (client or server) that may use it. The zero Method
// selects nothing.
type Method struct {
	MinVersion, MaxVersion suite.Version // MinVersion is 0 for the lowest that is enabled
	ClientOnly, ServerOnly bool
}

// ParseMethod reads a method name such as "TLSv1_2_client_method".
func ParseMethod(name string) (Method, error) {
	var m Method
	prefix, ok := strings.CutSuffix(name, "_method")
	if p, found := strings.CutSuffix(prefix, "_server"); found {
		prefix, m.ServerOnly = p, true
	} else if p, found := strings.CutSuffix(prefix, "_client"); found {
		prefix, m.ClientOnly = p, true
	}
	switch {
	case !ok:
		return Method{}, unknownMethod(name)
	case prefix == "SSLv2", prefix == "SSLv3":
		return Method{}, failure.InvalidProtocolMethod.Local("%s methods disabled", prefix)
	case prefix == "SSLv23":
		m.MaxVersion = suite.TLS12
	case prefix == "TLS":
		m.MinVersion, m.MaxVersion = suite.TLS12, suite.TLS13
	case prefix == "TLSv1":
		m.MinVersion, m.MaxVersion = suite.TLS10, suite.TLS10
	case prefix == "TLSv1_1":
		m.MinVersion, m.MaxVersion = suite.TLS11, suite.TLS11
	case prefix == "TLSv1_2":
		m.MinVersion, m.MaxVersion = suite.TLS12, suite.TLS12
	default:
		return Method{}, unknownMethod(name)
	}
	return m, nil
}

func unknownMethod(name string) error {
	return failure.InvalidProtocolMethod.Local("Unknown method: %s", name)
}
