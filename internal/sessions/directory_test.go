package sessions

import (
	"bytes"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"polytls/internal/session"
	"polytls/internal/suite"
)

func directory(t *testing.T, limit int) *Directory {
	t.Helper()
	d, err := OpenDirectory(filepath.Join(t.TempDir(), "new", "directory"), limit)
	if err != nil {
		t.Fatal(err)
	}
	return d
}

// numbered returns a session that can be told from others.
func numbered(v suite.Version, n int) *session.Session {
	return &session.Session{
		Version: v, Suite: 0x1301, Master: bytes.Repeat([]byte{1}, 32), ID: []byte(fmt.Sprint(n)),
		Created: time.Now(), Timeout: time.Hour, VerifyResult: n,
	}
}

func put(t *testing.T, d *Directory, key string, s *session.Session) {
	t.Helper()
	if err := d.Put(key, s); err != nil {
		t.Fatal(err)
	}
}

// take returns the number of the session, 0 without one.
func take(t *testing.T, d *Directory, key string) int {
	t.Helper()
	s, err := d.Take(key)
	if err != nil {
		t.Fatal(err)
	}
	if s == nil {
		return 0
	}
	return s.VerifyResult
}

// TestDirectory: the most recent session of a key is taken, a ticket of TLS 1.3 once,
// and the oldest are dropped.
func TestDirectory(t *testing.T) {
	d := directory(t, 6)
	for n := range ticketsPerServer + 2 {
		put(t, d, "a", numbered(suite.TLS13, n+1))
	}
	put(t, d, "b", numbered(suite.TLS12, 100))
	again, err := OpenDirectory(d.path, 6) // as another process
	if err != nil {
		t.Fatal(err)
	}
	for n := ticketsPerServer + 2; n > 2; n-- {
		if got := take(t, again, "a"); got != n {
			t.Errorf("session %d, want %d", got, n)
		}
	}
	if got := take(t, d, "a"); got != 0 {
		t.Errorf("session %d, which has been dropped or taken", got)
	}
	for range 2 {
		if got := take(t, again, "b"); got != 100 {
			t.Errorf("session %d, want that of TLS 1.2 repeatedly", got)
		}
	}
	for n := range 7 {
		put(t, d, fmt.Sprint("key", n), numbered(suite.TLS12, n))
	}
	if got := take(t, d, "b"); d.Len() != 6 || got != 0 {
		t.Errorf("%d files, want 6; the oldest is session %d", d.Len(), got)
	}
}

