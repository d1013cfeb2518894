package keyfile

import (
	"bytes"
	"encoding/pem"
	"iter"
	"slices"

	"polytls/internal/reason"
)

// blocks yields the PEM blocks of data (RFC 7468) whose label is among labels,
// in order, or an error for one that begins and is broken: reason.PEMBadEndLine
// or reason.PEMBadBase64. Text between blocks, and blocks of other labels, are
// passed over. (pem.Decode alone would pass over broken blocks as well, and so
// lose a certificate of a chain.)
func blocks(data []byte, labels ...string) iter.Seq2[*pem.Block, error] {
	return func(yield func(*pem.Block, error) bool) {
		for {
			label, text, rest, found := nextBlock(data)
			if !found {
				return
			}
			data = rest
			if slices.Contains(labels, label) && !yield(decodeBlock(label, text)) {
				return
			}
		}
	}
}

func decodeBlock(label string, text []byte) (*pem.Block, error) {
	if text == nil {
		return nil, reason.PEMBadEndLine.Local("PEM: a block %q has no end line", label)
	}
	block, _ := pem.Decode(text)
	if block == nil {
		return nil, reason.PEMBadBase64.Local("PEM: a block %q is not base64", label)
	}
	return block, nil
}

var (
	beginMark = []byte("-----BEGIN ")
	markEnd   = []byte("-----")
)

// nextBlock finds the next line that begins a block, and the text from there to
// the end of the line that ends it; without such a line, text is nil.
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
		rest = data[start+len(line):]
		endMark := []byte("\n-----END " + string(name) + "-----")
		end := bytes.Index(rest, endMark)
		if end < 0 {
			return string(name), nil, rest, true
		}
		end += len(endMark)
		text = slices.Concat(line, rest[:end], []byte("\n"))
		return string(name), text, rest[end:], true
	}
}
