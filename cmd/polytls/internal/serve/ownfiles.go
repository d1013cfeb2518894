package serve

import (
	"os"
	"path/filepath"
	"strings"
)

// watched lists the files of the server's contexts, which are reloaded when they
// change.
func (s *command) watched() []string {
	_, extraCA := s.ExtraCAFile()
	var paths []string
	for _, list := range [][]string{s.Certs, s.Keys, s.CAs, s.CRLs, s.PFXs, {extraCA, s.DHParam, s.ocspResponse}} {
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

// ownFiles lists all files that the server reads or writes, which it does not serve.
func (s *server) ownFiles() []string {
	_, keylog := s.KeylogPath()
	paths := append(s.watched(), s.SRPVerifiers, keylog, s.PcapFile)
	paths = append(paths, s.sessions.Files()...)
	if path, ok := strings.CutPrefix(s.Passphrase, "file:"); ok {
		paths = append(paths, path)
	}
	if s.made != nil {
		paths = append(paths, s.made.caFile)
	}
	if s.state != "" {
		kept, _ := os.ReadDir(s.state)
		for _, entry := range kept {
			paths = append(paths, filepath.Join(s.state, entry.Name()))
		}
	}
	return paths
}
