package endpoint

import (
	"fmt"
	"strings"

	"github.com/spf13/pflag"

	"polytls/certcompress"
	"polytls/certcompress/brotli"
	"polytls/certcompress/zstd"
	"polytls/cmd/polytls/internal/flags"
)

// compressions are the algorithms that --certificate-compression names.
var compressions = []*certcompress.Algorithm{certcompress.Zlib, brotli.Algorithm, zstd.Algorithm}

// compressionList returns the value of the flag of algorithms that compress
// certificates.
func compressionList(list *[]*certcompress.Algorithm) pflag.Value {
	return flags.Parsed("NAMES", func(s string) error {
		*list = nil
		for name := range strings.SplitSeq(s, ",") {
			a, err := compression(strings.TrimSpace(name))
			if err != nil {
				return err
			}
			*list = append(*list, a)
		}
		return nil
	})
}

func compression(name string) (*certcompress.Algorithm, error) {
	var names []string
	for _, a := range compressions {
		if a.Name == name {
			return a, nil
		}
		names = append(names, a.Name)
	}
	return nil, fmt.Errorf("%q, want one of %s", name, flags.Words(names))
}
