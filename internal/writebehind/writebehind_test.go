package writebehind

import (
	"bytes"
	"errors"
	"strings"
	"testing"
	"testing/synctest"
	"time"
)

func TestWritesAllInOrder(t *testing.T) {
	var file bytes.Buffer
	w := New(&file, func(err error) { t.Error(err) })
	var want strings.Builder
	for i := range 1000 {
		text := strings.Repeat(string(rune('a'+i%26)), i)
		want.WriteString(text)
		if n, err := w.Write([]byte(text)); n != i || err != nil {
			t.Fatalf("Write: %d, %v", n, err)
		}
	}
	w.Flush(time.Minute)
	if file.String() != want.String() {
		t.Error("the file has other bytes than were written")
	}
	w.Flush(time.Minute) // with nothing to wait for
}

// full is a file on a disk that is full after some writes.
type full struct {
	free int
	file bytes.Buffer
}

var errFull = errors.New("no space left on device")

func (f *full) Write(b []byte) (int, error) {
	if f.free--; f.free < 0 {
		return 0, errFull
	}
	return f.file.Write(b)
}

// TestReportsFirstFailureOnce simulates a full disk: it is reported once, and
// nothing is written after the gap.
func TestReportsFirstFailureOnce(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		disk, reported := &full{free: 1}, 0
		w := New(disk, func(err error) {
			if reported++; err != errFull {
				t.Errorf("reported %v, want %v", err, errFull)
			}
		})
		w.Write([]byte("a"))
		w.Flush(time.Minute)
		w.Write([]byte("b"))
		w.Flush(time.Minute)
		disk.free = 1
		for range 3 {
			if n, err := w.Write([]byte("c")); n != 0 || err != errFull {
				t.Errorf("Write: %d, %v; want the failure", n, err)
			}
			w.Flush(time.Minute)
		}
		synctest.Wait()
		if reported != 1 || disk.file.String() != "a" {
			t.Errorf("reported %d times, written %q", reported, disk.file.String())
		}
	})
}

// stuck is a file whose writes block until it is released.
type stuck chan struct{}

func (s stuck) Write(b []byte) (int, error) {
	<-s
	return len(b), nil
}

// TestNeverWaitsForTheFile writes to a file that blocks, up to the bound and
// beyond.
func TestNeverWaitsForTheFile(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		file, reported := make(stuck), 0
		w := New(file, func(err error) {
			if reported++; err != ErrTooSlow {
				t.Errorf("reported %v, want %v", err, ErrTooSlow)
			}
		})
		start := time.Now()
		w.Write([]byte("taken by the file"))
		synctest.Wait()
		if n, err := w.Write(make([]byte, MaxWaiting)); n != MaxWaiting || err != nil {
			t.Errorf("Write up to the bound: %d, %v", n, err)
		}
		if n, err := w.Write([]byte("x")); n != 0 || err != ErrTooSlow {
			t.Errorf("Write past the bound: %d, %v", n, err)
		}
		if waited := time.Since(start); waited != 0 {
			t.Errorf("Write waited %v", waited)
		}
		w.Flush(time.Second)
		if waited := time.Since(start); waited != time.Second {
			t.Errorf("Flush waited %v, want its limit", waited)
		}
		close(file)
		synctest.Wait()
		if reported != 1 {
			t.Errorf("reported %d times", reported)
		}
	})
}
