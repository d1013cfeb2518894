package main

import (
	"os"
	"sync"
)

// keylog is a file of secrets in NSS's format, shared by all connections.
type keylog struct {
	mu   sync.Mutex
	file *os.File
}

// openKeylog opens the file that --keylog-file or SSLKEYLOGFILE names; it is
// nil if neither does.
func (c *common) openKeylog() (*keylog, error) {
	flag, path := c.keylogPath()
	if path == "" {
		return nil, nil
	}
	file, err := os.OpenFile(path, os.O_APPEND|os.O_CREATE|os.O_WRONLY, secretMode)
	if err != nil {
		f := failed(err)
		f.Reason = flag + ": " + f.Reason
		return nil, f
	}
	return &keylog{file: file}, nil
}

// keylogPath is the file of secrets, "" for none, and what names it.
func (c *common) keylogPath() (flag, path string) {
	if c.keylogFile != "" {
		return "--keylog-file", c.keylogFile
	}
	const variable = "SSLKEYLOGFILE"
	return variable, os.Getenv(variable)
}

// write appends a line. A disk that is full must not end connections.
func (k *keylog) write(line []byte) {
	k.mu.Lock()
	defer k.mu.Unlock()
	k.file.Write(line)
}

func (k *keylog) close() {
	if k != nil {
		k.file.Close()
	}
}
