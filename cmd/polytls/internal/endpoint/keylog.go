package endpoint

import (
	"os"
	"sync"

	"polytls/cmd/polytls/internal/explain"
	"polytls/cmd/polytls/internal/files"
)

// Keylog is a file of secrets in NSS's format, shared by all connections.
type Keylog struct {
	mu   sync.Mutex
	file *os.File
}

// OpenKeylog opens the file that --keylog-file or SSLKEYLOGFILE names; it is
// nil if neither does.
func (c *Flags) OpenKeylog() (*Keylog, error) {
	flag, path := c.KeylogPath()
	if path == "" {
		return nil, nil
	}
	file, err := os.OpenFile(path, os.O_APPEND|os.O_CREATE|os.O_WRONLY, files.SecretMode)
	if err != nil {
		return nil, explain.At(flag, err)
	}
	return &Keylog{file: file}, nil
}

// KeylogPath is the file of secrets, "" for none, and what names it.
func (c *Flags) KeylogPath() (flag, path string) {
	if c.keylogFile != "" {
		return "--keylog-file", c.keylogFile
	}
	const variable = "SSLKEYLOGFILE"
	return variable, os.Getenv(variable)
}

// Write appends a line. A disk that is full must not end connections.
func (k *Keylog) Write(line []byte) {
	k.mu.Lock()
	defer k.mu.Unlock()
	k.file.Write(line)
}

func (k *Keylog) Close() {
	if k != nil {
		k.file.Close()
	}
}
