package interop

import (
	"path/filepath"
	"testing"

	"polytls"
)

// TestFileSessionsAreOpenSSLs: openssl s_client resumes with a file of FileSessions.
func TestFileSessionsAreOpenSSLs(t *testing.T) {
	t.Parallel()
	eachVersion(t, func(t *testing.T, flag, version string) {
		srv := serve(t, polytls.ServerOptions{ContextOptions: certificate(t, "rsa").options(), TicketKeys: bulk(48)}, nil)
		dir := filepath.Join(t.TempDir(), "cache")
		files, err := polytls.NewFileSessions(dir, polytls.FileSessionsOptions{})
		if err != nil {
			t.Fatal(err)
		}
		context, err := polytls.NewSecureContext(only(polytls.ContextOptions{CAFile: []string{ca(t).certFile}}, version))
		if err != nil {
			t.Fatal(err)
		}
		s, err := polytls.Connect(t.Context(), polytls.ConnectOptions{SecureContext: context, Sessions: files, Host: "localhost", Port: srv.port})
		if err != nil {
			t.Fatal(err)
		}
		defer s.Close()
		if _, err := s.Write([]byte("x")); err != nil {
			t.Fatal(err)
		}
		if _, err := s.Read(make([]byte, 1)); err != nil { // tickets come before it
			t.Fatal(err)
		}
		if f := srv.next(t); f.Reused {
			t.Error("the first connection is resumed")
		}
		names, err := filepath.Glob(filepath.Join(dir, "*.pem"))
		if err != nil || len(names) == 0 {
			t.Fatal(names, err)
		}
		sConnect(t, srv.port, flag, "-sess_in", names[0])
		if f := srv.next(t); !f.Reused {
			t.Error("openssl does not resume")
		}
	})
}
