package endpoint

import (
	"net"
	"os"
	"time"

	"polytls/cmd/polytls/internal/explain"
	"polytls/cmd/polytls/internal/files"
	"polytls/cmd/polytls/internal/flags"
	"polytls/internal/pcap"
	"polytls/internal/writebehind"
)

// Recording writes the files of --keylog-file and --pcap. Connections do not wait
// for the files. The nil Recording writes nothing.
type Recording struct {
	keylog  *writebehind.Writer // nil without
	capture *pcap.File          // nil without, and before Begin
	files   []*os.File
	begin   func() // begins the capture, nil without
}

// OpenRecording opens the files, and leaves them as they are: Begin follows. It returns
// nil if there are none. failed is called once for a file that can no longer be written.
func (c *Flags) OpenRecording(failed func(*explain.Failure)) (*Recording, error) {
	r := &Recording{}
	if flag, path := c.KeylogPath(); path != "" {
		file, err := r.open(flag, path, os.O_APPEND)
		if err != nil {
			return nil, err
		}
		r.keylog = writebehind.New(file, func(err error) { failed(explain.At(flag, err)) })
	}
	if path := c.PcapFile; path != "" {
		file, err := r.open("--pcap", path, 0)
		if err != nil {
			r.Close()
			return nil, err
		}
		if r.sameFiles() {
			r.Close()
			flag, path := c.KeylogPath()
			return nil, flags.Wrong("--pcap", "%s is the file of %s, too", path, flag)
		}
		r.begin = func() {
			file.Truncate(0) // fails for pipes and devices, which need it not
			r.capture = pcap.NewFile(file, func(err error) { failed(explain.At("--pcap", err)) })
		}
	}
	if len(r.files) == 0 {
		return nil, nil
	}
	return r, nil
}

// Begin replaces the last capture. A command that cannot start has not begun, so that
// the file, which may be another's, is left.
func (r *Recording) Begin() {
	if r != nil && r.begin != nil {
		r.begin()
	}
}

func (r *Recording) open(flag, path string, how int) (*os.File, error) {
	file, err := os.OpenFile(path, how|os.O_CREATE|os.O_WRONLY, files.SecretMode)
	if err != nil {
		return nil, explain.At(flag, err)
	}
	r.files = append(r.files, file)
	return file, nil
}

// sameFiles reports whether two files are one, which is not a device.
func (r *Recording) sameFiles() bool {
	var last os.FileInfo
	for _, file := range r.files {
		info, err := file.Stat()
		if err != nil || !info.Mode().IsRegular() {
			return false
		}
		if last != nil && os.SameFile(last, info) {
			return true
		}
		last = info
	}
	return false
}

// KeylogPath returns the file of secrets, "" for none, and the flag or variable
// that names it.
func (c *Flags) KeylogPath() (flag, path string) {
	if c.keylogFile != "" {
		return "--keylog-file", c.keylogFile
	}
	const variable = "SSLKEYLOGFILE"
	return variable, os.Getenv(variable)
}

// Secrets writes a line of the key log of a connection, which Client or a Listener
// returned.
func (r *Recording) Secrets(line []byte, conn net.Conn) {
	if r.keylog != nil {
		r.keylog.Write(line)
	}
	if c, ok := conn.(*pcap.Conn); ok {
		c.Secrets(line)
	}
}

// Client records a connection that we have made.
func (r *Recording) Client(conn net.Conn) net.Conn {
	if r == nil || r.capture == nil {
		return conn
	}
	return r.capture.Client(conn)
}

// Listener records the connections that l accepts.
func (r *Recording) Listener(l net.Listener) net.Listener {
	if r == nil || r.capture == nil {
		return l
	}
	return r.capture.Listener(l)
}

// Close ends the recording. It waits for writing the files, which may block, up to
// a second.
func (r *Recording) Close() {
	if r == nil {
		return
	}
	const limit = time.Second
	if r.keylog != nil {
		r.keylog.Flush(limit)
	}
	if r.capture != nil {
		r.capture.Close(limit)
	}
	for _, file := range r.files {
		file.Close()
	}
}
