package serve

import (
	"context"
	"log/slog"
	"net"
	"net/http"
	"os"
	"os/signal"
	"runtime"
	"syscall"
	"time"

	"polytls"
	"polytls/cmd/polytls/internal/address"
	"polytls/cmd/polytls/internal/endpoint"
	"polytls/cmd/polytls/internal/explain"
	"polytls/cmd/polytls/internal/sessions"
	"polytls/inspect"
)

// server is a running serve command.
type server struct {
	*command
	tls    *polytls.Server
	log    *slog.Logger
	stderr *stderr // with log
	keeper *sessions.Keeper
	made   *selfmade    // nil if the server has another identity
	http   *http.Server // nil in mode echo

	recording *endpoint.Recording // nil without
}

// run serves until a signal arrives.
func (c *command) run(ctx context.Context) error {
	ctx, stop := signal.NotifyContext(ctx, os.Interrupt, syscall.SIGTERM)
	defer stop()
	hangup := make(chan os.Signal, 1)
	signal.Notify(hangup, syscall.SIGHUP) // which would otherwise end the process
	defer signal.Stop(hangup)
	// It is never written, so that it takes no memory, but counts for the collector, which
	// otherwise runs dozens of times a second if there are many handshakes.
	ballast := make([]byte, 6<<20)
	defer runtime.KeepAlive(ballast)
	s := &server{command: c}
	s.openLog()
	defer s.release()
	if s.untrust {
		return s.removeTrust(ctx)
	}
	if err := s.configure(); err != nil { // before it listens
		return err
	}
	if s.trust {
		if err := s.changeTrust(ctx); err != nil {
			return err
		}
	}
	l, err := c.listener()
	if err != nil {
		return err
	}
	defer l.Close()
	if err := s.start(ctx, l); err != nil {
		return err
	}
	go s.maintain(ctx, hangup)
	<-ctx.Done()
	stop() // a second signal ends the process at once
	s.stop()
	return nil
}

// configure checks the flags, reads their files and makes the server.
func (s *server) configure() error {
	o, err := s.options()
	if err != nil {
		return err
	}
	o.Logger = s.log
	if s.recording, err = s.OpenRecording(s.recordingFailed); err != nil {
		return err
	}
	if s.keeper, err = s.sessions.Open(&o, s.log); err != nil {
		return err
	}
	if s.ownCertificate() {
		if s.made, err = makeIdentity(s.state, s.address.Host, checkIdentity(o.ContextOptions)); err != nil {
			return s.OptionError(err)
		}
		o.Cert, o.Key = [][]byte{s.made.cert}, []polytls.Key{{PEM: s.made.key}}
	}
	if s.tls, err = polytls.NewServer(o, echo); err != nil {
		return s.OptionError(err)
	}
	return s.addNames(s.tls)
}

// recordingFailed logs that a file can no longer be written.
func (s *server) recordingFailed(f *explain.Failure) {
	s.log.Warn("recording ended, connections go on", "code", f.Code, "reason", f.Reason)
}

// release closes what configure opened.
func (s *server) release() {
	s.recording.Close()
	if s.keeper != nil {
		s.keeper.Close()
	}
	if s.made != nil {
		s.made.remove()
	}
	s.stderr.flush()
}

// start begins to accept.
func (s *server) start(ctx context.Context, l net.Listener) error {
	s.keeper.Rotate(ctx, s.tls, s.log)
	if s.recording != nil {
		s.tls.OnKeylog(func(line []byte, sock *polytls.Socket) { s.recording.Secrets(line, sock.NetConn()) })
		s.log.Warn("secrets are written to files: they allow decrypting the connections")
	}
	switch s.mode {
	case "http":
		directory, err := newDirectory(s.root, s.ownFiles)
		if err != nil {
			return err
		}
		s.http = newHTTP(directory)
	case "inspect":
		page := inspect.Handler(s.tls)
		page.Commands = s.hints(l.Addr())
		page.Dial, page.PSK = dialer(l.Addr()), s.pageKey()
		page.Explain = explain.InFlags
		if name, value := s.hintVariable(); name != "" {
			page.Note = name + " in these commands is " + value + "."
		}
		s.http = newHTTP(page)
		s.http.RegisterOnShutdown(page.Close)
	}
	s.recording.Begin()
	go s.serve(s.recording.Listener(l))
	s.explain(l.Addr())
	s.stderr.flush()
	announce(l)
	s.openBrowser(l.Addr())
	return nil
}

// serve serves the connections of l until it is closed.
func (s *server) serve(l net.Listener) {
	if s.http == nil {
		s.tls.Serve(l) // with the handler of configure
		return
	}
	s.http.Serve(plainListener{s.tls.HTTP2Listener(l)})
}

// explain says what is served, and how to connect.
func (s *server) explain(addr net.Addr) {
	s.LogNotes(s.log)
	s.warnExpiry()
	if s.ForPeople() {
		s.welcome(addr)
		return
	}
	serving := s.log
	if _, _, url := targets(addr); url != "" && s.http != nil {
		serving = serving.With("url", url)
	}
	serving.Info("serving", "address", address.Spell(addr.Network(), addr.String()), "mode", s.mode)
	if s.made != nil {
		s.log.Info("made a certificate", "ca", s.made.caFile)
	}
	if name, value := s.hintVariable(); name != "" {
		s.log.Info("these commands read a shell variable", "name", name, "value", value)
	}
	for _, h := range s.hints(addr) {
		s.log.Info("try", "command", h)
	}
}

// How long connections may take to end after a signal, and how long closing the
// others may take.
const (
	drainTimeout = 5 * time.Second
	closeTimeout = time.Second
)

// stop waits for the connections to end, and then closes those that are left.
func (s *server) stop() {
	s.log.Info("draining", "connections", s.tls.Connections())
	ctx, cancel := context.WithTimeout(context.Background(), drainTimeout)
	defer cancel()
	s.tls.Close()
	if s.http != nil {
		s.http.Shutdown(ctx)
	}
	if s.tls.Shutdown(ctx) == nil {
		return
	}
	closing, cancel := context.WithTimeout(context.Background(), closeTimeout)
	defer cancel()
	s.tls.Shutdown(closing) // waits for the connections that it has just closed
}
