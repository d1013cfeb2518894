package handshake_test

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"net"
	"os"
	"regexp"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"polytls/failure"
	"polytls/internal/handshake"
	"polytls/internal/peertest"
	"polytls/internal/record"
	"polytls/internal/recordlayer"
	"polytls/internal/recordlayer/recordlayertest"
	"polytls/internal/suite"
	"polytls/internal/wire"
)

var updateAlerts = flag.Bool("update-alerts", false, "write testdata/alerts.txt anew, from what our end and Node's send")

// attempt is a handshake with one thing at a wrong place or of a wrong length.
type attempt struct {
	*alertFlow
	place  int
	where  string // the place in words
	change string
	forge  func(genuine content) []content
}

// String is the key of the attempt's row.
func (a *attempt) String() string { return a.name + "\t" + a.where + "\t" + a.change }

// attempts are all that are made of a flow.
func (f *alertFlow) attempts(t *testing.T) (list []*attempt) {
	genuine := f.genuine(t)
	after := slices.Clip(genuine)
	for _, m := range f.afterwards {
		after = append(after, message(m))
	}
	for place, g := range after {
		if place >= f.from && g.kind == record.Handshake && (f.only == nil || slices.Contains(f.only, wire.MessageType(g.payload[0]))) {
			list = append(list, f.wrongLengths(min(place, len(genuine)), g)...)
		}
	}
	if f.only != nil {
		return list
	}
	for place := f.from; place < len(genuine); place++ {
		list = append(list, f.misplacements(place, genuine[place])...)
	}
	list = append(list, f.misplacements(len(genuine), content{})...)
	return list
}

// byChance are changes of which random values decide what they make.
var byChance = regexp.MustCompile(`PskBinderEntry: length too small$|dh_p: a byte less$`)

// wrongLengths are the attempts with a message that is there at a place, or may be.
func (f *alertFlow) wrongLengths(place int, g content) (list []*attempt) {
	for change := range wrongLengths(f.extend(g), f.form()) {
		if byChance.MatchString(change) {
			continue
		}
		forge := func(live content) []content {
			if live.payload == nil {
				live = g
			}
			for name, raw := range wrongLengths(f.extend(live), f.form()) {
				if name == change {
					return []content{{record.Handshake, raw}}
				}
			}
			return nil
		}
		list = append(list, &attempt{f, place, "in " + g.name(), change, forge})
	}
	return list
}

// noAlert means that the connection ends without an alert.
const noAlert = "none"

// forger is the genuine end of a flow over a connection.
func (f *alertFlow) forger(t *testing.T, conn *recordlayertest.Conn, place int, forge func(content) []content) *forger {
	t.Helper()
	f.ends(t)
	g := &forger{Conn: conn, role: recordlayer.Client + recordlayer.Server - f.tested, suite: suite.ByName(f.suite), place: place, forge: forge}
	if f.node == nil { // those have callbacks
		g.ending = &content{record.Alert, []byte{byte(failure.LevelFatal), byte(failure.AlertInternalError)}}
	}
	return g
}

// run runs the forger to the end of the connection and returns the alerts that came.
func (f *alertFlow) run(ctx context.Context, g *forger) string {
	cc, sc := *f.cc, *f.sc
	cc.Observers = g.watch()
	sc.Observers = cc.Observers
	l := recordlayer.New(g, g.role)
	var alerts []string
	l.SetTracer(recordlayer.TraceFunc(func(e recordlayer.Event) {
		if e.Kind == recordlayer.EventContent && !e.Sent && e.Type == record.Alert && len(e.Payload) == 2 {
			if a := failure.Alert(e.Payload[1]); a != failure.AlertCloseNotify {
				alerts = append(alerts, a.String())
			}
		}
	}))
	e := establish(l, g.role, nil, handshakeOf(ctx, g.role, &cc, &sc))
	if g.err = e.err; g.err == nil {
		g.finish(content{})
		readAll(l)
	}
	if alerts == nil {
		return noAlert
	}
	return strings.Join(alerts, ", ")
}

