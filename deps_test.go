package polytls_test

import (
	"os/exec"
	"strings"
	"testing"
)

// TestDependencies holds what a program links that imports polytls to what the
// house allows: no HTTP, and nothing of the adapters' modules.
func TestDependencies(t *testing.T) {
	out, err := exec.Command("go", "list", "-deps", "polytls").Output()
	if err != nil {
		t.Skipf("the go command does not list packages here: %v", err)
	}
	deps := strings.Fields(string(out))
	if len(deps) < 50 {
		t.Fatalf("%d packages are no list of dependencies", len(deps))
	}
	for _, dep := range deps {
		for _, banned := range []string{
			"net/http", "testing", "golang.org/x/net/http2", "google.golang.org/", "github.com/prometheus/",
			"github.com/redis/", "github.com/spf13/", "github.com/chromedp/", "pgregory.net/rapid",
			"polytls/cmd/", "polytls/internal/testcert", "polytls/metrics", "polytls/polyhttp", "polytls/polygrpc",
			"polytls/stapling", "polytls/sessionstore/redisstore",
			"golang.org/x/crypto/x509roots/fallback", // sets the roots of the whole program; its bundle does not
		} {
			if dep == banned || strings.HasSuffix(banned, "/") && strings.HasPrefix(dep, banned) {
				t.Errorf("polytls links %s", dep)
			}
		}
	}
}
