package trace

import (
	"maps"
	"slices"
	"testing"

	"golang.org/x/crypto/cryptobyte"

	"polytls/internal/record"
	"polytls/internal/recordlayer"
	"polytls/internal/wire"
)

// numbersOf returns the numbers of a registry that some release has a name for, and
// those beside them.
func numbersOf(in registry, most uint32) []uint32 {
	set := map[uint32]bool{}
	for _, names := range allNames() {
		for n := range names {
			if n.in == in {
				set[n.value] = true
				set[min(n.value+1, most)] = true
				set[max(n.value, 1)-1] = true
			}
		}
	}
	return slices.Sorted(maps.Keys(set))
}

// everyName is a ClientHello with the numbers of all registries that it can hold.
func everyName() []byte {
	var b cryptobyte.Builder
	b.AddUint8(uint8(wire.TypeClientHello))
	b.AddUint24LengthPrefixed(func(b *cryptobyte.Builder) {
		b.AddUint16(0x0303)
		b.AddBytes(make([]byte, 32))
		b.AddUint8(0)
		b.AddUint16LengthPrefixed(list(2, numbersOf(cipherSuites, 0xFFFF)))
		b.AddUint8LengthPrefixed(list(1, numbersOf(compressionMethods, 0xFF)))
		b.AddUint16LengthPrefixed(addExtensions)
	})
	return b.BytesOrPanic()
}

// list adds numbers of so many bytes.
func list(size int, numbers []uint32) func(*cryptobyte.Builder) {
	return func(b *cryptobyte.Builder) {
		for _, n := range numbers {
			if size == 1 {
				b.AddUint8(uint8(n))
			} else {
				b.AddUint16(uint16(n))
			}
		}
	}
}

// addExtensions adds an extension of each type, those with lists first.
func addExtensions(b *cryptobyte.Builder) {
	short := func(t wire.ExtensionType, size int, in registry) {
		b.AddUint16(uint16(t))
		b.AddUint16LengthPrefixed(func(b *cryptobyte.Builder) {
			b.AddUint8LengthPrefixed(list(size, numbersOf(in, 0xFF)))
		})
	}
	long := func(t wire.ExtensionType, in registry) {
		b.AddUint16(uint16(t))
		b.AddUint16LengthPrefixed(func(b *cryptobyte.Builder) {
			b.AddUint16LengthPrefixed(list(2, numbersOf(in, 0xFFFF)))
		})
	}
	long(wire.ExtSupportedGroups, groups)
	long(wire.ExtSignatureAlgorithms, schemes)
	b.AddUint16(uint16(wire.ExtSupportedVersions))
	b.AddUint16LengthPrefixed(func(b *cryptobyte.Builder) {
		b.AddUint8LengthPrefixed(list(2, numbersOf(versions, 0xFFFF)))
	})
	short(wire.ExtCompressCertificate, 2, certificateCompressions)
	short(wire.ExtPointFormats, 1, pointFormats)
	short(wire.ExtPSKKeyExchangeModes, 1, pskModes)
	short(wire.ExtClientCertificateType, 1, certificateTypes)
	short(wire.ExtServerCertificateType, 1, certificateTypes)
	for _, n := range numbersOf(fragmentLengths, 0xFF) {
		b.AddUint16(uint16(wire.ExtMaxFragmentLength))
		b.AddUint16LengthPrefixed(list(1, []uint32{n}))
	}
	for _, n := range numbersOf(extensionTypes, 0xFFFF) {
		if t := wire.ExtensionType(n); extensionText[t] == nil && t != wire.ExtHeartbeat {
			b.AddUint16(uint16(t))
			b.AddUint16LengthPrefixed(list(1, []uint32{1, 2, 3}))
		}
	}
}

// TestNames compares the names of the numbers that a ClientHello can hold with
// those of each release.
func TestNames(t *testing.T) {
	eachTracer(t, func(t *testing.T, tr tracer) {
		hello := everyName()
		wantPart(t, tr.tell(t, inRecords(hello)), tr.ours(hello))
	})
}

// ours is our text of a handshake message that a server of the tracer receives.
func (tr tracer) ours(message []byte) string {
	p := newPrinter(tr.release, true)
	return string(p.print(recordlayer.Event{Kind: recordlayer.EventContent, Type: record.Handshake, Payload: message}))
}

// TestNamesOfAlerts sends a client all alerts except those that end a connection
// even as warnings. A HelloRequest precedes each, because several warnings in a row
// end a connection, too.
func TestNamesOfAlerts(t *testing.T) {
	eachTracer(t, func(t *testing.T, tr tracer) {
		p := newPrinter(tr.release, false)
		var sent []byte
		var want string
		add := func(typ record.ContentType, body ...byte) {
			rec := append([]byte{byte(typ), 3, 3, 0, byte(len(body))}, body...)
			sent = append(sent, rec...)
			want += string(p.print(recordlayer.Event{Kind: recordlayer.EventHeader, Header: record.ParseHeader(rec)}))
			want += string(p.print(recordlayer.Event{Kind: recordlayer.EventContent, Type: typ, Payload: body}))
		}
		const closeNotify, noRenegotiation = 0, 100
		for n := range 256 {
			if n != closeNotify && n != noRenegotiation {
				add(record.Handshake, 0, 0, 0, 0)
				add(record.Alert, 1, byte(n))
			}
		}
		add(record.Alert, 2, closeNotify)
		wantPart(t, tr.tellClient(t, func([]byte) []byte { return sent }), want)
	})
}