func handshakeOf(ctx context.Context, r recordlayer.Role, cc *handshake.ClientConfig, sc *handshake.ServerConfig) func(recordlayer.Exchange) (*handshake.Result, error) {
	return func(x recordlayer.Exchange) (*handshake.Result, error) {
		if r == recordlayer.Client {
			return handshake.Client(ctx, x, cc)
		}
		return handshake.Server(ctx, x, sc)
	}
}

// readAll reads to the end, and returns why there is one.
func readAll(l *recordlayer.Layer) error {
	for b := make([]byte, 100); ; {
		if _, err := l.Read(b); err != nil {
			return err
		}
	}
}

// pair runs our end against a forger, and returns the alerts that it sent and its
// error.
func (f *alertFlow) pair(t *testing.T, place int, forge func(content) []content) (*forger, string, error) {
	t.Helper()
	client, server, err := recordlayertest.Pipe()
	if err != nil {
		t.Fatal(err)
	}
	conns := []*recordlayertest.Conn{client, server}
	for _, c := range conns {
		defer c.Close()
		c.SetDeadline(time.Now().Add(patience))
	}
	g := f.forger(t, conns[1-f.tested], place, forge)
	var ended error
	var wg sync.WaitGroup
	wg.Go(func() {
		defer conns[f.tested].Close()
		e := establish(recordlayer.New(conns[f.tested], f.tested), f.tested, nil, handshakeOf(t.Context(), f.tested, f.cc, f.sc))
		if ended = e.err; ended == nil {
			ended = readAll(e.layer)
			e.layer.Close(patience) // an alert may be on its way
		}
	})
	alerts := f.run(t.Context(), g)
	conns[1-f.tested].Close()
	wg.Wait()
	return g, alerts, ended
}

// ours runs an attempt against our end, and returns the alert that it sent. Its error
// must tell the same.
func (a *attempt) ours(t *testing.T) string {
	t.Helper()
	g, alert, err := a.pair(t, a.place, a.forge)
	if !g.over || g.lacks {
		t.Errorf("%s: was not tried: %v", a, g.err)
	}
	warning := alert == failure.AlertNoRenegotiation.String()
	var e *failure.Error
	var timeout net.Error
	switch {
	case errors.As(err, &e) && e.AlertFrom == failure.SideUs:
		if e.Alert.String() != alert || e.Code == "" {
			t.Errorf("%s: the error is %v with the alert %s, but %s came", a, e, e.Alert, alert)
		}
	case err == nil, errors.As(err, &timeout) && timeout.Timeout(), alert != noAlert && !warning:
		t.Errorf("%s: the alert %s, and the error is %v", a, alert, err)
	}
	return alert
}

const alertFile = "testdata/alerts.txt"

const alertHead = `# What each end sends if its peer sends a message with a wrong length, or anything at a
# wrong place: the end, the place, what is wrong, our alert, OpenSSL 3.5's as Node 26
# sends it, and why it is ours where OpenSSL's is another one or the RFCs leave it open.
# "none" is a connection that goes on or ends without an alert, "-" what was not tried
# with Node. go test ./internal/handshake -run TestAlerts -update-alerts writes this file.
`

// alertRow is a line of the file after its key.
type alertRow struct{ alert, openssl, why string }

// readAlerts returns the file's rows by their key.
func readAlerts(t *testing.T) map[string]alertRow {
	t.Helper()
	text, err := os.ReadFile(alertFile)
	if err != nil && !*updateAlerts {
		t.Fatal(err)
	}
	rows := map[string]alertRow{}
	for line := range strings.Lines(string(text)) {
		c := strings.Split(strings.TrimSuffix(line, "\n"), "\t")
		if strings.HasPrefix(line, "#") {
			continue
		}
		if len(c) != 6 {
			t.Fatalf("%s: %q is no row", alertFile, line)
		}
		rows[strings.Join(c[:3], "\t")] = alertRow{c[3], c[4], c[5]}
	}
	return rows
}

