package polytls

import (
	"slices"

	"polytls/certcompress"
	"polytls/failure"
	"polytls/internal/suite"
)

// setCompression checks the algorithms of RFC 8879.
func (c *SecureContext) setCompression(o *ContextOptions) error {
	if len(o.CertificateCompression) == 0 {
		return nil
	}
	if c.compiled.Config.MaxVersion < suite.TLS13 {
		return failure.InvalidArgValue.Option("CertificateCompression", "it requires a range of versions that includes TLSv1.3")
	}
	for i, a := range o.CertificateCompression {
		at := item("CertificateCompression", i)
		if a == nil || a.Compress == nil && a.NewReader == nil {
			return failure.InvalidArgValue.Local("an algorithm that neither compresses nor decompresses").OfOption(at)
		}
		if slices.ContainsFunc(o.CertificateCompression[:i], func(b *certcompress.Algorithm) bool { return a.ID == b.ID }) {
			return failure.CryptoOperationFailed.Option("CertificateCompression", "%q is listed twice", a.Name).At(at)
		}
	}
	c.compiled.Config.Compressions = slices.Clone(o.CertificateCompression)
	return nil
}
