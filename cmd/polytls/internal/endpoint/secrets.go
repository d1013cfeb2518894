package endpoint

import (
	"strings"

	"polytls"
)

// secrets are the flags of pre-shared keys and of SRP.
type secrets struct {
	PSK     []polytls.PSK
	PSKHint string

	SRPUser, SRPPassword string // at connect
	SRPVerifiers         string // at serve
}

func (s *secrets) usesSRP() bool { return s.SRPUser != "" || s.SRPVerifiers != "" }

// cipherList returns the list without --ciphers, "" for the default. The default
// excludes PSK and SRP, so that these flags would have no effect up to TLS 1.2.
//
// A client with an SRP user offers SRP alone: with another suite the server would not
// authenticate the user.
func (s *secrets) cipherList() string {
	var first []string
	if s.usesSRP() {
		first = append(first, "SRP")
	}
	if len(s.PSK) > 0 {
		first = append(first, "kECDHEPSK", "kDHEPSK", "kPSK") // suites with forward secrecy first
	}
	if first == nil || s.SRPUser != "" {
		return strings.Join(first, ":")
	}
	for part := range strings.SplitSeq(polytls.DefaultCiphers(), ":") {
		if part == "!SRP" && s.usesSRP() || part == "!PSK" && len(s.PSK) > 0 {
			continue
		}
		first = append(first, part)
	}
	return strings.Join(first, ":")
}

// UpTo12 excludes TLS 1.3, which has no SRP, unless a flag sets the versions.
func UpTo12(o *polytls.ContextOptions) {
	if o.MaxVersion == "" && o.SecureProtocol == "" && o.MinVersion != polytls.TLS13 {
		o.MaxVersion = polytls.TLS12
	}
}
