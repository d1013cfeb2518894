// Package files reads and writes the files that flags name. Its errors name the flag.
package files

import (
	"bytes"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"polytls/cmd/polytls/internal/explain"
	"polytls/cmd/polytls/internal/flags"
)

// Read reads the file of a flag.
func Read(flag, path string) ([]byte, error) {
	data, err := os.ReadFile(path)
	if err != nil {
		return nil, explain.At(flag, err)
	}
	return data, nil
}

// ReadAll reads the files of a list and ignores empty names.
func ReadAll(flag string, paths []string) ([][]byte, error) {
	var all [][]byte
	for _, path := range paths {
		if path == "" {
			continue
		}
		data, err := Read(flag, path)
		if err != nil {
			return nil, err
		}
		all = append(all, data)
	}
	return all, nil
}

// Secret returns a secret of the command line: the text itself, the first line of
// file:PATH, or the environment variable of env:NAME.
func Secret(flag, value string) (string, error) {
	if path, ok := strings.CutPrefix(value, "file:"); ok {
		data, err := Read(flag, path)
		first, _, _ := bytes.Cut(data, []byte("\n"))
		return string(bytes.TrimSuffix(first, []byte("\r"))), err
	}
	if name, ok := strings.CutPrefix(value, "env:"); ok {
		text, set := os.LookupEnv(name)
		if !set {
			return "", flags.Wrong(flag, "environment variable %q is not set", name)
		}
		return text, nil
	}
	return value, nil
}

// The modes of files: keys and sessions are secrets.
const (
	SecretMode fs.FileMode = 0o600
	PublicMode fs.FileMode = 0o644
	DirMode    fs.FileMode = 0o700
)

// Write writes a file atomically. Without force it does not replace one.
func Write(path string, data []byte, mode fs.FileMode, force bool) error {
	if _, err := os.Lstat(path); err == nil && !force {
		return &fs.PathError{Op: "write", Path: path, Err: fs.ErrExist}
	} else if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	tmp, err := os.CreateTemp(filepath.Dir(path), ".polytls-*") // 0600 from the start
	if err != nil {
		return err
	}
	defer os.Remove(tmp.Name()) // fails after Rename
	_, err = tmp.Write(data)
	err = errors.Join(err, tmp.Chmod(mode), tmp.Close())
	if err == nil {
		err = os.Rename(tmp.Name(), path)
	}
	return err
}
