package serve

import (
	"context"
	"crypto/sha256"
	"os"
	"slices"
	"time"

	"polytls"
	"polytls/cmd/polytls/internal/endpoint"
	"polytls/cmd/polytls/internal/explain"
)

// watchInterval is how often --watch checks the files.
const watchInterval = time.Second

// maintain keeps the server up to date until ctx ends: it reads the files of its
// contexts again on SIGHUP, and with --watch when one has changed, and warns of
// certificates that soon expire.
func (s *server) maintain(ctx context.Context, hangup <-chan os.Signal) {
	expiry := time.NewTicker(endpoint.ExpiryInterval)
	defer expiry.Stop()
	var watch <-chan time.Time // nil without --watch: it is never ready
	if s.watch {
		ticker := time.NewTicker(watchInterval)
		defer ticker.Stop()
		watch = ticker.C
	}
	before := s.filesDigest()
	for {
		select {
		case <-ctx.Done():
			return
		case <-expiry.C:
			s.warnExpiry()
		case <-hangup:
			before = s.filesDigest()
			s.hangup()
		case <-watch:
			if after := s.filesDigest(); after != before {
				before = after
				s.reloadFiles("files changed")
			}
		}
	}
}

// hangup reloads on SIGHUP, whether or not --watch is given.
func (s *server) hangup() {
	if len(s.watched()) == 0 {
		s.log.Info("SIGHUP: no files to reload")
		return
	}
	s.reloadFiles("SIGHUP")
}

// reloadFiles reloads the files for later connections. If they cannot be used, the
// old ones stay in use: a key and its certificate are seldom replaced at once.
func (s *server) reloadFiles(why string) {
	if err := s.reload(); err != nil {
		f := explain.Of(err)
		s.log.Warn("reload failed, the old files stay in use", "why", why, "code", f.Code, "reason", f.Reason)
		return
	}
	s.log.Info("reloaded the files", "why", why, "files", len(s.watched()))
	s.warnExpiry()
}

// reload replaces the server's contexts.
func (s *server) reload() error {
	if !s.ownCertificate() {
		o, err := s.contextOptions()
		if err != nil {
			return err
		}
		secure, err := polytls.NewSecureContext(o)
		if err != nil {
			return s.OptionError(err)
		}
		if err := s.tls.SetSecureContext(secure); err != nil {
			return err
		}
	}
	return s.addNames(s.tls)
}

// filesDigest returns a digest of the contents of the watched files.
func (s *server) filesDigest() [sha256.Size]byte {
	h := sha256.New()
	for _, path := range s.watched() {
		data, err := os.ReadFile(path)
		if err != nil {
			data = nil // a missing file changes the digest, too
		}
		sum := sha256.Sum256(data)
		h.Write(sum[:])
	}
	return [sha256.Size]byte(h.Sum(nil))
}

// warnExpiry logs a warning for each certificate of ours that soon expires.
func (s *server) warnExpiry() {
	for _, note := range s.ExpiryNotes(slices.Concat(s.Own, s.ownNamed), time.Now()) {
		s.log.Warn("certificate", "note", note)
	}
}
