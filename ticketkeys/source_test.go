package ticketkeys

import (
	"bytes"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

func TestOptions(t *testing.T) {
	secret := make([]byte, 32)
	for _, test := range []struct {
		name string
		o    Options
		ok   bool
	}{
		{"zero", Options{}, true},
		{"short", Options{Every: time.Minute, Keep: time.Hour}, true},
		{"negative Every", Options{Every: -1}, false},
		{"negative Keep", Options{Keep: -1}, false},
		{"negative Skew", Options{Skew: -1}, false},
		{"negative Poll", Options{Poll: -1}, false},
		{"parts of seconds", Options{Every: 1500 * time.Millisecond}, false},
		{"less than a second", Options{Every: 1, Keep: 1}, false},
		{"Skew above Every", Options{Every: time.Minute, Skew: time.Hour}, false},
		{"too many keys", Options{Every: time.Second}, false},
	} {
		_, err := New(test.o)
		_, err2 := FromSecret(secret, test.o)
		_, err3 := FromStore(newMemoryStore(), secret, test.o)
		for _, err := range []error{err, err2, err3} {
			if (err == nil) != test.ok {
				t.Errorf("%s: error %v", test.name, err)
			}
		}
	}
	if _, err := FromSecret(secret[:31], Options{}); err == nil {
		t.Error("a short secret is taken")
	}
	if _, err := FromStore(newMemoryStore(), secret[:31], Options{}); err == nil {
		t.Error("a short secret is taken for a store")
	}
	if _, err := FromStore(nil, secret, Options{}); err == nil {
		t.Error("no store is taken")
	}
}

func TestAloneRotates(t *testing.T) {
	source, err := New(Options{Every: time.Hour, Keep: 90 * time.Minute})
	if err != nil {
		t.Fatal(err)
	}
	first := mustKeys(t, source, morning)[0]
	for _, test := range []struct {
		after time.Duration
		keys  int
		first bool // the first key is still there
	}{
		{time.Hour - 1, 1, true},
		{time.Hour, 2, true},
		{2 * time.Hour, 3, true},
		{150*time.Minute - 1, 3, true},
		{150 * time.Minute, 2, false},
	} {
		keys := mustKeys(t, source, morning.Add(test.after))
		if len(keys) != test.keys || contains(keys, first) != test.first {
			t.Errorf("after %v: %d keys, the first there: %v", test.after, len(keys), contains(keys, first))
		}
		if sealing := bytes.Equal(keys[0], first); sealing != (test.after < time.Hour) {
			t.Errorf("after %v: the first seals: %v", test.after, sealing)
		}
	}
}

// TestAloneAfterSleep: a key that sealed until just now must open for Keep,
// however long ago it was to be replaced.
func TestAloneAfterSleep(t *testing.T) {
	source, _ := New(Options{Every: time.Hour, Keep: time.Hour})
	first := mustKeys(t, source, morning)[0]
	woken := morning.Add(100 * time.Hour)
	if keys := mustKeys(t, source, woken); len(keys) != 2 || !bytes.Equal(keys[1], first) {
		t.Fatalf("%d keys after sleep", len(keys))
	}
	if keys := mustKeys(t, source, woken.Add(time.Hour)); contains(keys, first) {
		t.Error("the first key is still there")
	}
}

// TestAloneWhenClockIsSetBack: no key may live on until the clock catches up.
func TestAloneWhenClockIsSetBack(t *testing.T) {
	source, _ := New(Options{Every: time.Hour, Keep: time.Hour})
	mustKeys(t, source, morning)
	first := mustKeys(t, source, morning)[0]
	second := mustKeys(t, source, morning.Add(time.Hour))[0]
	back := morning.Add(-1000 * time.Hour)
	keys := mustKeys(t, source, back)
	if len(keys) != 3 || contains(keys[:1], second) {
		t.Fatalf("%d keys", len(keys))
	}
	keys = mustKeys(t, source, back.Add(time.Hour))
	if contains(keys, first) || contains(keys, second) {
		t.Error("keys from before the clock was set back live on")
	}
}

// TestSecretKeys computes a key by RFC 5869, sections 2.2 and 2.3, as another
// program of the fleet would.
func TestSecretKeys(t *testing.T) {
	secret := []byte("0123456789abcdef0123456789abcdef")
	o := Options{Every: 6 * time.Hour, Keep: 6 * time.Hour, Skew: time.Minute}
	source, err := FromSecret(secret, o)
	if err != nil {
		t.Fatal(err)
	}
	now := time.Unix(6*3600*1000+10, 0)
	mac := func(key, data []byte) []byte {
		h := hmac.New(sha256.New, key)
		h.Write(data)
		return h.Sum(nil)
	}
	want := func(slot uint64) []byte {
		info := binary.BigEndian.AppendUint64([]byte("polytls ticket key v1"), 6*3600)
		info = binary.BigEndian.AppendUint64(info, slot)
		prk := mac(make([]byte, sha256.Size), secret)
		t1 := mac(prk, append(bytes.Clone(info), 1))
		t2 := mac(prk, append(append(bytes.Clone(t1), info...), 2))
		return append(t1, t2...)[:Size]
	}
	keys := mustKeys(t, source, now)
	slots := []uint64{1000, 1001, 999, 998} // 998 opens until 999 ends, and Skew
	if len(keys) != len(slots) {
		t.Fatalf("%d keys, want %d", len(keys), len(slots))
	}
	for i, slot := range slots {
		if !bytes.Equal(keys[i], want(slot)) {
			t.Errorf("key %d is not that of slot %d", i, slot)
		}
	}
	if keys := mustKeys(t, source, now.Add(50*time.Second)); len(keys) != 3 {
		t.Errorf("%d keys after the skew, want 3", len(keys))
	}
	other, _ := FromSecret(secret, Options{Every: 3 * time.Hour})
	if contains(mustKeys(t, other, now), keys[0]) {
		t.Error("another Every makes the same keys")
	}
}

func TestSlotsBefore1970(t *testing.T) {
	o := Options{Every: 10 * time.Second}
	for seconds, want := range map[int64]int64{-11: -2, -10: -1, -1: -1, 0: 0, 9: 0, 10: 1} {
		if got := o.slot(time.Unix(seconds, 0)); got != want {
			t.Errorf("at %d s: slot %d, want %d", seconds, got, want)
		}
	}
}

// TestChangeIsTheFirst: asked at the times that a source names, nobody misses a
// change.
func TestChangeIsTheFirst(t *testing.T) {
	o := Options{Every: 100 * time.Second, Keep: 130 * time.Second, Skew: 17 * time.Second}
	equal := func(a, b []int64) bool {
		if len(a) != len(b) {
			return false
		}
		for i := range a {
			if a[i] != b[i] {
				return false
			}
		}
		return true
	}
	for second := range int64(500) {
		now := time.Unix(1_000_000+second, 0)
		next := o.change(now)
		if !next.After(now) || equal(o.slots(now), o.slots(next)) {
			t.Fatalf("at %v: change at %v", now, next)
		}
		if !equal(o.slots(now), o.slots(next.Add(-1))) {
			t.Fatalf("at %v: there is a change before %v", now, next)
		}
	}
}

func TestParseFile(t *testing.T) {
	one := bytes.Repeat([]byte{0xA1}, Size)
	two := bytes.Repeat([]byte{0x5C}, Size)
	h1, h2 := hex.EncodeToString(one), strings.ToUpper(hex.EncodeToString(two))
	many := strings.Repeat(h1+"\n", maxKeys)
	for _, test := range []struct {
		name, data string
		want       [][]byte
	}{
		{"raw", string(one), [][]byte{one}},
		{"raw two", string(one) + string(two), [][]byte{one, two}},
		{"raw, hash first", "#" + string(one[1:]), [][]byte{append([]byte("#"), one[1:]...)}},
		{"text", h1, [][]byte{one}},
		{"text lines", h1 + "\n" + h2 + "\n", [][]byte{one, two}},
		{"text of Windows", "# new\r\n" + h2 + "\r\n\r\n  # old\r\n\t" + h1 + " \r\n", [][]byte{two, one}},
		{"empty", "", nil},
		{"comments", "# nothing\n\n", nil},
		{"raw short", string(one[1:]), nil},
		{"raw long", string(one) + "\xff", nil},
		{"text short", h1[1:], nil},
		{"text two on a line", h1 + h2, nil},
		{"text no hex", strings.Repeat("x", 96), nil},
		{"text then raw", h1 + "\n" + string(one), nil},
		{"most", many, slicesRepeat(one, maxKeys)},
		{"too many", many + h1, nil},
		{"too long", strings.Repeat("#\n", maxFile), nil},
	} {
		keys, err := ParseFile([]byte(test.data))
		if (err == nil) != (test.want != nil) || len(keys) != len(test.want) {
			t.Errorf("%s: %d keys, error %v; want %d keys", test.name, len(keys), err, len(test.want))
			continue
		}
		for i := range keys {
			if !bytes.Equal(keys[i], test.want[i]) {
				t.Errorf("%s: key %d is %x", test.name, i, keys[i])
			}
		}
	}
}

func slicesRepeat(key []byte, n int) (keys [][]byte) {
	for range n {
		keys = append(keys, key)
	}
	return keys
}

func TestFileIsReadAgain(t *testing.T) {
	path := filepath.Join(t.TempDir(), "keys")
	one, two := bytes.Repeat([]byte{1}, Size), bytes.Repeat([]byte{2}, Size)
	write := func(data []byte) {
		t.Helper()
		if err := os.WriteFile(path, data, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	if _, err := FromFile(path, Options{}); err == nil {
		t.Fatal("a file that is not there is taken")
	}
	write(one)
	source, err := FromFile(path, Options{})
	if err != nil {
		t.Fatal(err)
	}
	if keys := mustKeys(t, source, morning); len(keys) != 1 || !bytes.Equal(keys[0], one) {
		t.Fatalf("keys %x", keys)
	}
	write(append(bytes.Clone(two), one...))
	if keys := mustKeys(t, source, morning); len(keys) != 2 || !bytes.Equal(keys[0], two) {
		t.Fatalf("keys %x after a change", keys)
	}
	write(one[:40])
	keys, err := keysAt(t, source, morning)
	if err == nil || !strings.Contains(err.Error(), path) || len(keys) != 2 {
		t.Fatalf("%d keys and error %v from a broken file", len(keys), err)
	}
	os.Remove(path)
	if keys, err := keysAt(t, source, morning); err == nil || len(keys) != 2 {
		t.Fatalf("%d keys and error %v without a file", len(keys), err)
	}
	write(one)
	if keys := mustKeys(t, source, morning); len(keys) != 1 {
		t.Fatalf("%d keys after repair", len(keys))
	}
}

func FuzzParseFile(f *testing.F) {
	f.Add(make([]byte, Size))
	f.Add([]byte(strings.Repeat("0f", Size) + "\n# old\n"))
	f.Add([]byte("#"))
	f.Fuzz(func(t *testing.T, data []byte) {
		keys, err := ParseFile(data)
		if err != nil {
			if keys != nil {
				t.Fatal("keys beside an error")
			}
			return
		}
		if len(keys) == 0 || len(keys) > maxKeys {
			t.Fatalf("%d keys", len(keys))
		}
		var text strings.Builder
		for _, key := range keys {
			if len(key) != Size {
				t.Fatalf("a key has %d bytes", len(key))
			}
			text.WriteString(hex.EncodeToString(key) + "\n")
		}
		again, err := ParseFile([]byte(text.String()))
		if err != nil || !bytes.Equal(bytes.Join(again, nil), bytes.Join(keys, nil)) {
			t.Fatalf("written as text and read again: %v", err)
		}
	})
}
