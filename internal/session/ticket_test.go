package session

import (
	"bytes"
	"crypto/cipher"
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha256"
	"errors"
	"strings"
	"sync"
	"testing"

	"github.com/google/go-cmp/cmp"

	"polytls/failure"
	"polytls/internal/suite"
)

func TestParseTicketKeys(t *testing.T) {
	for n := range 100 {
		b := bytes.Repeat([]byte{7}, n)
		k, err := ParseTicketKeys(b)
		if n == TicketKeySize || n == LongTicketKeySize {
			if err != nil || !bytes.Equal(k.Bytes(), b) || !bytes.Equal(k.Name(), b[:16]) {
				t.Errorf("%d bytes: %v", n, err)
			}
			continue
		}
		if !errors.Is(err, failure.InvalidArgValue) {
			t.Errorf("%d bytes: %v", n, err)
		}
	}
}

func TestParseTicketKeysOwnsItsBytes(t *testing.T) {
	b := bytes.Repeat([]byte{7}, TicketKeySize)
	k, err := ParseTicketKeys(b)
	if err != nil {
		t.Fatal(err)
	}
	clear(b)
	clear(k.Bytes())
	clear(k.Name())
	if !bytes.Equal(k.Bytes(), bytes.Repeat([]byte{7}, TicketKeySize)) {
		t.Error("the key changed from outside")
	}
}

func newKey(t testing.TB) *TicketKey {
	t.Helper()
	k, err := NewTicketKey()
	if err != nil {
		t.Fatal(err)
	}
	return k
}

func seal(t testing.TB, r *Ring, s *Session) []byte {
	t.Helper()
	ticket, err := r.Seal(s)
	if err != nil {
		t.Fatal(err)
	}
	return ticket
}

func TestNewTicketKey(t *testing.T) {
	a, b := newKey(t), newKey(t)
	if len(a.Bytes()) != TicketKeySize || bytes.Equal(a.Bytes(), b.Bytes()) {
		t.Errorf("%x, then %x", a.Bytes(), b.Bytes())
	}
}

func TestSealedOpens(t *testing.T) {
	for _, size := range []int{TicketKeySize, LongTicketKeySize} {
		ring := NewRing(countingKey(t, size))
		for pad := range 33 { // every length of padding
			s := full()
			s.TicketAppData = make([]byte, 1+pad)
			ticket := seal(t, ring, s)
			got, renew, err := ring.Open(ticket)
			if err != nil || renew {
				t.Fatalf("renew %v, %v", renew, err)
			}
			s.Ticket, s.TicketLifetimeHint = nil, 0
			if diff := cmp.Diff(s, got, unexported); diff != "" {
				t.Fatal(diff)
			}
		}
	}
}

func TestSealLeavesSessionAlone(t *testing.T) {
	s := full()
	seal(t, NewRing(newKey(t)), s)
	if diff := cmp.Diff(full(), s, unexported); diff != "" {
		t.Error(diff)
	}
}

func TestSealLeavesOutOldID(t *testing.T) {
	ring := NewRing(newKey(t))
	for v := range suite.Versions() {
		s := full()
		s.Version = v
		got, _, err := ring.Open(seal(t, ring, s))
		if err != nil {
			t.Fatal(err)
		}
		if (len(got.ID) != 0) != (v == suite.TLS13) {
			t.Errorf("%v: session_id %q in the ticket", v, got.ID)
		}
	}
}

func TestTicketsDiffer(t *testing.T) {
	ring := NewRing(newKey(t))
	a, b := seal(t, ring, full()), seal(t, ring, full())
	if bytes.Equal(a[16:32], b[16:32]) || bytes.Equal(a[32:48], b[32:48]) {
		t.Error("two tickets share an IV or a block")
	}
}

// A ticket holds none of the fields that only clients use; one that was read as
// present and empty is written as empty.
func TestSealLeavesOutClientsFields(t *testing.T) {
	key := newKey(t)
	s := full()
	s.present = 1 << 10
	padded, ok := key.open(seal(t, NewRing(key), s))
	if !ok {
		t.Fatal("does not open")
	}
	der, _ := unpad(padded)
	s.Ticket, s.TicketLifetimeHint = nil, 0
	if want := s.Marshal(); !bytes.Equal(der, want) {
		t.Errorf("got  %x\nwant %x", der, want)
	}
}

