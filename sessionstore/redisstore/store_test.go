package redisstore

import (
	"bytes"
	"context"
	"crypto/aes"
	"crypto/cipher"
	"crypto/hkdf"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"log/slog"
	"os/exec"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/redis/go-redis/v9"

	"polytls/internal/peertest"
	"polytls/ticketkeys"
)

var (
	_ ticketkeys.Store  = (*KeyStore)(nil)
	_ ticketkeys.Server = (*Store)(nil)
)

// der begins as every session does.
var der = []byte("\x30\x82 a session with its master secret")

var (
	id1 = bytes.Repeat([]byte{1}, 32)
	id2 = bytes.Repeat([]byte{2}, 32)
)

// mustHold demands a session, or none if want is nil.
func mustHold(t *testing.T, s *Store, id, want []byte) {
	t.Helper()
	got, err := s.Get(ctx, id)
	if err != nil {
		t.Fatalf("Get: error %v", err)
	}
	if !bytes.Equal(got, want) || (got == nil) != (want == nil) {
		t.Fatalf("session %x: got %q, want %q", id, got, want)
	}
}

func mustTake(t *testing.T, s *Store, id, want []byte) {
	t.Helper()
	got, err := s.Take(ctx, id)
	if err != nil {
		t.Fatalf("Take: error %v", err)
	}
	if !bytes.Equal(got, want) || (got == nil) != (want == nil) {
		t.Fatalf("session %x: took %q, want %q", id, got, want)
	}
}

func mustPut(t *testing.T, s *Store, id, session []byte) {
	t.Helper()
	if err := s.Put(ctx, id, session, time.Hour); err != nil {
		t.Fatalf("Put: error %v", err)
	}
}

func TestStoreOnAllDeployments(t *testing.T) {
	peertest.Path(t, "redis")
	for _, name := range programs {
		path, err := exec.LookPath(name)
		if err != nil {
			continue
		}
		for _, d := range deployments {
			t.Run(name+"/"+d.name, func(t *testing.T) {
				s := d.start(t, path)
				mustHold(t, s, id1, nil)
				mustTake(t, s, id1, nil)
				mustPut(t, s, id1, der)
				mustPut(t, s, id2, []byte("\x30 other"))
				mustHold(t, s, id1, der)
				mustPut(t, s, id1, []byte("\x30 anew"))
				mustTake(t, s, id1, []byte("\x30 anew"))
				mustTake(t, s, id1, nil)
				mustHold(t, s, id2, []byte("\x30 other"))
				for range 2 {
					if err := s.Delete(ctx, id2); err != nil {
						t.Fatal(err)
					}
				}
				mustHold(t, s, id2, nil)
				if created, err := s.KeyStore().Create(ctx, "1", []byte("x"), time.Hour); !created || err != nil {
					t.Fatalf("KeyStore: created %v, error %v", created, err)
				}
			})
		}
	}
}

// TestValuesAreSealed opens a value as the package's description says.
func TestValuesAreSealed(t *testing.T) {
	server := newServer(t)
	s := mustOpen(t, server.URL(), patient())
	mustPut(t, s, id1, der)
	place := "polytls:" + hex.EncodeToString(id1)
	value, err := server.client().Get(ctx, place).Bytes()
	if err != nil {
		t.Fatal(err)
	}
	if bytes.Contains(value, der[4:]) || len(value) != 37+len(der) || value[0] != 1 {
		t.Fatalf("value %q", value)
	}
	secret, err := hkdf.Key(sha256.New, keyA, nil, "polytls session store v1", 40)
	if err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(value[1:9], secret[32:]) {
		t.Error("the key's id is another one")
	}
	block, _ := aes.NewCipher(secret[:32])
	aead, _ := cipher.NewGCM(block)
	got, err := aead.Open(nil, value[9:21], value[21:], append(bytes.Clone(value[:9]), place...))
	if err != nil || !bytes.Equal(got, der) {
		t.Fatalf("opened %q, error %v", got, err)
	}
	mustPut(t, s, id1, der)
	again, _ := server.client().Get(ctx, place).Bytes()
	if bytes.Equal(again[9:21], value[9:21]) {
		t.Error("a nonce is used twice")
	}
}

