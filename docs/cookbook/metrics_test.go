package cookbook

import (
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/promhttp"

	"polytls"
	"polytls/metrics"
)

// # Metrics for Prometheus
//
// [operating.md](operating.md) has the names and what to watch. The labels are names of
// registries and codes of failures, so that a peer cannot create new ones.
func withMetrics(srv *polytls.Server) http.Handler {
	collector := metrics.New()
	collector.Watch(srv)
	registry := prometheus.NewRegistry()
	registry.MustRegister(collector)
	return promhttp.HandlerFor(registry, promhttp.HandlerOpts{})
}

func TestMetrics(t *testing.T) {
	srv, err := polytls.NewServer(polytls.ServerOptions{ContextOptions: identity(localhost)}, echo)
	port := start(t, srv, err)
	page := httptest.NewServer(withMetrics(srv))
	defer page.Close()
	if _, err := talk(t, trusting(port)); err != nil {
		t.Fatal(err)
	}
	response, err := http.Get(page.URL)
	if err != nil {
		t.Fatal(err)
	}
	defer response.Body.Close()
	text, err := io.ReadAll(response.Body)
	if want := `resumption="full",version="TLSv1.3"} 1`; err != nil || !strings.Contains(string(text), want) {
		t.Errorf("%v, no %s in\n%s", err, want, text)
	}
}
