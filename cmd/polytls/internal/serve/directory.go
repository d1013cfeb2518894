package serve

import (
	"io/fs"
	"net/http"
	"os"
	"path"
	"path/filepath"
	"strings"

	"polytls/cmd/polytls/internal/explain"
)

// newDirectory returns a handler that serves a directory, except the files that own
// lists.
func newDirectory(root string, own func() []string) (http.Handler, error) {
	if info, err := os.Stat(root); err == nil && !info.IsDir() {
		return nil, explain.New("ENOTDIR", "give a directory", "--root: %s is not a directory", root)
	}
	opened, err := os.OpenRoot(root) // symbolic links cannot leave it
	if err == nil {
		root, err = filepath.EvalSymlinks(root)
	}
	if err != nil {
		return nil, explain.At("--root", err)
	}
	return http.FileServerFS(&publicFiles{opened, root, own}), nil
}

// publicFiles are the regular files below a root, and the directories that have an
// index.html, so that nothing is listed. They exclude names that begin with a dot,
// and the files that the server itself uses, under any name or link.
type publicFiles struct {
	root *os.Root
	path string // of the root, without links
	own  func() []string
}

// Open implements fs.FS. For files that are not public it returns fs.ErrNotExist.
func (p *publicFiles) Open(name string) (fs.File, error) {
	file, err := p.open(name)
	if err != nil {
		return nil, &fs.PathError{Op: "open", Path: name, Err: fs.ErrNotExist}
	}
	return file, nil
}

func (p *publicFiles) open(name string) (fs.File, error) {
	if !fs.ValidPath(name) || p.isHidden(name) {
		return nil, fs.ErrNotExist
	}
	info, err := p.root.Stat(filepath.FromSlash(name)) // before opening it: opening a pipe would block
	if err != nil {
		return nil, err
	}
	switch {
	case info.IsDir():
		index, err := p.open(path.Join(name, "index.html"))
		if err != nil {
			return nil, err
		}
		index.Close()
	case !info.Mode().IsRegular():
		return nil, fs.ErrNotExist
	}
	file, err := p.root.Open(filepath.FromSlash(name))
	if err != nil {
		return nil, err
	}
	if info, err = file.Stat(); err != nil || p.isOwn(info) {
		file.Close()
		return nil, fs.ErrNotExist
	}
	return file, nil
}

// isHidden reports whether a name, or the target of a link, has a part that begins
// with a dot.
func (p *publicFiles) isHidden(name string) bool {
	target, err := filepath.EvalSymlinks(filepath.Join(p.path, filepath.FromSlash(name)))
	if err != nil {
		return true
	}
	below, err := filepath.Rel(p.path, target)
	return err != nil || hasDot(name) || hasDot(filepath.ToSlash(below))
}

func hasDot(name string) bool {
	for part := range strings.SplitSeq(name, "/") {
		if part != "." && strings.HasPrefix(part, ".") {
			return true
		}
	}
	return false
}

// isOwn reports whether a file is currently one of those that the server uses.
func (p *publicFiles) isOwn(info fs.FileInfo) bool {
	for _, path := range p.own() {
		if own, err := os.Stat(path); err == nil && os.SameFile(own, info) {
			return true
		}
	}
	return false
}
