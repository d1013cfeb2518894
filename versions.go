package polytls

import (
	"polytls/failure"
	"polytls/internal/suite"
)

// The versions of TLS by Node's names, for MinVersion and MaxVersion, and as
// [Socket.Protocol] returns them.
const (
	TLS10 = "TLSv1"
	TLS11 = "TLSv1.1"
	TLS12 = "TLSv1.2"
	TLS13 = "TLSv1.3"
)

// parseVersion reads Node's name of a version. which is "minimum" or "maximum".
func parseVersion(name, which string) (suite.Version, error) {
	version, ok := suite.ParseVersion(name)
	if !ok {
		option := map[string]string{"minimum": "MinVersion", "maximum": "MaxVersion"}[which]
		return 0, failure.InvalidProtocolVersion.Local("%q is not a valid %s TLS protocol version", name, which).
			At(failure.Item{Option: option, Index: -1})
	}
	return version, nil
}