func TestForeignValuesAreMisses(t *testing.T) {
	server := newServer(t)
	var rejected atomic.Int32
	o := patient()
	o.Metrics.Call = func(op Op, outcome Outcome, _ time.Duration) {
		if op == Get && outcome == Rejected {
			rejected.Add(1)
		}
	}
	s := mustOpen(t, server.URL(), o)
	o.Prefix = "other:"
	other := mustOpen(t, server.URL(), o)
	mustPut(t, s, id1, der)
	c := server.client()
	good, err := c.Get(ctx, s.key(id1)).Bytes()
	if err != nil {
		t.Fatal(err)
	}
	plant := func(store *Store, id []byte, value any) {
		t.Helper()
		if err := c.Set(ctx, store.key(id), value, 0).Err(); err != nil {
			t.Fatal(err)
		}
	}
	for i := range good {
		plant(s, id1, good[:i])
		mustHold(t, s, id1, nil)
		forged := bytes.Clone(good)
		forged[i] ^= 0x80
		plant(s, id1, forged)
		mustHold(t, s, id1, nil)
	}
	for name, value := range map[string][]byte{
		"longer": append(bytes.Clone(good), 0), "plain": der, "text": []byte("hello"),
		"huge": make([]byte, maxSession+overhead+1),
	} {
		plant(s, id1, value)
		if got, _ := s.Get(ctx, id1); got != nil {
			t.Errorf("%s: got %q", name, got)
		}
	}
	want := int32(2*len(good) + 4)
	if rejected.Load() != want {
		t.Errorf("%d values were rejected, want %d", rejected.Load(), want)
	}
	// A value that is good elsewhere.
	plant(s, id2, good)
	mustHold(t, s, id2, nil)
	plant(other, id1, good)
	mustHold(t, other, id1, nil)
	// A key that holds no string: Redis returns an error.
	c.Del(ctx, s.key(id1))
	c.LPush(ctx, s.key(id1), "x")
	mustHold(t, s, id1, nil)
	plant(s, id1, good)
	mustHold(t, s, id1, der)
}

func TestKeysRotate(t *testing.T) {
	server := newServer(t)
	s := mustOpen(t, server.URL(), Options{Deadline: time.Minute, Log: silence})
	mustPut(t, s, id1, der) // without keys nothing is kept
	if n := server.client().DBSize(ctx).Val(); n != 0 {
		t.Fatalf("%d values are stored without a key", n)
	}
	set := func(keys ...[]byte) {
		t.Helper()
		if err := s.SetTicketKeys(keys...); err != nil {
			t.Fatal(err)
		}
	}
	mustHold(t, s, id1, nil)
	set(keyA)
	mustPut(t, s, id1, der)
	set(keyB, keyA)
	mustHold(t, s, id1, der)
	mustPut(t, s, id2, der)
	set(keyB)
	mustHold(t, s, id1, nil)
	mustHold(t, s, id2, der)
	for _, keys := range [][][]byte{nil, {keyA[:47]}, {keyA, append(keyB, 'B')}} {
		if err := s.SetTicketKeys(keys...); err == nil {
			t.Errorf("keys %q are taken", keys)
		}
	}
	mustHold(t, s, id2, der)
}

func TestPlainDER(t *testing.T) {
	server := newServer(t)
	o := patient()
	sealed := mustOpen(t, server.URL(), o)
	o.PlainDER, o.Prefix, o.TicketKeys = true, "node:", nil
	s := mustOpen(t, server.URL(), o)
	mustPut(t, s, id1, der)
	c := server.client()
	name := "node:" + hex.EncodeToString(id1)
	if got := c.Get(ctx, name).Val(); got != string(der) {
		t.Fatalf("%s holds %q", name, got)
	}
	mustHold(t, s, id1, der)
	mustPut(t, sealed, id1, der)
	c.Copy(ctx, sealed.key(id1), name, 0, true)
	mustHold(t, s, id1, nil)
	c.Set(ctx, name, "", 0)
	mustHold(t, s, id1, nil)
	if err := s.SetTicketKeys(); err != nil {
		t.Errorf("SetTicketKeys: error %v", err)
	}
}

