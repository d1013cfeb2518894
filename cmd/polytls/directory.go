package main

import (
	"net/http"
	"os"
)

// directory serves the files below a directory.
type directory struct{ *web }

func newDirectory(path string) (*directory, error) {
	if info, err := os.Stat(path); err == nil && !info.IsDir() {
		return nil, fail("ENOTDIR", "give a directory", "--root: %s is not a directory", path)
	}
	root, err := os.OpenRoot(path) // no link leads out of it
	if err != nil {
		f := failed(err)
		f.Reason = "--root: " + f.Reason
		return nil, f
	}
	return &directory{newWeb(http.FileServerFS(root.FS()))}, nil
}

func (d *directory) saw(*handshake) {}
