package connect

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"os"
	"sync"
	"syscall"
	"time"

	"polytls"
	"polytls/cmd/polytls/internal/explain"
	"polytls/cmd/polytls/internal/starttls"
	"polytls/failure"
)

// lateWait is how long --json reads after its close_notify, so that late tickets
// and alerts are reported.
const lateWait = time.Second

// exchange makes one connection and returns its report and the session that can be
// resumed. Only the last connection reads standard input.
func (c *command) exchange(ctx context.Context, o polytls.ConnectOptions, last bool) (*report, []byte, error) {
	var mu sync.Mutex
	var resumable []byte
	o.OnSession = func(data []byte) {
		mu.Lock()
		defer mu.Unlock()
		resumable = data
	}
	s, err := c.secure(ctx, o)
	if err != nil {
		return nil, nil, err
	}
	defer s.Close()
	c.serverChain = s.X509Certificates()
	r := newReport(s)
	if c.earlyFile != "" {
		accepted := s.EarlyDataAccepted()
		r.EarlyDataAccepted = &accepted
	}
	c.tell(r, s)
	var late error
	switch {
	case c.input != nil:
		r.Received, late = c.sendInput(s)
		if !c.json {
			os.Stdout.Write(*r.Received)
		}
	case c.json, !last:
		late = c.finish(s)
	default:
		late = c.converse(ctx, s)
	}
	mu.Lock()
	defer mu.Unlock()
	return r, resumable, late
}

// secure connects, runs the plaintext protocol before TLS and the handshake.
func (c *command) secure(ctx context.Context, o polytls.ConnectOptions) (*polytls.Socket, error) {
	dialing, cancel := within(ctx, c.timeout)
	defer cancel()
	network, addr := c.target.Network()
	conn, err := new(net.Dialer).DialContext(dialing, network, addr)
	if err != nil {
		return nil, err
	}
	if c.recording != nil {
		conn = c.recording.Client(conn)
		o.OnKeylog = func(line []byte) { c.recording.Secrets(line, conn) }
	}
	if c.starttls != "" {
		if deadline, ok := dialing.Deadline(); ok {
			conn.SetDeadline(deadline)
		}
		if err := starttls.Upgrade(conn, c.starttls, o.Host); err != nil {
			conn.Close()
			return nil, err
		}
		conn.SetDeadline(time.Time{})
	}
	o.HandshakeTimeout = cmp.Or(o.HandshakeTimeout, defaultHandshakeTimeout)
	s, err := polytls.Client(dialing, conn, o)
	switch {
	case err == nil:
		return s, nil
	case errors.Is(dialing.Err(), context.DeadlineExceeded):
		return nil, explain.New(failure.HandshakeTimeout.Code, "allow more with --timeout, or check that the other end uses TLS", "TLS handshake timeout: the server is silent, or too slow for --timeout")
	}
	return nil, c.refusedSecret(explain.Of(err))
}

// refusedSecret adds the key or user that the server may not know, or for which it may have
// another secret, if its alert can mean that.
func (c *command) refusedSecret(f *explain.Failure) *explain.Failure {
	switch refused := f.Code == "ERR_SSL_TLSV1_ALERT_UNKNOWN_PSK_IDENTITY" || f.Code == "ERR_SSL_SSL/TLS_ALERT_HANDSHAKE_FAILURE"; {
	case refused && c.SRPUser != "":
		f.Hint = fmt.Sprintf("check that the server has SRP user %q, and see its log", c.SRPUser)
	case refused && len(c.PSK) > 0:
		f.Hint = fmt.Sprintf("check that the server has PSK identity %q, and see its log", c.PSK[0].Identity)
	case f.Code == "ERR_SSL_SSL/TLS_ALERT_ILLEGAL_PARAMETER" && len(c.PSK) > 0: // OpenSSL's alert for a wrong binder
		f.Hint = fmt.Sprintf("the key of the two ends may differ: check --psk for identity %q, and see the server's log", c.PSK[0].Identity)
	}
	return f
}

// defaultHandshakeTimeout is Node's, without --handshake-timeout.
const defaultHandshakeTimeout = 2 * time.Minute

// within returns a context that ends after a limit; 0 means no limit.
func within(ctx context.Context, limit time.Duration) (context.Context, context.CancelFunc) {
	if limit > 0 {
		return context.WithTimeout(ctx, limit)
	}
	return context.WithCancel(ctx)
}

// finish ends our side and reads until the peer ends its own, or for lateWait. It
// returns an error only for a late alert: the peer may close the connection, or
// send nothing.
func (c *command) finish(s *polytls.Socket) error {
	s.CloseWrite() // if it fails, so does Read
	s.SetReadDeadline(time.Now().Add(lateWait))
	_, err := io.Copy(io.Discard, s)
	var e *polytls.Error
	if errors.As(err, &e) && e.AlertFrom != polytls.SideNone {
		return err
	}
	return nil
}

// sendInput sends the file, ends our side and returns what was received.
func (c *command) sendInput(s *polytls.Socket) (*[]byte, error) {
	sent := make(chan error, 1)
	go func() {
		_, err := s.Write(c.input)
		if err == nil {
			err = s.CloseWrite()
		}
		sent <- err
	}()
	received := []byte{}
	buf := make([]byte, 32<<10)
	for {
		if c.timeout > 0 {
			s.SetReadDeadline(time.Now().Add(c.timeout))
		}
		n, err := s.Read(buf)
		received = append(received, buf[:n]...)
		switch {
		case err == nil:
			continue
		case err == io.EOF:
			return &received, nil
		case errors.Is(err, io.ErrUnexpectedEOF):
			return &received, lateSend(sent)
		case errors.Is(err, os.ErrDeadlineExceeded):
			return &received, explain.New("ETIMEDOUT", "allow more with --timeout", "the server sent nothing for %v", c.timeout)
		}
		return &received, err
	}
}

// lateSend returns why the file was not sent completely, nil if it was. It is
// called when the peer has closed the connection, so that sending has ended or ends
// soon.
func lateSend(sent <-chan error) error {
	select {
	case err := <-sent:
		return err
	case <-time.After(lateWait):
		return nil
	}
}

// converse sends standard input and prints what is received, until both have ended.
// A terminal's input does not end: with a terminal, the end of the peer's data is
// enough. An end without close_notify is not a failure, as in Node.
func (c *command) converse(ctx context.Context, s *polytls.Socket) error {
	sent := make(chan error, 1)
	go func() {
		err := c.sendStandardInput(ctx, s)
		s.CloseWrite()
		sent <- err
	}()
	if _, err := io.Copy(os.Stdout, s); err != nil && !errors.Is(err, io.ErrUnexpectedEOF) {
		return err
	}
	if onTerminal() {
		return nil
	}
	if err := <-sent; err != nil && !errors.Is(err, syscall.EPIPE) && !errors.Is(err, syscall.ECONNRESET) {
		return err
	}
	return nil
}
