package endpoint

import (
	"strings"

	"polytls"
)

// secrets are the flags of what both ends know: pre-shared keys and the
// passwords of SRP.
type secrets struct {
	PSK     []polytls.PSK
	PSKHint string

	SRPUser, SRPPassword string // at connect
	SRPVerifiers         string // at serve
}

func (s *secrets) usesSRP() bool { return s.SRPUser != "" || s.SRPVerifiers != "" }

// cipherList is the list without --ciphers. The default excludes PSK and SRP, so
// that these flags alone could never do anything up to TLS 1.2. What it returns
// is "" where the default serves.
//
// A client with a user's name offers SRP alone: with a suite of certificates the
// server would not learn who it is.
func (s *secrets) cipherList() string {
	var first []string
	if s.usesSRP() {
		first = append(first, "SRP")
	}
	if len(s.PSK) > 0 {
		first = append(first, "kECDHEPSK", "kDHEPSK", "kPSK") // with forward secrecy before those without
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

// UpTo12 keeps TLS 1.3 out, where there is no SRP, unless a flag says which
// versions are meant.
func UpTo12(o *polytls.ContextOptions) {
	if o.MaxVersion == "" && o.SecureProtocol == "" && o.MinVersion != polytls.TLS13 {
		o.MaxVersion = polytls.TLS12
	}
}