func TestTTL(t *testing.T) {
	server := newServer(t)
	s := mustOpen(t, server.URL(), patient())
	c := server.client()
	s.Put(ctx, id1, der, 90*time.Minute)
	if ttl := c.PTTL(ctx, s.key(id1)).Val(); ttl <= time.Hour || ttl > 90*time.Minute {
		t.Errorf("%v are left of 90 minutes", ttl)
	}
	for _, ttl := range []time.Duration{0, -time.Hour} {
		s.Put(ctx, id2, der, ttl)
		mustHold(t, s, id2, nil)
	}
	s.Put(ctx, id2, der, time.Nanosecond)
	if ttl := c.PTTL(ctx, s.key(id2)).Val(); ttl > time.Millisecond || ttl == -1 { // -1: for ever
		t.Errorf("%v are left of a nanosecond", ttl)
	}
	if err := c.PExpireAt(ctx, s.key(id1), time.Now().Add(-time.Hour)).Err(); err != nil {
		t.Fatal(err)
	}
	mustHold(t, s, id1, nil)
}

func TestRefusesWhatIsNoSession(t *testing.T) {
	server := newServer(t)
	s := mustOpen(t, server.URL(), patient())
	mustPut(t, s, nil, der)
	mustPut(t, s, make([]byte, 33), der)
	mustPut(t, s, id1, make([]byte, maxSession+1))
	if n := server.client().DBSize(ctx).Val(); n != 0 {
		t.Errorf("%d values are stored", n)
	}
	mustTake(t, s, nil, nil)
	mustHold(t, s, make([]byte, 33), nil)
	if err := s.Delete(ctx, nil); err != nil {
		t.Error(err)
	}
	largest := bytes.Repeat([]byte{0x30}, maxSession)
	mustPut(t, s, id1, largest)
	mustHold(t, s, id1, largest)
}

// TestTakeIsAtomic: of eight servers one gets the session.
func TestTakeIsAtomic(t *testing.T) {
	server := newServer(t)
	const ids, servers = 25, 8
	var taken [ids]atomic.Int32
	var group sync.WaitGroup
	first := mustOpen(t, server.URL(), patient())
	for i := range ids {
		mustPut(t, first, []byte{byte(i + 1)}, der)
	}
	for range servers {
		s := mustOpen(t, server.URL(), patient())
		group.Go(func() {
			for i := range ids {
				if got, _ := s.Take(ctx, []byte{byte(i + 1)}); got != nil {
					taken[i].Add(1)
				}
			}
		})
	}
	group.Wait()
	for i := range taken {
		if n := taken[i].Load(); n != 1 {
			t.Errorf("session %d was taken %d times", i, n)
		}
	}
}

func TestOptions(t *testing.T) {
	client := redis.NewClient(&redis.Options{})
	defer client.Close()
	for name, o := range map[string]Options{
		"Deadline": {Deadline: -1}, "Failures": {Failures: -1}, "Pause": {Pause: -1},
		"TicketKeys": {TicketKeys: [][]byte{keyA[:16]}},
	} {
		if _, err := New(client, o); err == nil {
			t.Errorf("%s: is taken", name)
		}
		if _, err := Open("redis://localhost", o); err == nil {
			t.Errorf("%s: is taken with a URL", name)
		}
	}
	if _, err := New(nil, Options{}); err == nil {
		t.Error("no client is taken")
	}
	for _, url := range []string{
		"", "localhost:6379", "http://secret@host", "redis+ring://secret@host", "unix://",
		"redis://user:secret@host:port", "redis://user:secret@host/db", "redis://:secret@host?wrong=1",
		"redis+sentinel://secret@host", "redis+cluster://secret@host?wrong=1", "redis://user:secret@ho st",
	} {
		_, err := Open(url, Options{})
		if err == nil {
			t.Errorf("%q is taken", url)
		} else if strings.Contains(err.Error(), "secret") {
			t.Errorf("%q: the error holds a password: %v", url, err)
		}
	}
}

func TestLogIsThrottledAndKeepsSecrets(t *testing.T) {
	var text strings.Builder
	log := throttle{logger: slog.New(slog.NewTextHandler(&text, nil))}
	now := time.Unix(1_700_000_000, 0)
	for range 100 {
		log.warn(now, Get, errDeadline)
	}
	log.warn(now.Add(logEvery-1), Get, errDeadline)
	log.warn(now.Add(logEvery), Take, errDeadline)
	lines := strings.Split(strings.TrimSpace(text.String()), "\n")
	if len(lines) != 2 || !strings.Contains(lines[1], "op=take") || !strings.Contains(lines[1], "dropped=100") {
		t.Errorf("log:\n%s", &text)
	}
}

