package polytls

import (
	"slices"

	"polytls/failure"
	"polytls/internal/handshake"
	"polytls/internal/record"
)

// This file checks the options that bound records.

func checkFragment(n int) error {
	if n != 0 && (n < 512 || n > 16384) {
		return failure.OutOfRange.Option("MaxSendFragment", "%d is not within 512 to 16384", n)
	}
	return nil
}

func checkFragmentLength(n int) error {
	if n != 0 && !slices.Contains(handshake.FragmentLengths[:], n) {
		return failure.OutOfRange.Option("MaxFragmentLength", "%d, want 512, 1024, 2048 or 4096", n)
	}
	return nil
}

func (c *SecureContext) setRecordSizeLimit(o *ContextOptions) error {
	const most = record.MaxPlaintext + 1 // with the content type of TLS 1.3
	if n := o.RecordSizeLimit; n != 0 && (n < handshake.MinRecordSizeLimit || n > most) {
		return failure.OutOfRange.Option("RecordSizeLimit", "%d is not within %d to %d", n, handshake.MinRecordSizeLimit, most)
	}
	c.compiled.Config.RecordSizeLimit = o.RecordSizeLimit
	return nil
}
