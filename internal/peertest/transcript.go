package peertest

import (
	"bytes"
	"sync"
	"time"
)

// Transcript collects what a program writes, so that tests can wait for it.
type Transcript struct {
	mu      sync.Mutex
	text    []byte
	ended   bool
	changed chan struct{}
}

// NewTranscript returns an empty Transcript.
func NewTranscript() *Transcript { return &Transcript{changed: make(chan struct{})} }

// Write implements io.Writer.
func (o *Transcript) Write(b []byte) (int, error) {
	o.update(func() { o.text = append(o.text, b...) })
	return len(b), nil
}

func (o *Transcript) end() { o.update(func() { o.ended = true }) }

func (o *Transcript) update(change func()) {
	o.mu.Lock()
	defer o.mu.Unlock()
	change()
	close(o.changed)
	o.changed = make(chan struct{})
}

// Bytes returns a copy of all that was written.
func (o *Transcript) Bytes() []byte {
	o.mu.Lock()
	defer o.mu.Unlock()
	return bytes.Clone(o.text)
}

// Len returns how many bytes were written.
func (o *Transcript) Len() int {
	o.mu.Lock()
	defer o.mu.Unlock()
	return len(o.text)
}

// Await reports whether the condition came true before the program ended.
func (o *Transcript) Await(condition func(text []byte) bool) bool {
	deadline := time.After(Patience)
	for {
		o.mu.Lock()
		met, ended, changed := condition(o.text), o.ended, o.changed
		o.mu.Unlock()
		if met || ended {
			return met
		}
		select {
		case <-changed:
		case <-deadline:
			return false
		}
	}
}

// More waits for output after the first from bytes; it returns nothing when the
// program has ended.
func (o *Transcript) More(from int) []byte {
	for {
		o.mu.Lock()
		rest, ended, changed := bytes.Clone(o.text[from:]), o.ended, o.changed
		o.mu.Unlock()
		if len(rest) > 0 || ended {
			return rest
		}
		<-changed
	}
}

func (o *Transcript) tail() string {
	const most = 4000
	b := o.Bytes()
	if len(b) > most {
		return "..." + string(bytes.ToValidUTF8(b[len(b)-most:], []byte("?")))
	}
	return string(bytes.ToValidUTF8(b, []byte("?")))
}
