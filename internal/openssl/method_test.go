package openssl

import (
	"errors"
	"testing"

	"polytls/failure"
	"polytls/internal/suite"
)

func TestParseMethod(t *testing.T) {
	for name, want := range map[string]Method{
		"TLS_method":            {MinVersion: suite.TLS12, MaxVersion: suite.TLS13},
		"SSLv23_server_method":  {MaxVersion: suite.TLS12, ServerOnly: true},
		"TLSv1_method":          {MinVersion: suite.TLS10, MaxVersion: suite.TLS10},
		"TLSv1_1_client_method": {MinVersion: suite.TLS11, MaxVersion: suite.TLS11, ClientOnly: true},
		"TLSv1_2_server_method": {MinVersion: suite.TLS12, MaxVersion: suite.TLS12, ServerOnly: true},
	} {
		if got, err := ParseMethod(name); got != want || err != nil {
			t.Errorf("%s: %+v, %v, want %+v", name, got, err, want)
		}
	}
	for _, name := range []string{"", "TLS", "_method", "SSLv3_method", "TLSv1_3_method", "TLS_client_server_method"} {
		if got, err := ParseMethod(name); !errors.Is(err, failure.InvalidProtocolMethod) || got != (Method{}) {
			t.Errorf("%q: %+v, %v", name, got, err)
		}
	}
}
