package wire

import (
	"testing"

	"polytls/failure"
	"polytls/failure/failuretest"
	"polytls/internal/suite"
)

// parsing is the error of a message.
func parsing(raw []byte, m Message) func(*testing.T) error {
	return func(*testing.T) error { return Parse(raw, m) }
}

// parsingHello is the error of a ClientHello with extensions.
func parsingHello(e ...Extension) func(*testing.T) error {
	return func(*testing.T) error {
		hello := ClientHello{CipherSuites: []suite.ID{0x1301}, CompressionMethods: []byte{0}, Extensions: e}
		raw, err := Marshal(&hello)
		if err != nil {
			return err
		}
		return Parse(raw, new(ClientHello))
	}
}

func TestFailures(t *testing.T) {
	failuretest.Triggers{
		failure.BadExtension:         parsingHello(Extension{Type: ExtPreSharedKey}, Extension{Type: ExtPadding}),
		failure.BadKeyUpdate:         parsing([]byte{24, 0, 0, 1, 2}, new(KeyUpdate)),
		failure.Decode:               parsing([]byte{14, 0, 0, 1, 0}, new(ServerHelloDone)),
		failure.DuplicateExtension:   parsingHello(Extension{Type: ExtPadding}, Extension{Type: ExtPadding}),
		failure.ExcessiveMessageSize: parsing(append(AppendHeader(nil, TypeServerHelloDone, 1<<20), make([]byte, 1<<20)...), new(ServerHelloDone)),
		failure.UnexpectedMessage:    parsing([]byte{14, 0, 0, 0}, new(ClientHello)),
	}.Run(t)
}
