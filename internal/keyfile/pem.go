package keyfile

import (
	"bytes"
	"encoding/pem"
	"iter"
	"slices"

	"polytls/failure"
)

// blocks yields the PEM blocks of data (RFC 7468) whose label is among labels,
// in order, or an error for one that begins and is broken: failure.PEMBadEndLine
// or failure.PEMBadBase64. Text between blocks, and blocks of other labels, are
// ignored, except for blocks that do not end, which may contain others. (pem.Decode
// alone would also ignore broken blocks, and so lose a certificate of a chain.) Data in
// DER is one block.
func blocks(data []byte, labels ...string) iter.Seq2[*pem.Block, error] {
	return func(yield func(*pem.Block, error) bool) {
		if block, ok := derBlock(data, labels); ok {
			yield(block, nil)
			return
		}
		for {
			label, text, rest, found := nextBlock(data)
			if !found {
				return
			}
			data = rest
			wanted := text == nil || slices.Contains(labels, label)
			if wanted && !yield(decodeBlock(label, text)) {
				return
			}
		}
	}
}

func decodeBlock(label string, text []byte) (*pem.Block, error) {
	if text == nil {
		return nil, failure.PEMBadEndLine.Local("PEM: a block %q has no end line", label)
	}
	block, _ := pem.Decode(text)
	if block == nil {
		return nil, failure.PEMBadBase64.Local("PEM: a block %q is not base64", label)
	}
	return block, nil
}

const (
	beginMark = "-----BEGIN "
	endMark   = "-----END "
	markEnd   = "-----"

	byteOrderMark = "\ufeff" // of UTF-8, which editors put first
)

// nextBlock finds the next line that begins a block, and the text from there to
// the line that ends it. Without such a line text is nil, and rest what follows
// the line that came instead: another end, another beginning, or none.
func nextBlock(data []byte) (label string, text, rest []byte, found bool) {
	var line []byte
	data = bytes.TrimPrefix(data, []byte(byteOrderMark))
	for rest = data; len(rest) > 0; {
		line, rest = cutLine(rest)
		if label, found = marked(line, beginMark); found {
			break
		}
	}
	for text = withNewline(nil, line); found && len(rest) > 0; {
		before := rest
		line, rest = cutLine(rest)
		switch {
		case bytes.HasPrefix(line, []byte(beginMark)):
			return label, nil, before, true
		case bytes.HasPrefix(line, []byte(endMark)):
			if end, ok := marked(line, endMark); !ok || end != label {
				return label, nil, rest, true
			}
			return label, withNewline(text, line), rest, true
		}
		text = withNewline(text, line)
	}
	return label, nil, nil, found
}

// marked returns the label of a line that is a boundary.
func marked(line []byte, mark string) (label string, ok bool) {
	inside, ok := bytes.CutPrefix(line, []byte(mark))
	if !ok {
		return "", false
	}
	inside, ok = bytes.CutSuffix(inside, []byte(markEnd))
	return string(inside), ok && !bytes.Contains(inside, []byte(markEnd))
}

// cutLine cuts off the first line. OpenSSL takes octets up to the space and
// beyond ASCII for the end of a line: files that come by way of a web page have
// no-break spaces there.
func cutLine(data []byte) (line, rest []byte) {
	line, rest, _ = bytes.Cut(data, []byte("\n"))
	for len(line) > 0 && (line[len(line)-1] <= ' ' || line[len(line)-1] >= 0x80) {
		line = line[:len(line)-1]
	}
	return line, rest
}

func withNewline(text, line []byte) []byte { return append(append(text, line...), '\n') }
