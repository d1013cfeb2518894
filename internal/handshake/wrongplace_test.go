package handshake_test

import (
	"slices"

	"polytls/internal/record"
	"polytls/internal/suite"
	"polytls/internal/wire"
)

// samples are messages of every type, of the forms of a version.
func samples(v suite.Version) []content {
	schemes := []suite.Scheme{suite.ECDSAP256SHA256}
	list := []content{
		message(&wire.HelloRequest{}),
		message(&wire.ClientHello{LegacyVersion: suite.TLS12, CipherSuites: []suite.ID{0x1301, 0xc02b}, CompressionMethods: []byte{0}}),
		message(&wire.ServerHello{LegacyVersion: suite.TLS12, CipherSuite: 0x1301}),
		message(&wire.EndOfEarlyData{}),
		message(&wire.EncryptedExtensions{}),
		message(&wire.ServerKeyExchange{Raw: []byte{3, 0, 29, 1, 1}}),
		message(&wire.ServerHelloDone{}),
		message(&wire.CertificateVerify{Scheme: schemes[0], Signature: []byte{1}}),
		message(&wire.ClientKeyExchange{Raw: []byte{1, 1}}),
		message(&wire.CertificateStatus{Response: []byte{1}}),
		message(&wire.KeyUpdate{}),
		message(&wire.CompressedCertificate{Algorithm: 1, UncompressedLength: 1, Compressed: []byte{1}}),
		{record.Handshake, []byte{byte(wire.TypeMessageHash), 0, 0, 1, 1}},
		{record.Handshake, []byte{99, 0, 0, 0}},
	}
	if v < suite.TLS13 {
		return append(list,
			message(&wire.Certificate12{}), message(&wire.NewSessionTicket12{Ticket: []byte{1}}),
			message(&wire.CertificateRequest12{Types: []byte{1}, Schemes: schemes}), message(&wire.Finished{VerifyData: make([]byte, 12)}))
	}
	request := &wire.CertificateRequest13{}
	request.Extensions.Add(&wire.SignatureAlgorithms{Schemes: schemes})
	return append(list,
		message(&wire.Certificate13{}), message(&wire.NewSessionTicket13{Ticket: []byte{1}}),
		message(request), message(&wire.Finished{VerifyData: make([]byte, 32)}))
}

// oddRecords are records that are not handshake messages, by their descriptions.
var oddRecords = []struct {
	name string
	content
}{
	{"application data", content{record.ApplicationData, []byte("data")}},
	{"empty application data", content{record.ApplicationData, nil}},
	{"change_cipher_spec", content{record.ChangeCipherSpec, []byte{1}}},
	{"change_cipher_spec with another value", content{record.ChangeCipherSpec, []byte{2}}},
	{"change_cipher_spec of 2 bytes", content{record.ChangeCipherSpec, []byte{1, 1}}},
	{"an empty change_cipher_spec", content{record.ChangeCipherSpec, nil}},
	{"a fatal alert", content{record.Alert, []byte{2, 40}}},
	{"close_notify", content{record.Alert, []byte{1, 0}}},
	{"a warning", content{record.Alert, []byte{1, 46}}},
	{"an alert of an unknown level", content{record.Alert, []byte{3, 40}}},
	{"an alert of 1 byte", content{record.Alert, []byte{2}}},
	{"an alert of 3 bytes", content{record.Alert, []byte{2, 40, 40}}},
	{"an empty alert", content{record.Alert, nil}},
	{"an empty handshake record", content{record.Handshake, nil}},
	{"a record of type 99", content{99, []byte{1}}},
}

// inTheirPlace are what may be there instead of what a flow has in a place, apart
// from a message of the same type.
var inTheirPlace = map[string][]wire.MessageType{
	"1.3 client CertificateRequest":              {wire.TypeCertificate},
	"1.3 client NewSessionTicket":                {wire.TypeKeyUpdate},
	"1.3 client after the handshake":             {wire.TypeNewSessionTicket, wire.TypeKeyUpdate},
	"1.3 client, early data NewSessionTicket":    {wire.TypeKeyUpdate},
	"1.3 client, early data after the handshake": {wire.TypeNewSessionTicket, wire.TypeKeyUpdate},
	"1.3 server after the handshake":             {wire.TypeKeyUpdate},
	"1.3 server, early data after the handshake": {wire.TypeKeyUpdate},
	"1.2 client CertificateStatus":               {wire.TypeServerKeyExchange},
	"1.2 client CertificateRequest":              {wire.TypeServerHelloDone},
	"1.2 server after the handshake":             {wire.TypeClientHello},
	"1.2 server, resumed after the handshake":    {wire.TypeClientHello},
}

// misplacements are the attempts with what is wrong in a place. The last one, after
// the handshake, has no genuine content.
func (f *alertFlow) misplacements(place int, genuine content) (list []*attempt) {
	where := "after the handshake"
	if genuine.payload != nil {
		where = genuine.name()
	}
	add := func(change string, forge func(content) []content) {
		in := where
		if genuine.payload != nil {
			in = "instead of " + in
		}
		list = append(list, &attempt{f, place, in, change, forge})
	}
	always := func(c ...content) func(content) []content { return func(content) []content { return c } }
	for _, c := range samples(f.version) {
		t := wire.MessageType(c.payload[0])
		same := genuine.kind == record.Handshake && t == wire.MessageType(genuine.payload[0])
		if !same && !slices.Contains(inTheirPlace[f.name+" "+where], t) {
			add(c.name(), always(c))
		}
	}
	if genuine.kind == record.Handshake && !slices.Contains(inTheirPlace[f.name+" "+where], wire.TypeKeyUpdate) {
		add(where+" and KeyUpdate in one record", func(live content) []content {
			return []content{{record.Handshake, append(slices.Clip(live.payload), message(&wire.KeyUpdate{}).payload...)}}
		})
	}
	if f.node == nil {
		return list // records are the same in all flows of a version
	}
	half := content{record.Handshake, message(&wire.CertificateVerify{Signature: []byte{1}}).payload[:6]}
	if genuine.kind == record.Handshake {
		half.payload = genuine.payload[:len(genuine.payload)/2]
	}
	for _, odd := range oddRecords {
		if odd.kind == record.ChangeCipherSpec && genuine.kind == record.ChangeCipherSpec && len(odd.payload) == 1 && odd.payload[0] == 1 {
			continue
		}
		add(odd.name, always(odd.content))
		add("half a message, then "+odd.name, always(half, odd.content))
	}
	return list
}
