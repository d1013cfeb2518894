// Package metrics counts handshakes, connections, session tickets and session store
// operations of servers for Prometheus.
//
//	collector := metrics.New()
//	prometheus.MustRegister(collector)
//	options.SessionStore = collector.Store(store) // if there is one
//	srv, err := polytls.NewServer(options, handler)
//	collector.Watch(srv)
//
// The values of labels are names of the registries and codes of package failure, so
// that a peer cannot create new ones.
package metrics

import (
	"errors"
	"slices"
	"sync/atomic"

	"github.com/prometheus/client_golang/prometheus"

	"polytls"
	"polytls/failure"
)

// Collector is a prometheus.Collector of the metrics of servers:
//
//	polytls_handshakes_total            by version, cipher, group, resumption, code
//	polytls_handshake_seconds           a histogram by resumption; needs RecordHandshake
//	polytls_connections                 open ones, those in their handshake included
//	polytls_tickets_total               by event: issued, opened, unknown
//	polytls_ticket_key_changes_total
//	polytls_session_store_total         by operation and result, of stores from Store
//	polytls_session_store_seconds       a histogram by operation
//
// A ticket is "opened" if a key decrypts it, even if its session is then refused, and
// "unknown" if no key does; those of SingleUseTickets are not counted. Resumption is
// "full", "session" for one that resumed a session, or "psk" for one that an external
// key authenticated. Code is Node's code of a failed handshake, or "other" if the
// failure has none; it is "" if the handshake succeeded. The other labels of a failed
// handshake are empty.
type Collector struct {
	handshakes  *prometheus.CounterVec
	seconds     *prometheus.HistogramVec
	connections prometheus.GaugeFunc
	servers     atomic.Pointer[[]*polytls.Server]
	store       *prometheus.CounterVec
	storeTime   *prometheus.HistogramVec
}

// New returns a collector that watches no server yet.
func New() *Collector {
	c := &Collector{
		handshakes: prometheus.NewCounterVec(prometheus.CounterOpts{
			Name: "polytls_handshakes_total", Help: "TLS handshakes that have ended.",
		}, []string{"version", "cipher", "group", "resumption", "code"}),
		seconds: prometheus.NewHistogramVec(prometheus.HistogramOpts{
			Name: "polytls_handshake_seconds", Help: "Time from the connection to the last message of its TLS handshake.",
			Buckets: prometheus.ExponentialBuckets(0.0005, 2, 16), // to 16 s
		}, []string{"resumption"}),
		store: prometheus.NewCounterVec(prometheus.CounterOpts{
			Name: "polytls_session_store_total", Help: "Operations on the store of TLS sessions.",
		}, []string{"operation", "result"}),
		storeTime: prometheus.NewHistogramVec(prometheus.HistogramOpts{
			Name: "polytls_session_store_seconds", Help: "Time of operations on the store of TLS sessions.",
			Buckets: prometheus.ExponentialBuckets(0.0001, 4, 8), // to 1.6 s
		}, []string{"operation"}),
	}
	c.servers.Store(new([]*polytls.Server))
	c.connections = prometheus.NewGaugeFunc(prometheus.GaugeOpts{Name: "polytls_connections", Help: "Open TLS connections."}, c.open)
	return c
}

// Watch counts the handshakes of a server from now on, and its connections.
func (c *Collector) Watch(srv *polytls.Server) {
	for {
		old := c.servers.Load()
		all := append(slices.Clone(*old), srv)
		if c.servers.CompareAndSwap(old, &all) {
			break
		}
	}
	srv.OnHandshake(c.ended)
}

func (c *Collector) open() (n float64) {
	for _, srv := range *c.servers.Load() {
		n += float64(srv.Connections())
	}
	return n
}

func (c *Collector) all() []prometheus.Collector {
	return []prometheus.Collector{c.handshakes, c.seconds, c.connections, c.store, c.storeTime}
}

// Describe implements prometheus.Collector.
func (c *Collector) Describe(to chan<- *prometheus.Desc) {
	for _, m := range c.all() {
		m.Describe(to)
	}
	to <- tickets
	to <- keyChanges
}

// Collect implements prometheus.Collector.
func (c *Collector) Collect(to chan<- prometheus.Metric) {
	for _, m := range c.all() {
		m.Collect(to)
	}
	var n polytls.TicketCounts
	for _, srv := range *c.servers.Load() {
		own := srv.TicketCounts()
		n.Issued, n.Opened, n.Unknown, n.KeyChanges = n.Issued+own.Issued, n.Opened+own.Opened, n.Unknown+own.Unknown, n.KeyChanges+own.KeyChanges
	}
	for event, count := range map[string]uint64{"issued": n.Issued, "opened": n.Opened, "unknown": n.Unknown} {
		to <- prometheus.MustNewConstMetric(tickets, prometheus.CounterValue, float64(count), event)
	}
	to <- prometheus.MustNewConstMetric(keyChanges, prometheus.CounterValue, float64(n.KeyChanges))
}

// The counts of tickets are the servers' own.
var (
	tickets    = prometheus.NewDesc("polytls_tickets_total", "TLS session tickets.", []string{"event"}, nil)
	keyChanges = prometheus.NewDesc("polytls_ticket_key_changes_total", "Changes of the keys of TLS session tickets.", nil, nil)
)

// ended counts a handshake that has ended.
func (c *Collector) ended(s *polytls.Socket, err error) {
	if err != nil {
		c.handshakes.WithLabelValues("", "", "", "", codeOf(err)).Inc()
		return
	}
	p, resumption, cipher := s.Parameters(), "full", ""
	switch {
	case p.PSKIdentity != nil:
		resumption = "psk"
	case s.SessionReused():
		resumption = "session"
	}
	if suite := s.Cipher(); suite != nil { // nil after Close
		cipher = suite.StandardName
	}
	c.handshakes.WithLabelValues(s.Protocol(), cipher, p.Group, resumption, "").Inc()
	if took := s.HandshakeTime(); took > 0 {
		c.seconds.WithLabelValues(resumption).Observe(took.Seconds())
	}
}

// codeOf returns the code of a failure, "other" for a code that a callback invented.
func codeOf(err error) string {
	code := failure.CodeOf(err)
	var own *polytls.Error
	if _, known := failure.Lookup(code); !known && (code == "" || errors.As(err, &own) && own.Code == code) {
		return "other"
	}
	return code
}