// Handshakes share a ring. The state of a key is used by one handshake at a time.
func TestRingServesManyAtOnce(t *testing.T) {
	ring := NewRing(newKey(t), newKey(t))
	var all sync.WaitGroup
	for i := range 8 {
		all.Go(func() {
			s := full()
			s.ServerName = strings.Repeat("n", i)
			s.Ticket, s.TicketLifetimeHint = nil, 0
			for range 100 {
				ticket, err := ring.Seal(s)
				if err != nil {
					t.Error(err)
					return
				}
				got, _, err := ring.Open(ticket)
				if err != nil || got.ServerName != s.ServerName {
					t.Errorf("%v, %v", got, err)
					return
				}
			}
		})
	}
	all.Wait()
}

func TestSealRefuses(t *testing.T) {
	if _, err := NewRing().Seal(full()); err == nil {
		t.Error("sealed without a key")
	}
	s := full()
	s.TicketAppData = make([]byte, maxTicket)
	if _, err := NewRing(newKey(t)).Seal(s); err == nil {
		t.Error("sealed a ticket that no message holds")
	}
}

func TestSealFillsTheLongestTicket(t *testing.T) {
	ring := NewRing(newKey(t))
	s := full()
	longest, refused := 0, 0
	for n := 65000; n < maxTicket; n++ {
		s.TicketAppData = make([]byte, n)
		ticket, err := ring.Seal(s)
		if err != nil {
			refused++
			continue
		}
		longest = max(longest, len(ticket))
		if refused > 0 || !opens(ring, ticket) {
			t.Fatalf("a ticket of %d bytes after %d refusals", len(ticket), refused)
		}
	}
	if longest != maxTicket/16*16 || refused == 0 {
		t.Errorf("the longest ticket has %d bytes, %d refused", longest, refused)
	}
}

func TestRingRenews(t *testing.T) {
	old, older, newest := newKey(t), newKey(t), newKey(t)
	ring := NewRing(newest, old, older)
	for _, tt := range []struct {
		name  string
		key   *TicketKey
		renew bool
	}{{"newest", newest, false}, {"old", old, true}, {"older", older, true}} {
		s, renew, err := ring.Open(seal(t, NewRing(tt.key), full()))
		if err != nil || renew != tt.renew || s == nil {
			t.Errorf("%s: renew %v, %v", tt.name, renew, err)
		}
	}
	if ticket := seal(t, ring, full()); !bytes.HasPrefix(ticket, newest.Name()) {
		t.Error("not sealed by the newest key")
	}
	if _, _, err := ring.Open(seal(t, NewRing(newKey(t)), full())); !errors.Is(err, ErrUnusable) {
		t.Errorf("a stranger's ticket: %v", err)
	}
	if _, _, err := NewRing().Open(seal(t, ring, full())); !errors.Is(err, ErrUnusable) {
		t.Errorf("an empty ring: %v", err)
	}
}

func TestRingDoesNotChange(t *testing.T) {
	keys := []*TicketKey{newKey(t)}
	ring := NewRing(keys...)
	ticket := seal(t, ring, full())
	keys[0] = newKey(t)
	if _, _, err := ring.Open(ticket); err != nil {
		t.Error(err)
	}
}

func TestKeysMayShareAName(t *testing.T) {
	first := countingKey(t, TicketKeySize)
	b := first.Bytes()
	b[47] ^= 1
	b[20] ^= 1
	second, err := ParseTicketKeys(b)
	if err != nil {
		t.Fatal(err)
	}
	s, renew, err := NewRing(first, second).Open(seal(t, NewRing(second), full()))
	if err != nil || !renew || s.ServerName != "example.org" {
		t.Errorf("renew %v, %v", renew, err)
	}
}

