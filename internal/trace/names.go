package trace

import (
	_ "embed"
	"strconv"
	"strings"
	"sync"

	"polytls/internal/trace/release"
)

//go:embed names.txt
var namesText string

// registry is a section of names.txt.
type registry string

const (
	contentTypes            registry = "content_type"
	versions                registry = "version"
	alertLevels             registry = "alert_level"
	alerts                  registry = "alert"
	messages                registry = "message"
	compressionMethods      registry = "compression_method"
	extensionTypes          registry = "extension"
	groups                  registry = "group"
	pointFormats            registry = "point_format"
	fragmentLengths         registry = "max_fragment_length"
	schemes                 registry = "scheme"
	clientCertificateTypes  registry = "client_certificate_type"
	pskModes                registry = "psk_mode"
	keyUpdates              registry = "key_update"
	certificateCompressions registry = "certificate_compression"
	certificateTypes        registry = "certificate_type"
	cipherSuites            registry = "cipher_suite"
)

// number is a value of a registry.
type number struct {
	in    registry
	value uint32
}

// names are the names of one release.
type names map[number]string

// allNames holds the names of each release, which are read when something is first
// traced.
var allNames = sync.OnceValue(func() (all [release.Count]names) {
	for i := range all {
		all[i] = names{}
	}
	for _, row := range release.Rows(namesText) {
		value, err := strconv.ParseUint(row.Key, 16, 16)
		if err != nil {
			panic("names.txt: " + err.Error())
		}
		for r := row.First; r <= row.Last; r++ {
			all[r][number{registry(row.Section), uint32(value)}] = row.Name
		}
	}
	return all
})

// name returns the release's name of a value.
func (p *printer) name(in registry, value uint32) string {
	if name, ok := p.names[number{in, value}]; ok {
		return name
	}
	if in == alerts || in == alertLevels {
		return strings.ToLower(unknown)
	}
	return unknown
}

// unknown is what OpenSSL prints for most unknown values.
const unknown = "UNKNOWN"