// TestDirectoryIsPrivate: files have mode 0600, and a directory that others may read is
// refused.
func TestDirectoryIsPrivate(t *testing.T) {
	if runtime.GOOS == "windows" {
		t.Skip("access control lists in place of modes")
	}
	d := directory(t, 6)
	put(t, d, "a", numbered(suite.TLS12, 1))
	names, err := d.names("a")
	if err != nil || len(names) != 1 {
		t.Fatal(names, err)
	}
	info, err := os.Stat(filepath.Join(d.path, names[0]))
	if err != nil || info.Mode().Perm() != 0o600 {
		t.Errorf("mode %v, %v", info.Mode(), err)
	}
	for _, mode := range []os.FileMode{0o750, 0o701, 0o777} {
		if err := os.Chmod(d.path, mode); err != nil {
			t.Fatal(err)
		}
		if _, err := OpenDirectory(d.path, 6); err == nil {
			t.Errorf("a directory of mode %v", mode)
		}
	}
	file := filepath.Join(t.TempDir(), "file")
	if err := os.WriteFile(file, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := OpenDirectory(file, 6); err == nil {
		t.Error("a file in place of the directory")
	}
}

// TestDirectorySkipsWhatIsNoSession, names it in the error and removes it; other files
// stay.
func TestDirectorySkipsWhatIsNoSession(t *testing.T) {
	whole := numbered(suite.TLS12, 7).MarshalPEM()
	for what, data := range map[string][]byte{
		"empty":     nil,
		"cut off":   whole[:len(whole)/2],
		"text":      []byte("text"),
		"too large": append(slices.Clone(whole), bytes.Repeat([]byte("\n"), maxFile)...),
	} {
		d := directory(t, 10)
		put(t, d, "a", numbered(suite.TLS12, 1))
		broken := filepath.Join(d.path, "ffffffffffffffff-a-1"+sessionSuffix)
		foreign := filepath.Join(d.path, "README")
		for _, name := range []string{broken, foreign} {
			if err := os.WriteFile(name, data, 0o600); err != nil {
				t.Fatal(err)
			}
		}
		s, err := d.Take("a")
		if s == nil || s.VerifyResult != 1 || err == nil || !strings.Contains(err.Error(), broken) {
			t.Errorf("%s: %v, %v", what, s, err)
		}
		if _, err := os.Stat(broken); !errors.Is(err, os.ErrNotExist) {
			t.Errorf("%s: the file is still there: %v", what, err)
		}
		if _, err := os.Stat(foreign); err != nil {
			t.Errorf("%s: another file: %v", what, err)
		}
		if take(t, d, "a") != 1 {
			t.Errorf("%s: the error is told twice", what)
		}
	}
}

// TestDirectoryForgetsUnfinishedFiles of processes that have ended.
func TestDirectoryForgetsUnfinishedFiles(t *testing.T) {
	d := directory(t, 10)
	recent, old := filepath.Join(d.path, "1"+unfinished), filepath.Join(d.path, "2"+unfinished)
	for _, name := range []string{recent, old} {
		if err := os.WriteFile(name, nil, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	long := time.Now().Add(-2 * unfinishedAge)
	if err := os.Chtimes(old, long, long); err != nil {
		t.Fatal(err)
	}
	put(t, d, "a", numbered(suite.TLS12, 1))
	if _, err := os.Stat(recent); err != nil {
		t.Error(err)
	}
	if _, err := os.Stat(old); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("the file is still there: %v", err)
	}
}

// TestDirectoryErrors are those of the system.
func TestDirectoryErrors(t *testing.T) {
	d := directory(t, 10)
	huge := numbered(suite.TLS13, 1)
	huge.Ticket = make([]byte, maxFile)
	if d.Put("a", huge) == nil || d.Len() != 0 {
		t.Error("a session of any size is stored")
	}
	if err := os.Remove(d.path); err != nil {
		t.Fatal(err)
	}
	if err := d.Put("a", numbered(suite.TLS12, 1)); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("Put: %v", err)
	}
	if s, err := d.Take("a"); s != nil || !errors.Is(err, os.ErrNotExist) {
		t.Errorf("Take: %v, %v", s, err)
	}
}

// TestDirectoryOfSeveral: of several that take at once, each ticket has one.
func TestDirectoryOfSeveral(t *testing.T) {
	const writers, tickets = 4, ticketsPerServer
	d := directory(t, 1000)
	taken := make([]int, writers*tickets)
	var mu sync.Mutex
	var wg sync.WaitGroup
	for w := range writers {
		own, err := OpenDirectory(d.path, 1000)
		if err != nil {
			t.Fatal(err)
		}
		wg.Go(func() {
			for n := range tickets {
				if err := own.Put(fmt.Sprint("key", w), numbered(suite.TLS13, w*tickets+n)); err != nil {
					t.Error(err)
				}
			}
			for key := range writers {
				for {
					s, err := own.Take(fmt.Sprint("key", key))
					if err != nil {
						t.Error(err)
					}
					if s == nil {
						break
					}
					mu.Lock()
					taken[s.VerifyResult]++
					mu.Unlock()
				}
			}
		})
	}
	wg.Wait()
	for w := range writers { // what was put after all others had looked
		for n := take(t, d, fmt.Sprint("key", w)); n != 0; n = take(t, d, fmt.Sprint("key", w)) {
			taken[n]++
		}
	}
	for n, times := range taken {
		if n > 0 && times != 1 {
			t.Errorf("ticket %d was taken %d times", n, times)
		}
	}
}
