package serve

import (
	"context"
	"log/slog"
	"net"
	"os"
	"os/signal"
	"sync"
	"syscall"
	"time"

	"polytls"
	"polytls/cmd/polytls/internal/address"
	"polytls/cmd/polytls/internal/inspector"
	"polytls/cmd/polytls/internal/report"
	"polytls/cmd/polytls/internal/sessions"
	"polytls/cmd/polytls/internal/web"
)

// service is what a mode does with connections.
type service interface {
	// serve takes connections until the listener ends.
	Serve(l net.Listener)
	// drain lets those that are there come to their end.
	Drain(ctx context.Context)
	// saw is called for each handshake.
	Saw(h *report.Handshake)
}

// server is a running serve command.
type server struct {
	*command
	tls     *polytls.Server
	log     *slog.Logger
	keeper  *sessions.Keeper
	service service
	made    *selfmade // nil if there is something else that proves who it is
	totals  totals
}

// run serves until a signal comes.
func (c *command) run(ctx context.Context) error {
	ctx, stop := signal.NotifyContext(ctx, os.Interrupt, syscall.SIGTERM)
	defer stop()
	hangup := make(chan os.Signal, 1)
	signal.Notify(hangup, syscall.SIGHUP) // from now on it ends nothing
	defer signal.Stop(hangup)
	s := &server{command: c, log: c.Logger()}
	defer s.release()
	if err := s.configure(); err != nil { // before it listens: what is wrong is wrong there, too
		return err
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
	if s.keeper, err = s.sessions.Open(&o, s.log); err != nil {
		return err
	}
	if s.ownCertificate() {
		if s.made, err = makeIdentity(s.state, s.address.Host); err != nil {
			return err
		}
		o.Cert, o.Key = [][]byte{s.made.cert}, []polytls.Key{{PEM: s.made.key}}
	}
	if s.tls, err = polytls.NewServer(o, nil); err != nil {
		return s.OptionError(err)
	}
	return s.addNames(s.tls)
}

// release gives back what configure took.
func (s *server) release() {
	s.keylog.Close()
	if s.keeper != nil {
		s.keeper.Close()
	}
	if s.made != nil {
		s.made.forget()
	}
}

// start begins to accept.
func (s *server) start(ctx context.Context, l net.Listener) error {
	s.keeper.Rotate(ctx, s.tls, s.log)
	s.tls.OnTLSClientError(func(err error, sock *polytls.Socket) { s.record(report.Failed(err, sock)) })
	if s.keylog != nil {
		s.tls.OnKeylog(func(line []byte, _ *polytls.Socket) { s.keylog.Write(line) })
		s.log.Warn("secrets are written to the key log: they allow decrypting the connections")
	}
	var err error
	if s.service, err = s.newService(l.Addr()); err != nil {
		return err
	}
	go s.service.Serve(&watchedListener{s.tls.HTTP2Listener(l), s})
	s.explain(l.Addr())
	announce(l)
	return nil
}

func (s *server) newService(addr net.Addr) (service, error) {
	switch s.mode {
	case "echo":
		return echo{}, nil
	case "http":
		return web.NewDirectory(s.root, s.ownFiles)
	}
	way := inspector.HowToConnect{Commands: s.hints(addr)}
	way.Variable, way.Value = s.hintVariable()
	return inspector.New(way)
}

// explain says what is served, and how to connect.
func (s *server) explain(addr net.Addr) {
	s.LogNotes(s.log)
	s.warnExpiry()
	s.log.Info("serving", "address", address.Spell(addr.Network(), addr.String()), "mode", s.mode)
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

// record logs a handshake and shows it.
func (s *server) record(h *report.Handshake) {
	s.totals.number(h)
	level := slog.LevelInfo
	if !h.OK {
		level = slog.LevelWarn
	}
	s.log.Log(context.Background(), level, "handshake", h.Attrs()...)
	s.service.Saw(h)
}

// totals count the handshakes that have ended.
type totals struct {
	mu          sync.Mutex
	all, failed int
}

// number gives a handshake its place among all.
func (t *totals) number(h *report.Handshake) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.all++
	if !h.OK {
		t.failed++
	}
	h.ID, h.Failures = t.all, t.failed
}

// watchedListener records each connection that it passes on, as a servedConn.
type watchedListener struct {
	net.Listener
	server *server
}

func (w *watchedListener) Accept() (net.Conn, error) {
	conn, err := w.Listener.Accept()
	if err != nil {
		return nil, err
	}
	s := conn.(*polytls.Socket)
	w.server.record(report.Succeeded(s))
	return &servedConn{Socket: s, server: w.server}, nil
}

// How long connections may take to end after a signal, and then to be closed.
const (
	drainTimeout = 5 * time.Second
	closeTimeout = time.Second
)

// stop drains.
func (s *server) stop() {
	s.log.Info("draining", "connections", s.tls.Connections())
	ctx, cancel := context.WithTimeout(context.Background(), drainTimeout)
	defer cancel()
	s.tls.Close()
	s.service.Drain(ctx)
	if s.tls.Shutdown(ctx) == nil {
		return
	}
	closing, cancel := context.WithTimeout(context.Background(), closeTimeout)
	defer cancel()
	s.tls.Shutdown(closing) // waits for those that it has just closed
}
