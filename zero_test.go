package polytls_test

import (
	"context"
	"errors"
	"net"
	"reflect"
	"testing"

	"polytls"
)

// TestZeroValuesDoNotPanic calls each method of types that no constructor has
// made, with the zero value of each argument but a context. Where a method can
// return an error, those of a Server and a Socket do, but for what only
// registers something.
func TestZeroValuesDoNotPanic(t *testing.T) {
	registers := map[string]bool{"AddContext": true, "SetTicketKeys": true, "AuthorizationError": true}
	for _, zero := range []func() any{
		func() any { return &polytls.Server{} },
		func() any { return &polytls.Socket{} },
		func() any { return &polytls.ClientSessions{} },
		func() any { return &polytls.FileSessions{} },
		func() any { return polytls.ClientSession{} },
		func() any { return polytls.SessionKey{} },
		func() any { return &polytls.Error{} },
		func() any { return &polytls.IdentityError{} },
		func() any { return &polytls.Certificate{} },
		func() any { return &polytls.SRPVerifier{} },
		func() any { return &polytls.PSK{} },
	} {
		typ := reflect.TypeOf(zero())
		for i := range typ.NumMethod() {
			m := typ.Method(i)
			t.Run(typ.String()+"/"+m.Name, func(t *testing.T) {
				var args []reflect.Value
				for j := 1; j < m.Type.NumIn(); j++ {
					switch in := m.Type.In(j); {
					case in == reflect.TypeFor[context.Context]():
						args = append(args, reflect.ValueOf(t.Context()))
					case in == reflect.TypeFor[net.Conn]():
						ours, theirs := net.Pipe()
						defer theirs.Close()
						args = append(args, reflect.ValueOf(ours))
					case in == reflect.TypeFor[net.Listener]():
						l, err := net.Listen("tcp", "127.0.0.1:0")
						if err != nil {
							t.Fatal(err)
						}
						defer l.Close()
						args = append(args, reflect.ValueOf(l))
					case m.Type.IsVariadic() && j == m.Type.NumIn()-1:
					default:
						args = append(args, reflect.New(in).Elem())
					}
				}
				out := reflect.ValueOf(zero()).Method(i).Call(args)
				switch zero().(type) {
				case *polytls.Server, *polytls.Socket:
				default:
					return
				}
				for _, v := range out {
					if v.Type() == reflect.TypeFor[error]() && v.IsNil() && !registers[m.Name] {
						t.Error("no error")
					}
				}
			})
		}
	}
}

// TestZeroServerListener gives the error to whoever accepts.
func TestZeroServerListener(t *testing.T) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	var srv polytls.Server
	_, err = srv.Listener(l).Accept()
	wantCode(t, "Accept", err, "ERR_TLS_INVALID_STATE")
	var s polytls.Socket
	_, err = s.Read(make([]byte, 1))
	wantCode(t, "Read", err, "ERR_TLS_INVALID_STATE")
}

// TestZeroContextIsRefused wherever a context is given.
func TestZeroContextIsRefused(t *testing.T) {
	const code = "ERR_TLS_INVALID_CONTEXT"
	zero := &polytls.SecureContext{}
	_, err := polytls.NewServer(polytls.ServerOptions{SecureContext: zero}, nil)
	wantCode(t, "NewServer", err, code)
	_, err = polytls.Connect(t.Context(), polytls.ConnectOptions{SecureContext: zero})
	wantCode(t, "Connect", err, code)
	srv, err := polytls.NewServer(serving(localhost), nil)
	if err != nil {
		t.Fatal(err)
	}
	wantCode(t, "SetSecureContext", srv.SetSecureContext(zero), code)
	wantCode(t, "AddContext", srv.AddContext("name", zero), code)
	so := serving(localhost)
	so.SNICallback = func(context.Context, string) (*polytls.SecureContext, error) { return zero, nil }
	wantCode(t, "SNICallback", handshake(t, so, trusting(ca)).serverErr, code)
}

// TestHandlersCanBeRemoved by what registering them returns; nil registers nothing.
func TestHandlersCanBeRemoved(t *testing.T) {
	srv, err := polytls.NewServer(serving(localhost), nil)
	if err != nil {
		t.Fatal(err)
	}
	refuse := errors.New("not wanted any more")
	for _, remove := range []func(){
		srv.OnConnection(func(net.Conn) { t.Error("OnConnection") }),
		srv.OnTLSClientError(func(err error, _ *polytls.Socket) { t.Errorf("OnTLSClientError: %v", err) }),
		srv.OnKeylog(func([]byte, *polytls.Socket) { t.Error("OnKeylog") }),
		srv.OnOCSPRequest(func(context.Context, []byte, []byte) ([]byte, error) { return nil, refuse }),
		srv.OnNewSession(func(context.Context, []byte, []byte) error { return refuse }),
		srv.OnResumeSession(func(context.Context, []byte) ([]byte, error) { return nil, refuse }),
		srv.OnDrop(nil), srv.OnHandshake(nil), srv.OnConnection(nil), srv.OnTLSClientError(nil),
		srv.OnKeylog(nil), srv.OnOCSPRequest(nil), srv.OnNewSession(nil), srv.OnResumeSession(nil),
	} {
		remove()
		remove() // twice is once
	}
	accept := socketsOf(t, srv)
	co := trusting(ca)
	co.RequestOCSP = true
	accept(t, co)
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	go srv.Serve(l)
	co.CA = nil // what fails is told to nobody
	conn, err := net.Dial("tcp", l.Addr().String())
	if err != nil {
		t.Fatal(err)
	}
	_, err = polytls.Client(t.Context(), conn, co)
	wantCode(t, "Client", err, "UNABLE_TO_VERIFY_LEAF_SIGNATURE")
	if err := srv.Close(); err != nil {
		t.Error(err)
	}
}
