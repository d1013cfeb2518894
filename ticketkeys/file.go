package ticketkeys

import (
	"bytes"
	"context"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"os"
	"slices"
	"sync"
	"time"
)

// FromFile returns the keys in a file, which is read again at each Poll. To
// rotate, give all servers a file with the new key in second place, then one
// with it in first place, and drop old keys when Keep is over; replace the file
// by renaming another over it. While the file cannot be read or parsed, the
// last keys stay in use; the first time it is an error.
// [ParseFile] says what is in it.
func FromFile(path string, o Options) (Source, error) {
	if err := o.complete(); err != nil {
		return nil, err
	}
	f := &file{path: path, poll: o.Poll}
	keys, err := f.read()
	if err != nil {
		return nil, err
	}
	f.keys = keys
	return f, nil
}

// file has the keys that were read last.
type file struct {
	path string
	poll time.Duration

	mu   sync.Mutex
	keys [][]byte
}

// Keys implements [Source]. Its errors are those of the file.
func (f *file) Keys(_ context.Context, now time.Time) ([][]byte, time.Time, error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	keys, err := f.read()
	if err == nil {
		f.keys = keys
	}
	return f.keys, now.Add(f.poll), err
}

func (f *file) read() ([][]byte, error) {
	in, err := os.Open(f.path)
	if err != nil {
		return nil, fmt.Errorf("ticketkeys: %w", err)
	}
	defer in.Close()
	data, err := io.ReadAll(io.LimitReader(in, maxFile+1))
	if err != nil {
		return nil, fmt.Errorf("ticketkeys: %w", err)
	}
	keys, err := ParseFile(data)
	if err != nil {
		return nil, fmt.Errorf("%w: %s", err, f.path)
	}
	return keys, nil
}

// maxFile is the length of the longest file in bytes: room for maxKeys in
// hexadecimal and as much for comments.
const maxFile = 4 * Size * maxKeys

// ParseFile reads keys, the one that seals first: either 48 bytes each and
// nothing else, as crypto.randomBytes(48) and `openssl rand 48` make them; or
// ASCII text, with 96 hexadecimal digits on a line (`openssl rand -hex 48`),
// where blank lines and those that begin with # do not count.
func ParseFile(data []byte) (keys [][]byte, err error) {
	switch {
	case len(data) > maxFile:
		return nil, fmt.Errorf("ticketkeys: file: has more than %d bytes", maxFile)
	case isText(data):
		keys, err = parseText(data)
	case len(data)%Size == 0:
		keys = slices.Collect(slices.Chunk(data, Size))
	default:
		err = fmt.Errorf("ticketkeys: file: is no text and has %d bytes, want a multiple of %d", len(data), Size)
	}
	switch {
	case err != nil:
		return nil, err
	case len(keys) == 0:
		return nil, errors.New("ticketkeys: file: no key is there")
	case len(keys) > maxKeys:
		return nil, fmt.Errorf("ticketkeys: file: has %d keys, want at most %d", len(keys), maxKeys)
	}
	return keys, nil
}

// isText reports whether data is printable ASCII. Random keys never are: the
// chance is 10^-20.
func isText(data []byte) bool {
	for _, b := range data {
		if b >= 0x7f || b < ' ' && b != '\n' && b != '\r' && b != '\t' {
			return false
		}
	}
	return true
}

func parseText(data []byte) (keys [][]byte, err error) {
	number := 0
	for line := range bytes.Lines(data) {
		number++
		line = bytes.TrimSpace(line)
		if len(line) == 0 || line[0] == '#' {
			continue
		}
		key := make([]byte, hex.DecodedLen(len(line)))
		if len(line) != hex.EncodedLen(Size) {
			return nil, fmt.Errorf("ticketkeys: file: line %d has %d characters, want %d hexadecimal digits", number, len(line), hex.EncodedLen(Size))
		}
		if _, err := hex.Decode(key, line); err != nil {
			return nil, fmt.Errorf("ticketkeys: file: line %d is not hexadecimal", number)
		}
		keys = append(keys, key)
	}
	return keys, nil
}
