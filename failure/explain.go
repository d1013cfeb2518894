package failure

import (
	"cmp"
	"context"
	"errors"
	"io"
	"net"
	"slices"
)

// Explanation says what happened in a failure, which end caused it and what to do, each
// in one sentence for people.
type Explanation struct {
	Code   string // Node's, "" for none
	What   string // what happened: the row's Meaning
	Fault  string // which end, or what between the ends, caused it
	Remedy string // what to do: the row's Remedy
}

// Explain explains an error of a connection or of a configuration. The explanation of
// nil is empty.
func Explain(err error) Explanation {
	if err == nil {
		return Explanation{}
	}
	code := CodeOf(err)
	row, known := Lookup(code)
	if !known {
		row = ofSystem[code]
	}
	return Explanation{
		Code: code, Fault: faultOf(err),
		What: cmp.Or(row.Meaning, err.Error()), Remedy: cmp.Or(row.Remedy, "see the log of the other end"),
	}
}

// ofSystem explains the errors of the operating system that occur in handshakes and are
// not in the table.
var ofSystem = map[string]Failure{
	"ETIMEDOUT":    {Meaning: "the peer did not answer in time", Remedy: "check the address and the network, or allow more time"},
	"ECANCELED":    {Meaning: "the handshake's context was canceled", Remedy: "look for what cancels the context"},
	"ECONNREFUSED": {Meaning: "nothing listens at the address", Remedy: "check that the server runs, and its address"},
	"ENOTFOUND":    {Meaning: "the host's name is unknown", Remedy: "check the spelling of the name"},
	"EAI_AGAIN":    {Meaning: "the host's name could not be looked up", Remedy: "check the network, and the spelling of the name"},
	"EHOSTUNREACH": {Meaning: "the network has no way to the address", Remedy: "check the address and the network"},
	"ENETUNREACH":  {Meaning: "the network has no way to the address", Remedy: "check the address and the network"},
}

// beforeTheHandshake are the codes of connections that were not made.
var beforeTheHandshake = []string{"ECONNREFUSED", "ENOTFOUND", "EAI_AGAIN", "EHOSTUNREACH", "ENETUNREACH"}

// faultOf returns which end caused an error, in words.
func faultOf(err error) string {
	var own *Error
	var network net.Error
	switch code := CodeOf(err); {
	case slices.Contains(beforeTheHandshake, code):
		return "no handshake began"
	case errors.Is(err, HTTPRequest), errors.Is(err, HTTPSProxyRequest), errors.Is(err, WrongVersionNumber):
		return "the two ends do not expect the same protocol"
	case errors.As(err, &own) && own.Option != "":
		return "it is the option " + Item{own.Option, own.Index}.String() + " of this end"
	case own != nil && own.AlertFrom == SidePeer:
		return "the peer refused what this end sent or lacks"
	case own != nil && own.AlertFrom == SideUs:
		return "this end refused what the peer sent or lacks"
	case errors.Is(err, net.ErrClosed), errors.Is(err, context.Canceled):
		return "this end closed the connection"
	case errors.As(err, &network), errors.Is(err, io.EOF), errors.Is(err, io.ErrUnexpectedEOF),
		errors.Is(err, ConnectionReset), errors.Is(err, HandshakeTimeout), errors.Is(err, context.DeadlineExceeded):
		return "the peer or the network ended the connection, or was silent"
	}
	return "this end could not go on"
}
