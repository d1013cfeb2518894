package cookbook

import (
	"fmt"
	"io"
	"strings"
	"testing"

	"polytls"
)

// # Why nothing better was negotiated
//
// With `RecordHandshake` the choices of a handshake tell by which rule each parameter was
// chosen, what prevented a better one, and which end can change that. A handshake that
// failed has the choices that were made, in `OnTLSClientError`, too.
func explainChoices(s *polytls.Socket, w io.Writer) {
	for _, c := range s.HandshakeInfo().Choices {
		fmt.Fprintf(w, "%s: %s, %s\n", c.What, c.Chosen, c.Rule)
		for _, o := range c.Obstacles {
			fmt.Fprintf(w, "  not %s: %s (change: %s)\n", o.Better, o.Reason, o.End)
		}
	}
}

func TestExplainChoices(t *testing.T) {
	texts := make(chan string, 1)
	o := polytls.ServerOptions{ContextOptions: identity(localhost), RecordHandshake: true}
	srv, err := polytls.NewServer(o, func(s *polytls.Socket) {
		var text strings.Builder
		explainChoices(s, &text)
		texts <- text.String()
		echo(s)
	})
	client := trusting(start(t, srv, err))
	client.MaxVersion = polytls.TLS12
	if _, err := talk(t, client); err != nil {
		t.Fatal(err)
	}
	text := <-texts
	for _, want := range []string{"version: TLSv1.2, ", "  not TLSv1.3: ", "(change: client)"} {
		if !strings.Contains(text, want) {
			t.Errorf("no %q in\n%s", want, text)
		}
	}
}
