package main

import (
	"context"
	"crypto/sha256"
	"os"
	"strings"
	"time"

	"polytls"
)

// watchInterval is how often --watch looks at the files.
const watchInterval = time.Second

// watchFiles reads the context's files again when one has changed. Connections
// that are there keep what they have, and so do all if the new files are no
// good: a key and its certificate are seldom replaced at once.
func (s *server) watchFiles(ctx context.Context) {
	ticker := time.NewTicker(watchInterval)
	defer ticker.Stop()
	before := s.filesDigest()
	for {
		select {
		case <-ctx.Done():
			return
		case <-ticker.C:
		}
		after := s.filesDigest()
		if after == before {
			continue
		}
		before = after
		if err := s.reload(); err != nil {
			f := failed(err)
			s.log.Warn("the changed files are no good, the old ones stay in use", "code", f.Code, "reason", f.Reason)
			continue
		}
		s.log.Info("read the changed files")
	}
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
			return s.optionError(err)
		}
		if err := s.tls.SetSecureContext(secure); err != nil {
			return err
		}
	}
	return s.addNames(s.tls)
}

// filesDigest changes whenever the contents of a watched file do.
func (s *server) filesDigest() [sha256.Size]byte {
	h := sha256.New()
	for _, path := range s.watched() {
		data, err := os.ReadFile(path)
		if err != nil {
			data = nil // one that is missing changes the digest, too
		}
		sum := sha256.Sum256(data)
		h.Write(sum[:])
	}
	return [sha256.Size]byte(h.Sum(nil))
}

// watched are the files behind the flags.
func (s *server) watched() []string {
	var paths []string
	for _, list := range [][]string{s.certs, s.keys, s.cas, s.crls, s.pfxs, {s.extraCA, s.dhparam, s.ocspResponse}} {
		for _, path := range list {
			if path != "" && path != "auto" {
				paths = append(paths, path)
			}
		}
	}
	for _, item := range s.sni {
		_, files, _ := strings.Cut(item, "=")
		paths = append(paths, strings.Split(files, ",")...)
	}
	return paths
}
