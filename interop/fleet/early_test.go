package fleet

import (
	"fmt"
	"os"
	"path/filepath"
	"testing"

	"polytls"
	"polytls/sessionstore"
)

const earlyText = "what cannot wait\n"

// TestEarlyDataOfOpenSSL accepts s_client's early data, also twice with one ticket,
// unless tickets can be used only once.
func TestEarlyDataOfOpenSSL(t *testing.T) {
	for _, once := range []bool{false, true} {
		t.Run(fmt.Sprintf("single use %t", once), func(t *testing.T) {
			o := polytls.ServerOptions{ContextOptions: serverContext("TLSv1.3"), MaxEarlyData: 1000}
			if once {
				o.SessionStore, o.SingleUseTickets = sessionstore.NewMemory(sessionstore.MemoryOptions{}), true
			}
			early := make(chan int64, 3)
			port := serve(t, o, func(s *polytls.Socket) {
				updating(s)
				early <- s.EarlyData()
			})
			session, file := filepath.Join(t.TempDir(), "session"), filepath.Join(t.TempDir(), "early")
			if err := os.WriteFile(file, []byte(earlyText), 0o600); err != nil {
				t.Fatal(err)
			}
			talk := func(verdict string, args ...string) {
				t.Helper()
				c := sClient(t, port, args...)
				c.expect(t, verdict)
				if verdict == "Early data was accepted" {
					c.expect(t, earlyText)
				}
				c.Write(t, "hello\n")
				c.expect(t, `(?m)^hello$`)
				c.Write(t, "Q\n")
				c.wait(t)
			}
			talk("Early data was not sent", "-sess_out", session)
			talk("Early data was accepted", "-sess_in", session, "-early_data", file)
			want := map[bool]string{false: "Early data was accepted", true: "Early data was rejected"}[once]
			talk(want, "-sess_in", session, "-early_data", file)
			for i, accepted := range []bool{false, true, !once} {
				n := int64(0)
				if accepted {
					n = int64(len(earlyText))
				}
				if got := <-early; got != n {
					t.Errorf("connection %d: %d bytes of early data, wanted %d", i, got, n)
				}
			}
		})
	}
}

// TestEarlyDataForOpenSSL sends early data to s_server, which accepts it once for
// each ticket: the second time the data is sent again after the handshake.
func TestEarlyDataForOpenSSL(t *testing.T) {
	srv, port := sServer(t, "-tls1_3", "-early_data", "-max_early_data", "1000")
	session := ticketOf(t, srv, port)
	if accepted, _ := offerEarly(t, srv, port, session); !accepted {
		t.Fatal("s_server accepts no early data")
	}
	if accepted, resumed := offerEarly(t, srv, port, session); accepted || resumed {
		t.Errorf("the second time: accepted %t, resumed %t", accepted, resumed)
	}
}

// ticketOf returns a session of s_server.
func ticketOf(t *testing.T, srv *process, port int) []byte {
	t.Helper()
	sessions := make(chan []byte, 2)
	s := connect(t, port, polytls.ConnectOptions{ContextOptions: clientContext("TLSv1.3"), OnSession: func(b []byte) { sessions <- b }})
	defer s.Close()
	srv.expect(t, `No early data received`)
	if err := exchangeWith(srv, s); err != nil {
		t.Fatal(err)
	}
	return <-sessions
}

// offerEarly offers early data to s_server, and checks that it gets the data in either
// case.
func offerEarly(t *testing.T, srv *process, port int, session []byte) (accepted, resumed bool) {
	t.Helper()
	s := connect(t, port, polytls.ConnectOptions{
		ContextOptions: clientContext("TLSv1.3"), Session: session,
		EarlyData: []byte(earlyText), ResendEarlyData: true,
	})
	defer s.Close()
	accepted, resumed = s.EarlyDataAccepted(), s.SessionReused()
	if accepted && !resumed {
		t.Error("early data was accepted without a resumption")
	}
	srv.expectAll(t, earlyText, map[bool]string{true: `Early data received:\n`, false: `No early data received|Early data was rejected`}[accepted])
	if err := exchangeWith(srv, s); err != nil {
		t.Fatal(err)
	}
	return accepted, resumed
}

// exchangeWith lets s_server send a line, which s reads.
func exchangeWith(srv *process, s *polytls.Socket) error {
	if _, err := srv.Stdin.Write([]byte("hello\n")); err != nil {
		return err
	}
	return read(s, "hello\n")
}
