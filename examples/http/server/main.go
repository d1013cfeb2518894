// Command server serves the files of a directory with HTTP/2 and HTTP/1.1, until it is
// interrupted.
package main

import (
	"context"
	"flag"
	"log"
	"net"
	"net/http"
	"os"
	"os/signal"
	"time"

	"polytls"
	"polytls/polyhttp"
)

func main() {
	listen := flag.String("listen", "127.0.0.1:8443", "address to listen on")
	cert := flag.String("cert", "pki/server-cert.pem", "certificate chain")
	key := flag.String("key", "pki/server-key.pem", "private key")
	root := flag.String("root", "public", "directory to serve")
	flag.Parse()

	// polyhttp.ListenAndServe does all that follows in one call. A Server of one's own
	// has the fields of http.Server, and can be shut down.
	srv, err := polyhttp.NewServer(polytls.ServerOptions{
		ContextOptions: polytls.ContextOptions{CertFile: []string{*cert}, KeyFile: []string{*key}},
	}, logged(http.FileServer(http.Dir(*root))))
	if err != nil {
		log.Fatal(err)
	}
	srv.ReadHeaderTimeout = 10 * time.Second
	l, err := net.Listen("tcp", *listen)
	if err != nil {
		log.Fatal(err)
	}
	log.Printf("listening on %s", l.Addr())

	interrupted, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	defer stop()
	go func() {
		if err := srv.Serve(l); err != http.ErrServerClosed {
			log.Fatal(err)
		}
	}()
	<-interrupted.Done()
	// Requests that are being served get their responses.
	ctx, cancel := context.WithTimeout(context.Background(), 10*time.Second)
	defer cancel()
	if err := srv.Shutdown(ctx); err != nil {
		log.Fatal(err)
	}
	log.Print("shut down")
}

// logged logs requests with what TLS negotiated.
func logged(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		// Socket has more than Request.TLS, which is set as well.
		s := polyhttp.Socket(r.Context())
		log.Printf("%s %s over %s, %s", r.Method, r.URL.Path, r.Proto, s.Protocol())
		next.ServeHTTP(w, r)
	})
}
