//go:build !race

package polytls_test

const raceEnabled = false
