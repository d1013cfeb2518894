package main

import (
	"context"
	"log/slog"
	"net"
	"os"
	"os/signal"
	"sync/atomic"
	"syscall"
	"time"

	"polytls"
)

// service is what a mode does with connections.
type service interface {
	// serve takes connections until the listener ends.
	serve(l net.Listener)
	// drain lets those that are there come to their end.
	drain(ctx context.Context)
	// saw is told of each handshake.
	saw(h *handshake)
}

// server is a running serve command.
type server struct {
	*serveCommand
	tls      *polytls.Server
	log      *slog.Logger
	sessions *sessionKeeper
	service  service
	count    atomic.Int64
}

// run serves until a signal comes.
func (c *serveCommand) run(ctx context.Context) error {
	ctx, stop := signal.NotifyContext(ctx, os.Interrupt, syscall.SIGTERM)
	defer stop()
	s := &server{serveCommand: c, log: newLogger(os.Stderr, c.log)}
	o, err := c.options()
	if err != nil {
		return err
	}
	defer c.keylog.close()
	if s.sessions, err = c.sessionFlags.open(&o, s.log); err != nil {
		return err
	}
	defer s.sessions.close()
	l, err := c.listener()
	if err != nil {
		return err
	}
	defer l.Close()
	caFile := ""
	if c.ownCertificate() {
		made, err := makeIdentity(c.state, c.address.host)
		if err != nil {
			return err
		}
		defer made.forget()
		caFile = made.caFile
		o.Cert, o.Key = [][]byte{made.cert}, []polytls.Key{{PEM: made.key}}
	}
	if err := s.start(ctx, o, l, caFile); err != nil {
		return err
	}
	if c.watch {
		go s.watchFiles(ctx)
	}
	<-ctx.Done()
	stop() // a second signal ends the process at once
	s.stop()
	return nil
}

// start makes the server and begins to accept.
func (s *server) start(ctx context.Context, o polytls.ServerOptions, l net.Listener, caFile string) error {
	var err error
	if s.tls, err = polytls.NewServer(o, nil); err != nil {
		return s.optionError(err)
	}
	s.sessions.rotate(ctx, s.tls, s.log)
	if err := s.addNames(s.tls); err != nil {
		return err
	}
	s.tls.OnTLSClientError(func(err error, sock *polytls.Socket) { s.record(unsuccessful(err, sock)) })
	if s.keylog != nil {
		s.tls.OnKeylog(func(line []byte, _ *polytls.Socket) { s.keylog.write(line) })
		s.log.Warn("secrets are logged: who reads the file can read the connections")
	}
	if s.service, err = s.newService(caFile, l.Addr()); err != nil {
		return err
	}
	go s.service.serve(&watchedListener{s.tls.Listener(l), s})
	s.explain(l.Addr(), caFile)
	announce(l)
	return nil
}

func (s *server) newService(caFile string, addr net.Addr) (service, error) {
	switch s.mode {
	case "echo":
		return echo{}, nil
	case "http":
		return newDirectory(s.root)
	}
	return newInspector(hints(addr, caFile, s.mode))
}

// explain says what is served, and how to connect.
func (s *server) explain(addr net.Addr, caFile string) {
	s.log.Info("serving", "address", spell(addr.Network(), addr.String()), "mode", s.mode)
	if caFile != "" {
		s.log.Info("made a certificate", "ca", caFile)
	}
	for _, h := range hints(addr, caFile, s.mode) {
		s.log.Info("try", "command", h)
	}
}

// record logs a handshake and shows it.
func (s *server) record(h *handshake) {
	h.ID = int(s.count.Add(1))
	level := slog.LevelInfo
	if !h.OK {
		level = slog.LevelWarn
	}
	s.log.Log(context.Background(), level, "handshake", h.attrs()...)
	s.service.saw(h)
}

// watchedListener records each connection that it passes on.
type watchedListener struct {
	net.Listener
	server *server
}

func (w *watchedListener) Accept() (net.Conn, error) {
	conn, err := w.Listener.Accept()
	if s, ok := conn.(*polytls.Socket); ok && err == nil {
		w.server.record(succeeded(s))
	}
	return conn, err
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
	s.service.drain(ctx)
	if s.tls.Shutdown(ctx) == nil {
		return
	}
	closing, cancel := context.WithTimeout(context.Background(), closeTimeout)
	defer cancel()
	s.tls.Shutdown(closing) // waits for those that it has just closed
}
