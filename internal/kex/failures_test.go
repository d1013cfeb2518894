package kex

import (
	"math/big"
	"testing"

	"polytls/failure"
	"polytls/failure/failuretest"
	"polytls/internal/suite"
)

// serverParams returns a client's result for a server's group.
func serverParams(p, g []byte) func(*testing.T) error {
	return func(*testing.T) error { return CheckServerParams(&DHParams{P: p, G: g}, DHLimits{}, 0) }
}

func TestFailures(t *testing.T) {
	good := modp2048.params()
	failuretest.Triggers{
		failure.BadDHValue: func(*testing.T) error {
			_, _, err := Reply(suite.FFDHE2048, make([]byte, 256))
			return err
		},
		failure.BadECPoint: func(*testing.T) error {
			_, _, err := Reply(suite.P256, make([]byte, 65))
			return err
		},
		failure.BadSRPParameters: func(*testing.T) error {
			_, err := NewSRPClient(srpGroups[2].N(), srpGroups[2].G(), nil, nil, 0)
			return err
		},
		failure.CheckPNotPrime:       serverParams([]byte{4}, good.G),
		failure.ModulusTooLarge:      serverParams(minus(power2(10001), 1).Bytes(), good.G),
		failure.ModulusTooSmall:      serverParams(minus(power2(511), 1).Bytes(), good.G),
		failure.NotSuitableGenerator: serverParams(good.P, big.NewInt(1).Bytes()),
	}.Run(t)
}
