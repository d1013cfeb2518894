package connect

import (
	"bufio"
	"context"
	"io"
	"os"

	"golang.org/x/term"

	"polytls"
	"polytls/cmd/polytls/internal/explain"
)

// Lines that are commands if they are typed, as in openssl s_client. In a file or a
// pipe they are data.
const (
	typedRenegotiate = "R\n"
	typedUpdateKeys  = "K\n"
)

// onTerminal reports whether standard input is a terminal.
func onTerminal() bool { return term.IsTerminal(int(os.Stdin.Fd())) }

// sendStandardInput sends standard input to its end.
func (c *command) sendStandardInput(ctx context.Context, s *polytls.Socket) error {
	if !onTerminal() {
		_, err := io.Copy(s, os.Stdin)
		return err
	}
	say("enter R to renegotiate (up to TLS 1.2), or K to update the keys (TLS 1.3)")
	lines := bufio.NewReader(os.Stdin)
	for {
		line, err := lines.ReadString('\n')
		if err != nil {
			return typedEnd(s, line, err)
		}
		switch line {
		case typedRenegotiate:
			sayDone("renegotiated", s.Renegotiate(ctx, polytls.RenegotiateOptions{}))
		case typedUpdateKeys:
			sayDone("updated the keys", s.UpdateKeys())
		default:
			if _, err := io.WriteString(s, line); err != nil {
				return err
			}
		}
	}
}

// typedEnd sends the last line, which has no newline.
func typedEnd(s *polytls.Socket, line string, err error) error {
	if err != io.EOF {
		return err
	}
	_, err = io.WriteString(s, line)
	return err
}

// sayDone prints that something was done, or why it was not.
func sayDone(what string, err error) {
	if err != nil {
		say("%s", explain.Of(err).Line())
		return
	}
	say("%s", what)
}
