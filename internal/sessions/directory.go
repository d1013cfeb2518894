package sessions

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"time"

	"polytls/internal/session"
	"polytls/internal/suite"
)

// Directory stores the sessions of clients as files, one for each session, for later
// processes and for several at once. A file has the session in PEM, with mode 0600, and
// the certificates that its peer sent; openssl s_client -sess_in reads it. It appears
// under its name as a whole: it is written under another one and renamed. Removing a
// file takes it: of several processes one succeeds.
type Directory struct {
	path  string
	limit int // files
}

const (
	sessionSuffix = ".pem"
	unfinished    = ".tmp"
	// maxFile is the size in bytes of the largest file: a ticket has up to 64 KiB, and
	// so have chains with large keys.
	maxFile = 256 << 10
	// unfinishedAge is when a file that was not renamed counts as left by a process
	// that has ended.
	unfinishedAge = time.Hour
)

// OpenDirectory makes the directory if there is none. One that others may read or write
// is an error: sessions are secrets, and who writes one chooses the keys of a connection.
func OpenDirectory(path string, limit int) (*Directory, error) {
	if err := os.MkdirAll(path, 0o700); err != nil {
		return nil, err
	}
	info, err := os.Stat(path)
	switch {
	case err != nil:
		return nil, err
	case !info.IsDir():
		return nil, &fs.PathError{Op: "open", Path: path, Err: errors.New("not a directory")}
	case runtime.GOOS != "windows" && info.Mode().Perm()&0o077 != 0:
		return nil, fmt.Errorf("%s has mode %#o, want 0700", path, info.Mode().Perm())
	}
	return &Directory{path, limit}, nil
}

// Put stores a session under a key, which is part of a file name, and drops the oldest
// files beyond ticketsPerServer of the key and beyond the limit.
func (d *Directory) Put(key string, s *session.Session) error {
	data := s.MarshalPEM()
	if len(data) > maxFile {
		return fmt.Errorf("a session of %d bytes, at most %d are stored", len(data), maxFile)
	}
	f, err := os.CreateTemp(d.path, "*"+unfinished) // with mode 0600
	if err != nil {
		return err
	}
	_, err = f.Write(data)
	err = errors.Join(err, f.Close())
	if err == nil {
		unique := strings.TrimSuffix(filepath.Base(f.Name()), unfinished)
		name := fmt.Sprintf("%016x-%s-%s%s", time.Now().UnixNano(), key, unique, sessionSuffix)
		err = os.Rename(f.Name(), filepath.Join(d.path, name))
	}
	if err != nil {
		return errors.Join(err, os.Remove(f.Name()))
	}
	return d.prune(key)
}

// prune removes the oldest files.
func (d *Directory) prune(key string) error {
	all, err := d.names("")
	if err != nil {
		return err
	}
	own := slices.DeleteFunc(slices.Clone(all), func(name string) bool { return keyOf(name) != key })
	surplus := slices.Concat(own[:max(0, len(own)-ticketsPerServer)], all[:max(0, len(all)-d.limit)])
	for _, name := range surplus {
		if _, failed := d.remove(name); failed != nil {
			err = failed
		}
	}
	return err
}

// Take returns the most recent session of a key, nil without one, and removes it if it
// may be used only once. It skips and removes files that hold no session; its error
// names them, and may come with a session.
func (d *Directory) Take(key string) (*session.Session, error) {
	names, err := d.names(key)
	for _, name := range slices.Backward(names) {
		s, failed := d.read(name)
		if errors.Is(failed, fs.ErrNotExist) {
			continue // another process has taken it
		}
		mine := true
		if failed != nil || s.Version >= suite.TLS13 {
			var unremoved error
			mine, unremoved = d.remove(name)
			failed = errors.Join(failed, unremoved)
		}
		if failed != nil {
			err = errors.Join(err, failed)
		} else if mine {
			return s, err
		}
	}
	return nil, err
}

// Len returns the number of files.
func (d *Directory) Len() int {
	names, _ := d.names("")
	return len(names)
}

// names lists the files of a key, "" for all, the oldest first. It removes files that
// a process has left unfinished.
func (d *Directory) names(key string) (names []string, err error) {
	entries, err := os.ReadDir(d.path) // sorted by name, which begins with the time
	for _, e := range entries {
		name := e.Name()
		switch {
		case !e.Type().IsRegular():
		case strings.HasSuffix(name, unfinished):
			if info, err := e.Info(); err == nil && time.Since(info.ModTime()) > unfinishedAge {
				_, _ = d.remove(name)
			}
		case keyOf(name) != "" && (key == "" || key == keyOf(name)):
			names = append(names, name)
		}
	}
	return names, err
}

// keyOf returns the key in a file's name, "" if it is not one of ours.
func keyOf(name string) string {
	parts := strings.Split(strings.TrimSuffix(name, sessionSuffix), "-")
	if len(parts) != 3 || !strings.HasSuffix(name, sessionSuffix) {
		return ""
	}
	return parts[1]
}

func (d *Directory) read(name string) (*session.Session, error) {
	f, err := os.Open(filepath.Join(d.path, name))
	if err != nil {
		return nil, err
	}
	defer f.Close()
	data, err := io.ReadAll(io.LimitReader(f, maxFile+1))
	if err != nil {
		return nil, err
	}
	s, err := session.ParsePEM(data)
	if err == nil && len(data) > maxFile {
		err = fmt.Errorf("more than %d bytes", maxFile)
	}
	if err != nil {
		return nil, fmt.Errorf("%s: %w", f.Name(), err)
	}
	return s, nil
}

// remove removes a file and reports whether it was there.
func (d *Directory) remove(name string) (removed bool, err error) {
	err = os.Remove(filepath.Join(d.path, name))
	if errors.Is(err, fs.ErrNotExist) {
		return false, nil
	}
	return err == nil, err
}