func TestKeyStoreCreatesOnce(t *testing.T) {
	server := newServer(t)
	var created atomic.Int32
	var group sync.WaitGroup
	for range 8 {
		group.Go(func() {
			k := NewKeyStore(server.client(), "")
			ok, err := k.Create(ctx, "1", []byte("value"), time.Hour)
			if err != nil {
				t.Error(err)
			}
			if ok {
				created.Add(1)
			}
		})
	}
	group.Wait()
	if created.Load() != 1 {
		t.Errorf("created %d times", created.Load())
	}
	k := NewKeyStore(server.client(), "")
	if got, err := k.Get(ctx, "1"); string(got) != "value" || err != nil {
		t.Errorf("got %q, error %v", got, err)
	}
	if got, err := k.Get(ctx, "2"); got != nil || err != nil {
		t.Errorf("got %q, error %v", got, err)
	}
	if ttl := server.client().PTTL(ctx, "polytls:ticketkey:1").Val(); ttl <= 0 || ttl > time.Hour {
		t.Errorf("%v are left of an hour", ttl)
	}
	server.Kill()
	if _, err := k.Get(ctx, "1"); err == nil {
		t.Error("Get: no error from a dead server")
	}
	if ok, err := k.Create(ctx, "3", nil, time.Hour); ok || err == nil {
		t.Errorf("Create: %v, error %v from a dead server", ok, err)
	}
}

// TestFleetSharesKeysAndSessions: servers that have nothing in common but Redis
// and a secret resume each other's sessions.
func TestFleetSharesKeysAndSessions(t *testing.T) {
	server := newServer(t)
	secret := bytes.Repeat([]byte{9}, 32)
	var fleet []*Store
	for range 3 {
		s := mustOpen(t, server.URL(), Options{Deadline: time.Minute, Log: silence})
		source, err := ticketkeys.FromStore(s.KeyStore(), secret, ticketkeys.Options{})
		if err != nil {
			t.Fatal(err)
		}
		rotation := &ticketkeys.Rotation{Source: source}
		if _, err := rotation.Step(ctx, s); err != nil {
			t.Fatal(err)
		}
		fleet = append(fleet, s)
	}
	mustPut(t, fleet[0], id1, der)
	mustHold(t, fleet[1], id1, der)
	mustTake(t, fleet[2], id1, der)
	mustHold(t, fleet[0], id1, nil)
	c := server.client()
	for _, key := range c.Keys(ctx, "polytls:ticketkey:*").Val() {
		if n := len(c.Get(ctx, key).Val()); n != 12+48+16 {
			t.Errorf("%s: %d bytes", key, n)
		}
	}
}

func FuzzOpen(f *testing.F) {
	client := redis.NewClient(&redis.Options{})
	defer client.Close()
	s, err := New(client, Options{TicketKeys: [][]byte{keyA, keyB}, Log: silence})
	if err != nil {
		f.Fatal(err)
	}
	plain, err := New(client, Options{PlainDER: true, Log: silence})
	if err != nil {
		f.Fatal(err)
	}
	place := s.key(id1)
	// Sealed by hand: each of the fuzzer's processes must make the same value.
	key := (*s.keys.list.Load())[0]
	good := append([]byte{version}, key.id[:]...)
	nonce := make([]byte, nonceSize)
	good = key.aead.Seal(append(good, nonce...), nonce, der, associated(good, place))
	if !bytes.Equal(s.open(place, good), der) {
		f.Fatal("the good value does not open")
	}
	f.Add(good)
	f.Add(good[:overhead])
	f.Add(good[:headerSize])
	f.Add(der)
	f.Add([]byte{})
	f.Fuzz(func(t *testing.T, value []byte) {
		if session := s.open(place, value); session != nil && !bytes.Equal(value, good) {
			t.Fatalf("%x opens as %q", value, session)
		}
		if session := plain.open(place, value); session != nil && (session[0] != 0x30 || !bytes.Equal(session, value)) {
			t.Fatalf("%x reads as %x", value, session)
		}
	})
}

func TestCloseLeavesForeignClients(t *testing.T) {
	server := newServer(t)
	client := server.client()
	s, err := New(client, patient())
	if err != nil {
		t.Fatal(err)
	}
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	if err := client.Ping(context.Background()).Err(); err != nil {
		t.Errorf("the client is closed: %v", err)
	}
	own := mustOpen(t, server.URL(), patient())
	own.Close()
	if _, err := own.client.Get(ctx, "x").Result(); !errors.Is(err, redis.ErrClosed) {
		t.Errorf("the store's own client: error %v", err)
	}
}