// If any third of the key changes, its tickets cannot be opened, as in Node.
func TestEveryThirdOfTheKeyMatters(t *testing.T) {
	key := countingKey(t, TicketKeySize)
	ticket := seal(t, NewRing(key), full())
	for _, i := range []int{0, 15, 16, 31, 32, 47} {
		b := key.Bytes()
		b[i] ^= 0x80
		other, err := ParseTicketKeys(b)
		if err != nil {
			t.Fatal(err)
		}
		if _, _, err := NewRing(other).Open(ticket); !errors.Is(err, ErrUnusable) {
			t.Errorf("byte %d of the key changed: %v", i, err)
		}
	}
}

func TestOpenRefusesForgedTickets(t *testing.T) {
	ring := NewRing(newKey(t))
	ticket := seal(t, ring, full())
	for i := range ticket {
		forged := bytes.Clone(ticket)
		forged[i] ^= 1
		if s, _, err := ring.Open(forged); !errors.Is(err, ErrUnusable) || s != nil {
			t.Fatalf("byte %d changed: %v", i, err)
		}
	}
	for n := range ticket {
		if _, _, err := ring.Open(ticket[:n]); !errors.Is(err, ErrUnusable) {
			t.Fatalf("%d of %d bytes: %v", n, len(ticket), err)
		}
	}
	if _, _, err := ring.Open(make([]byte, 1<<17)); !errors.Is(err, ErrUnusable) {
		t.Errorf("a huge ticket: %v", err)
	}
	if ticket := seal(t, ring, full()); !opens(ring, ticket) {
		t.Error("the real one does not open")
	}
}

func opens(r *Ring, ticket []byte) bool {
	_, _, err := r.Open(ticket)
	return err == nil
}

// A ticket that the right key has sealed may still not hold a session.
func TestOpenRefusesOtherContents(t *testing.T) {
	key := newKey(t)
	der := full().Marshal()
	good := pad(bytes.Clone(der))
	for name, plain := range map[string][]byte{
		"padding of 0":        append(make([]byte, 15), 0),
		"padding of 17":       bytes.Repeat([]byte{17}, 32),
		"uneven padding":      append(bytes.Repeat([]byte{4}, 12), 1, 4, 4, 4),
		"nothing but padding": bytes.Repeat([]byte{16}, 16),
		"no session":          pad([]byte("garbage")),
		"half a session":      pad(bytes.Clone(der[:len(der)/2])),
		"more after it":       pad(append(bytes.Clone(der), 0)),
	} {
		if s, _, err := NewRing(key).Open(sealBytes(key, plain)); !errors.Is(err, ErrUnusable) || s != nil {
			t.Errorf("%s: %v, %v", name, s, err)
		}
	}
	if !opens(NewRing(key), sealBytes(key, good)) {
		t.Error("the real one does not open")
	}
}

// sealBytes seals whole blocks as they are.
func sealBytes(k *TicketKey, plain []byte) []byte {
	ticket := append(bytes.Clone(k.Name()), make([]byte, 16+len(plain))...)
	rand.Read(ticket[16:32])
	cipher.NewCBCEncrypter(k.block, ticket[16:32]).CryptBlocks(ticket[32:], plain)
	hmacKey, _ := k.halves()
	mac := hmac.New(sha256.New, hmacKey)
	mac.Write(ticket)
	return mac.Sum(ticket)
}

func FuzzRingOpen(f *testing.F) {
	key := countingKey(f, TicketKeySize)
	ring := NewRing(key, countingKey(f, LongTicketKeySize))
	for _, v := range vectors(f) {
		if v.kind == "ticket" || v.kind == "ticket80" {
			f.Add(v.bytes)
		}
	}
	f.Add(seal(f, ring, full()))
	f.Fuzz(func(t *testing.T, data []byte) {
		s, _, err := ring.Open(data)
		if (s == nil) != errors.Is(err, ErrUnusable) {
			t.Fatal(s, err)
		}
		// The same bytes behind a MAC that is right.
		whole := data[:len(data)/16*16]
		if len(whole) == 0 {
			return
		}
		s, _, err = ring.Open(sealBytes(key, whole))
		if len(whole)+64 <= maxTicket && (s == nil) != errors.Is(err, ErrUnusable) {
			t.Fatal(s, err)
		}
	})
}
