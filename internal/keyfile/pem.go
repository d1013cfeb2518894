package keyfile

import (
	"bytes"
	"encoding/pem"
	"iter"
	"slices"
)

// blocks yields the PEM blocks of data (RFC 7468) whose label is among labels,
// in order, and nil for one that begins and is broken. Text between blocks, and
// blocks of other labels, are passed over. (pem.Decode alone would pass over
// broken blocks as well, and so lose a certificate of a chain.)
func blocks(data []byte, labels ...string) iter.Seq[*pem.Block] {
	return func(yield func(*pem.Block) bool) {
		for {
			label, text, rest, found := nextBlock(data)
			if !found {
				return
			}
			data = rest
			if !slices.Contains(labels, label) {
				continue
			}
			block, _ := pem.Decode(text)
			if !yield(block) {
				return
			}
		}
	}
}

var (
	beginMark = []byte("-----BEGIN ")
	markEnd   = []byte("-----")
)

// nextBlock finds the next line that begins a block, and the text from there to
// the end of the line that ends it; without such a line, text is what remains.
func nextBlock(data []byte) (label string, text, rest []byte, found bool) {
	for {
		start := bytes.Index(data, beginMark)
		if start < 0 {
			return "", nil, nil, false
		}
		atLineStart := start == 0 || data[start-1] == '\n'
		line, _, _ := bytes.Cut(data[start:], []byte("\n"))
		name, isMark := bytes.CutSuffix(bytes.TrimRight(line[len(beginMark):], " \t\r"), markEnd)
		if !atLineStart || !isMark {
			data = data[start+len(beginMark):]
			continue
		}
		text = data[start:]
		endMark := []byte("\n-----END " + string(name) + "-----")
		end := bytes.Index(text, endMark)
		if end < 0 {
			return string(name), text, text[len(line):], true
		}
		end += len(endMark)
		return string(name), append(text[:end:end], '\n'), text[end:], true
	}
}