// checkAlerts compares rows with those of the file, or writes them.
func checkAlerts(t *testing.T, all []*attempt, got map[string]alertRow) {
	t.Helper()
	if *updateAlerts {
		out := []byte(alertHead)
		for _, a := range all {
			r := got[a.String()]
			out = fmt.Appendf(out, "%s\t%s\t%s\t%s\n", a, r.alert, r.openssl, a.why(r))
		}
		if err := os.WriteFile(alertFile, out, 0o666); err != nil {
			t.Fatal(err)
		}
		return
	}
	rows := readAlerts(t)
	for _, a := range all {
		want, known := rows[a.String()]
		if r := got[a.String()]; !known || r.alert != want.alert || r.openssl != want.openssl || a.why(r) != want.why {
			t.Errorf("%s: got %q, want %q", a, r, want)
		}
		delete(rows, a.String())
	}
	for key := range rows {
		t.Errorf("%s: %s was not tried", alertFile, key)
	}
}

func everyAttempt(t *testing.T) (all []*attempt) {
	t.Helper()
	for _, f := range alertFlows {
		all = append(all, f.attempts(t)...)
	}
	return all
}

// TestAlerts checks that our ends send the alerts that the RFCs require, each with
// an error that names it.
func TestAlerts(t *testing.T) {
	all, rows := everyAttempt(t), readAlerts(t)
	for _, a := range all {
		r := rows[a.String()]
		r.alert = a.ours(t)
		if want := a.demanded(); r.alert != want {
			t.Errorf("%s: the alert %s, want %s", a, r.alert, want)
		}
		rows[a.String()] = r
	}
	checkAlerts(t, all, rows)
}

// TestAlertsOfNode checks the alerts of OpenSSL 3.5 in the table.
func TestAlertsOfNode(t *testing.T) {
	node := peertest.Path(t, "node")
	all, rows := everyAttempt(t), readAlerts(t)
	byFlow := map[*alertFlow][]*attempt{}
	for _, a := range all {
		if a.node != nil {
			byFlow[a.alertFlow] = append(byFlow[a.alertFlow], a)
		}
	}
	theirs := nodes(t, node, byFlow)
	for _, a := range all {
		r := rows[a.String()]
		if r.openssl = theirs[a]; r.openssl == "" {
			r.openssl = "-"
		}
		rows[a.String()] = r
	}
	checkAlerts(t, all, rows)
}

// extensionsNotTried are those of which no field is changed in a message, and why.
var extensionsNotTried = map[wire.ExtensionType]string{
	wire.ExtUseSRTP:                 "not supported",
	wire.ExtHeartbeat:               "not supported",
	wire.ExtStatusRequestV2:         "not supported",
	wire.ExtDelegatedCredential:     "not supported",
	wire.ExtQUICTransportParameters: "not supported",
	wire.ExtNextProtocolNegotiation: "not supported",
	wire.ExtECHOuterExtensions:      "not supported",
	wire.ExtEncryptedClientHello:    "not supported",
}

// TestAlertsCoverEveryField: every extension is changed in every message that may
// hold it, and every message of a version.
func TestAlertsCoverEveryField(t *testing.T) {
	holders := map[wire.Place]string{
		wire.InClientHello: "1.. server.*\tClientHello", wire.InServerHello12: "1.2 client.*\tServerHello", wire.InServerHello: "1.3 client.*in ServerHello\tServerHello",
		wire.InRetry: "in HelloRetryRequest\tServerHello", wire.InEncryptedExtensions: "EncryptedExtensions", wire.InCertificateRequest: "1.3.*\tCertificateRequest",
		wire.InCertificate: `1.3.*\tCertificate\.certificate_list`, wire.InTicket: "1.3.*\tNewSessionTicket",
	}
	var keys []string
	for _, a := range everyAttempt(t) {
		keys = append(keys, a.String())
	}
	text := strings.Join(keys, "\n")
	for id := range wire.ExtensionTypes() {
		for place, holder := range holders {
			if !id.AllowedIn(place) || extensionsNotTried[id] != "" {
				continue
			}
			if !regexp.MustCompile(holder + `\.extensions\.` + id.String() + "[.:]").MatchString(text) {
				t.Errorf("no attempt changes %s in %s", id, place)
			}
		}
	}
}
