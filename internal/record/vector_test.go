package record

import (
	"bytes"
	"crypto/aes"
	"encoding/hex"
	"os"
	"strconv"
	"strings"
	"testing"

	"github.com/pion/dtls/v3/pkg/crypto/ccm"

	"polytls/internal/suite"
)

func unhex(t testing.TB, s string) []byte {
	t.Helper()
	b, err := hex.DecodeString(strings.Join(strings.Fields(s), ""))
	if err != nil {
		t.Fatal(err)
	}
	return b
}

// TestRFC8448Records opens and makes the records of RFC 8448, section 3.
func TestRFC8448Records(t *testing.T) {
	var data []byte
	for i := range 50 {
		data = append(data, byte(i))
	}
	finished := unhex(t, `14000020 a8ec436d677634ae525ac1fcebe11a03 9ec17694fac6e98527b642f2edd5ce61`)
	for _, c := range []struct {
		name, key, iv string
		seq           uint64
		typ           ContentType
		plain         []byte
		rec           string
	}{
		{"client Finished", "dbfaa693d1762c5b666af5d950258d01", "5bd3c71b836e0b76bb73265f", 0, Handshake, finished,
			`17030300 3575ec4dc238cce60b298044a71e219c 56cc77b0517fe9b93c7a4bfc44d87f38
			f80338ac98fc46deb384bd1caeacab6867d726c4 0546`},
		{"client data", "17422dda596ed5d9acd890e3c63f5051", "5b78923dee08579033e523d9", 0, ApplicationData, data,
			`1703030043a23f7054b62c94d0affafe8228ba55cbefacea42f914aa66bcab3f2b9819a8a5b46b395bd54a9a20441e2b
			62974e1f5a6292a2977014bd1e3deae63aeebb21694915e4`},
		{"client close_notify", "17422dda596ed5d9acd890e3c63f5051", "5b78923dee08579033e523d9", 1, Alert, []byte{1, 0},
			`1703030013c9872760655666b74d7ff1153efd6db6d0b0e3`},
		{"server data", "9f02283b6c9c07efc26bb9f2ac92e356", "cf782b88dd83549aadf1e984", 1, ApplicationData, data,
			`17030300432e937e11ef4ac740e538ad36005fc4a46932fc3225d05f82aa1b36e30efaf97d90e6dffc602dcb501a59a8
			fcc49c4bf2e5f0a21c0047c2abf332540dd032e167c2955d`},
		{"server close_notify", "9f02283b6c9c07efc26bb9f2ac92e356", "cf782b88dd83549aadf1e984", 2, Alert, []byte{1, 0},
			`1703030013b58fd67166ebf599d24720cfbe7efa7a8864a9`},
	} {
		t.Run(c.name, func(t *testing.T) {
			gcm := &suite.CipherSuite{Name: "TLS_AES_128_GCM_SHA256", Cipher: suite.AES128GCM}
			s, o := newPair(t, Keys{Suite: gcm, Version: suite.TLS13, Key: unhex(t, c.key), IV: unhex(t, c.iv)})
			s.seq, o.seq = c.seq, c.seq
			want := unhex(t, c.rec)
			if got := s.Seal(nil, suite.TLS12, c.typ, c.plain, 0); !bytes.Equal(got, want) {
				t.Errorf("sealed %x, wanted %x", got, want)
			}
			typ, plain, err := o.Open(want)
			if err != nil || typ != c.typ || !bytes.Equal(plain, c.plain) {
				t.Errorf("opened %s %x, %v, wanted %s %x", typ, plain, err, c.typ, c.plain)
			}
		})
	}
}

