package polytls

import (
	"slices"

	"polytls/failure"
	"polytls/internal/handshake"
	"polytls/internal/suite"
)

// CertificateCompressionAlgorithms returns what CertificateCompression may name:
// Node's getCertificateCompressionAlgorithms(). Brotli is not among them: its library
// links net/http into every program. In a list it is ignored.
func CertificateCompressionAlgorithms() []string {
	var names []string
	for _, a := range handshake.Compressions {
		names = append(names, a.Name)
	}
	return names
}

// setCompression finds the algorithms of RFC 8879.
func (c *SecureContext) setCompression(o *ContextOptions) error {
	if len(o.CertificateCompression) == 0 {
		return nil
	}
	if c.compiled.Config.MaxVersion < suite.TLS13 {
		return failure.InvalidArgValue.Option("CertificateCompression", "it requires a range of versions that includes TLSv1.3")
	}
	for i, name := range o.CertificateCompression {
		if slices.Contains(o.CertificateCompression[:i], name) {
			return failure.CryptoOperationFailed.Option("CertificateCompression", "%q is listed twice", name).
				At(item("CertificateCompression", i))
		}
		if name == "brotli" {
			continue
		}
		at := slices.IndexFunc(handshake.Compressions, func(a *handshake.Compression) bool { return a.Name == name })
		if at < 0 {
			return failure.InvalidArgValue.Local("must be one of %q. Received %q", CertificateCompressionAlgorithms(), name).
				OfOption(item("CertificateCompression", i))
		}
		c.compiled.Config.Compressions = append(c.compiled.Config.Compressions, handshake.Compressions[at])
	}
	if len(c.compiled.Config.Compressions) == 0 {
		return failure.InvalidArgValue.Option("CertificateCompression", "brotli is not supported")
	}
	return nil
}
