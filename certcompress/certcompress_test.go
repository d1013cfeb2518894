package certcompress_test

import (
	"bytes"
	"runtime"
	"slices"
	"strings"
	"testing"

	klauspost "github.com/klauspost/compress/zstd"

	"polytls/certcompress"
	"polytls/certcompress/brotli"
	"polytls/certcompress/zstd"
)

var algorithms = []*certcompress.Algorithm{certcompress.Zlib, brotli.Algorithm, zstd.Algorithm}

// body looks like a chain: what repeats, and what does not.
func body() []byte {
	b := []byte(strings.Repeat("http://crl.example/ca.crl ", 40))
	for i := range 600 {
		b = append(b, byte(i*i*7919>>3))
	}
	return b
}

func TestEveryAlgorithmReadsItself(t *testing.T) {
	for _, a := range algorithms {
		for _, want := range [][]byte{body(), {}, bytes.Repeat([]byte{7}, 128<<10)} {
			short, err := a.Compress(want)
			if err != nil {
				t.Fatalf("%s: %v", a.Name, err)
			}
			if got, err := a.Decompress(short, len(want)); err != nil || !bytes.Equal(got, want) {
				t.Errorf("%s: %d bytes came back as %d: %v", a.Name, len(want), len(got), err)
			}
			if len(want) > 100 && len(short) > len(want)*3/4 {
				t.Errorf("%s: %d bytes became %d", a.Name, len(want), len(short))
			}
		}
	}
}

func TestRefusesOtherLengths(t *testing.T) {
	want := body()
	for _, a := range algorithms {
		short, err := a.Compress(want)
		if err != nil {
			t.Fatal(err)
		}
		for name, tt := range map[string]struct {
			compressed []byte
			size       int
		}{
			"one byte fewer":  {short, len(want) - 1},
			"one byte more":   {short, len(want) + 1},
			"nothing":         {nil, len(want)},
			"nothing of none": {nil, 0},
			"more after it":   {slices.Concat(short, []byte("\x00")), len(want)},
		} {
			if a == zstd.Algorithm && name == "nothing of none" {
				continue // frames may follow each other, so that none is a sequence, too
			}
			if got, err := a.Decompress(tt.compressed, tt.size); err == nil {
				t.Errorf("%s: %s: %d bytes and no error", a.Name, name, len(got))
			}
		}
		for n := range short {
			if _, err := a.Decompress(short[:n], len(want)); err == nil {
				t.Errorf("%s: no error after %d of %d bytes", a.Name, n, len(short))
			}
		}
	}
}

// TestBombsAllocateLittle: neither what a message expands to nor what it announces
// inside takes memory or time.
func TestBombsAllocateLittle(t *testing.T) {
	const size = 128 << 10 // the most that a message may announce
	large := bytes.Repeat([]byte{0}, 16<<20)
	for _, a := range []*certcompress.Algorithm{certcompress.Zlib, brotli.Algorithm} {
		bomb, err := a.Compress(large)
		if err != nil {
			t.Fatal(err)
		}
		refusesCheaply(t, a, "16 MiB of zeros", bomb, size)
	}
	for name, bomb := range map[string][]byte{
		"a window of 16 MiB":            {0x0F, 0xFF, 0xFF, 0xFF, 0xFF},
		"a window of 8 MiB":             {0x0D, 0xFF, 0xFF, 0xFF, 0xFF},
		"a window of more than 16 MiB":  {0x11, 0x1E, 0xFF, 0xFF, 0xFF},
		"a block of 16 MiB, compressed": {0x0B, 0xFE, 0xFF, 0xFF, 0x0F, 0, 0, 0, 0},
		"a block of 16 MiB, stored":     {0x0B, 0xFC, 0xFF, 0xFF, 0x1F, 0, 0, 0, 0},
	} {
		refusesCheaply(t, brotli.Algorithm, name, bomb, size)
	}
	for name, window := range map[string]int{"16 MiB of zeros": 1 << 20, "a window of 8 MiB": 8 << 20} {
		w, err := klauspost.NewWriter(nil, klauspost.WithWindowSize(window), klauspost.WithSingleSegment(false))
		if err != nil {
			t.Fatal(err)
		}
		refusesCheaply(t, zstd.Algorithm, name, w.EncodeAll(large, nil), size)
		w.Close()
	}
}

// refusesCheaply bounds what it allocates to refuse compressed.
func refusesCheaply(t *testing.T, a *certcompress.Algorithm, name string, compressed []byte, size int) {
	t.Helper()
	const most = 10 << 20 // bytes; zstd's reader has two windows of 1 MiB, brotli's one of 4 MiB
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	_, err := a.Decompress(compressed, size)
	runtime.ReadMemStats(&after)
	if err == nil {
		t.Errorf("%s: %s: no error", a.Name, name)
	}
	if n := after.TotalAlloc - before.TotalAlloc; n > most {
		t.Errorf("%s: %s: %d bytes were allocated, at most %d are allowed: %v", a.Name, name, n, most, err)
	} else {
		t.Logf("%s: %s: %d KiB: %v", a.Name, name, n>>10, err)
	}
}

func FuzzDecompress(f *testing.F) {
	for i, a := range algorithms {
		short, err := a.Compress(body())
		if err != nil {
			f.Fatal(err)
		}
		f.Add(uint8(i), short, uint32(len(body())))
	}
	f.Fuzz(func(t *testing.T, i uint8, compressed []byte, size uint32) {
		a, most := algorithms[int(i)%len(algorithms)], int(size%(128<<10+1))
		got, err := a.Decompress(compressed, most)
		if err == nil && len(got) != most {
			t.Errorf("%s: %d bytes, want %d", a.Name, len(got), most)
		}
	})
}
