package interop

import (
	"slices"
	"testing"

	"golang.org/x/crypto/cryptobyte"
	"golang.org/x/crypto/cryptobyte/asn1"

	"polytls/internal/session"
)

// TestOddSessions compares with Node whether a client resumes a session with values
// that it does not know or support. Where Node fails, our client does a full
// handshake.
func TestOddSessions(t *testing.T) {
	t.Parallel()
	n := startNode(t, "node")
	client := options{CA: string(ca(t).cert), Reject: true, ServerName: "localhost"}
	for _, version := range []string{"TLSv1.2", "TLSv1.3"} {
		client.MinVersion, client.MaxVersion = version, version
		theirs := n.listen(t, options{HonorOrder: true}.with(certificate(t, "rsa")))
		reused := func(end *node, data []byte) bool {
			o := client
			o.Session = data
			f, _, _ := connectAs(t, end, theirs.port, o)
			theirs.next(t)
			return f.Reused
		}
		_, data, _ := connectAs(t, n, theirs.port, client)
		theirs.next(t)
		s, name, _, err := session.Open(data)
		if err != nil {
			t.Fatal(err)
		}
		plain := s.Marshal()
		envelope := s.MarshalEnvelope(name)
		envelope = envelope[:len(envelope)-len(plain)]
		compressed := *s
		compressed.Compression = 1
		for what, der := range map[string][]byte{
			"as it is": plain, "compressed": compressed.Marshal(), "with an unknown field": withField(t, plain, 21),
		} {
			data := slices.Concat(envelope, der)
			if want, got := reused(n, data), reused(nil, data); got != want || want != (what == "as it is") {
				t.Errorf("%s, %s: reused %t, by Node %t", version, what, got, want)
			}
		}
	}
}

// withField adds a number to a session, under a tag.
func withField(t *testing.T, der cryptobyte.String, tag uint8) []byte {
	t.Helper()
	var fields cryptobyte.String
	if !der.ReadASN1(&fields, asn1.SEQUENCE) {
		t.Fatal("no session")
	}
	var b cryptobyte.Builder
	b.AddASN1(asn1.SEQUENCE, func(b *cryptobyte.Builder) {
		b.AddBytes(fields)
		b.AddASN1(asn1.Tag(tag).ContextSpecific().Constructed(), func(b *cryptobyte.Builder) { b.AddASN1Int64(1) })
	})
	return b.BytesOrPanic()
}
