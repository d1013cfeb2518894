package keys

import (
	"crypto"

	"polytls/failure"
)

// Exporter13 returns length bytes of RFC 8446, section 7.5, from an
// exporter_master_secret or an early one. A nil context is an empty one. Labels
// of more than 249 bytes are refused with failure.IllegalExporterLabel, lengths of
// more than 255 hashes with failure.Internal.
func Exporter13(h crypto.Hash, exporterSecret []byte, label string, context []byte, length int) ([]byte, error) {
	if len(label) > maxLabel {
		return nil, failure.IllegalExporterLabel.Local("exporter: label of %d bytes, at most %d fit", len(label), maxLabel)
	}
	if length < 0 || length > 255*h.Size() {
		return nil, failure.Internal.Local("exporter: length %d, wanted 0 to %d", length, 255*h.Size())
	}
	hash := h.New()
	hash.Write(context)
	secret := expandLabel(h, exporterSecret, label, emptyHash(h), h.Size())
	return expandLabel(h, secret, "exporter", hash.Sum(nil), length), nil
}