// TestCCMVectors checks the CCM mode that we rely on: NIST SP 800-38C, examples
// 2 and 3, and RFC 3610, section 8, packet vectors 1 and 2.
func TestCCMVectors(t *testing.T) {
	for _, c := range []struct {
		name                          string
		key, nonce, data, plain, want string
		tagLen                        int
	}{
		{"SP 800-38C 2", "404142434445464748494a4b4c4d4e4f", "1011121314151617",
			"000102030405060708090a0b0c0d0e0f", "202122232425262728292a2b2c2d2e2f",
			"d2a1f0e051ea5f62081a7792073d593d1fc64fbfaccd", 6},
		{"SP 800-38C 3", "404142434445464748494a4b4c4d4e4f", "101112131415161718191a1b",
			"000102030405060708090a0b0c0d0e0f10111213", "202122232425262728292a2b2c2d2e2f3031323334353637",
			"e3b201a9f5b71a7a9b1ceaeccd97e70b6176aad9a4428aa5484392fbc1b09951", 8},
		{"RFC 3610 1", "c0c1c2c3c4c5c6c7c8c9cacbcccdcecf", "00000003020100a0a1a2a3a4a5",
			"0001020304050607", "08090a0b0c0d0e0f101112131415161718191a1b1c1d1e",
			"588c979a61c663d2f066d0c2c0f989806d5f6b61dac38417e8d12cfdf926e0", 8},
		{"RFC 3610 2", "c0c1c2c3c4c5c6c7c8c9cacbcccdcecf", "00000004030201a0a1a2a3a4a5",
			"0001020304050607", "08090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f",
			"72c91a36e135f8cf291ca894085c87e3cc15c439c9e43a3ba091d56e10400916", 8},
	} {
		t.Run(c.name, func(t *testing.T) {
			block, err := aes.NewCipher(unhex(t, c.key))
			if err != nil {
				t.Fatal(err)
			}
			nonce, data, want := unhex(t, c.nonce), unhex(t, c.data), unhex(t, c.want)
			aead, err := ccm.NewCCM(block, c.tagLen, len(nonce))
			if err != nil {
				t.Fatal(err)
			}
			if got := aead.Seal(nil, nonce, unhex(t, c.plain), data); !bytes.Equal(got, want) {
				t.Errorf("sealed %x, wanted %x", got, want)
			}
			if got, err := aead.Open(nil, nonce, want, data); err != nil || !bytes.Equal(got, unhex(t, c.plain)) {
				t.Errorf("opened %x, %v, wanted %s", got, err, c.plain)
			}
		})
	}
}

const pangram = "The quick brown fox jumps over the lazy dog\n"

// TestForeignRecords opens records that other implementations sealed, and seals
// them again to the same bytes, with the explicit IVs of the records. Only GCM's
// explicit nonces differ: they begin with a random number there and with 0 here.
// The test fails if there are no records of a cipher in a version and form that can
// be negotiated.
func TestForeignRecords(t *testing.T) {
	file, err := os.ReadFile("testdata/records.txt")
	if err != nil {
		t.Fatal(err)
	}
	ofCipher, ofMAC := map[protection]bool{}, map[suite.MAC]bool{}
	for line := range strings.Lines(string(file)) {
		if strings.HasPrefix(line, "#") {
			continue
		}
		f := strings.Fields(line)
		k := foreignKeys(t, f)
		p := k.protection()
		ofMAC[p.mac] = true
		p.mac = 0
		ofCipher[p] = true
		t.Run(k.String(), func(t *testing.T) { reopenAndReseal(t, k, f[6:]) })
	}
	for _, k := range protections() {
		p := k.protection()
		if !ofMAC[p.mac] {
			t.Errorf("testdata/records.txt has no records with the MAC of %s", k.Suite.Name)
		}
		if p.mac = 0; !ofCipher[p] {
			t.Errorf("testdata/records.txt has no records with the cipher of %s; `go test -v -run TestRecordsOfOpenSSL ./interop -records %s` prints OpenSSL's", k, k.Suite.Name)
		}
	}
}

func reopenAndReseal(t *testing.T, k Keys, records []string) {
	explicitIV := &bytes.Buffer{}
	k.Rand = explicitIV
	s, o := newPair(t, k)
	var text string
	for i, r := range records {
		rec := unhex(t, r)
		if k.Suite.IsCBC() && k.Version != suite.TLS10 {
			explicitIV.Write(rec[HeaderLen : HeaderLen+aes.BlockSize])
		}
		typ, plain, err := o.Open(unhex(t, r))
		switch {
		case err != nil:
			t.Fatalf("record %d: %v", i, err)
		case typ == ApplicationData:
			text += string(plain)
		case typ != Handshake || len(plain) != 16 || !bytes.HasPrefix(plain, []byte{20, 0, 0, 12}):
			t.Errorf("record %d: %s %x, wanted a Finished", i, typ, plain)
		}
		again := s.Seal(nil, wireVersion(k), typ, plain, 0)
		isGCM := k.Suite.Cipher == suite.AES128GCM || k.Suite.Cipher == suite.AES256GCM
		if !bytes.Equal(again, rec) && !(isGCM && k.Version == suite.TLS12) {
			t.Errorf("record %d: sealed again %x, wanted %x", i, again, rec)
		}
	}
	if text != pangram {
		t.Errorf("data %q, wanted %q", text, pangram)
	}
}

// foreignKeys reads the fields of a line of testdata/records.txt.
func foreignKeys(t *testing.T, f []string) Keys {
	t.Helper()
	version, err := strconv.ParseUint(f[1], 16, 16)
	if err != nil {
		t.Fatal(err)
	}
	secret := func(s string) []byte { return unhex(t, strings.TrimPrefix(s, "-")) }
	k := Keys{
		Suite: suite.ByName(f[0]), Version: suite.Version(version), EncryptThenMAC: f[2] == "etm",
		MAC: secret(f[3]), Key: secret(f[4]), IV: secret(f[5]),
	}
	if k.Suite == nil {
		t.Fatalf("testdata/records.txt: no suite %s", f[0])
	}
	return k
}
