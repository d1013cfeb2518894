package fleet

import (
	_ "embed"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"polytls/internal/peertest"
)

//go:embed testdata/node.js
var nodeScript string

// object is a JSON object.
type object map[string]any

// startNode starts Node, "node12" or "node", with arguments of the script.
func startNode(t testing.TB, name string, config object) *process {
	t.Helper()
	p := pki()
	all := object{"ca": string(p.ca.PEM())}
	if config["serve"] == true {
		all["cert"], all["key"] = string(p.server.ChainPEM()), string(p.server.KeyPEM())
		all["ticketKeys"] = hex.EncodeToString(fleetKey)
	}
	maps.Copy(all, config)
	return start(t, name, "-e", nodeScript, text(t, all))
}

func text(t testing.TB, o object) string {
	t.Helper()
	b, err := json.Marshal(o)
	if err != nil {
		t.Fatal(err)
	}
	return string(b)
}

// tell sends Node a command.
func (p *process) tell(t testing.TB, command string, o object) {
	t.Helper()
	all := object{"command": command}
	maps.Copy(all, o)
	p.Write(t, text(t, all)+"\n")
}

// answer returns the next line of JSON in which Node reports what was asked for, or
// a failure.
func (p *process) answer(t testing.TB, what string) object {
	t.Helper()
	line := p.expect(t, `(?m)^\{.*"(?:`+what+`|error)":.*\}$`)[0]
	var o object
	if err := json.Unmarshal([]byte(line), &o); err != nil {
		t.Fatalf("%s wrote %q: %v", p.Name, line, err)
	}
	return o
}

// fleetKey is the ticket key that all servers share.
var fleetKey = []byte(strings.Repeat("fleet key 123456", 3))

// member is a server of the fleet, a process that echoes.
type member struct {
	name string
	port string
}

// members are the servers of a fleet in the order of the table.
var members = []string{"polytls 1", "polytls 2", "node12", "node"}

// fleetOptions are what the servers of a fleet and their clients have in common.
type fleetOptions struct {
	version string
	redis   string // the socket of a Redis, in which sessions are kept; no tickets then
	asks    bool   // for the clients' certificates
	early   bool   // our servers mark their tickets, which allow early data
}

// startFleet starts the servers.
func startFleet(t testing.TB, o fleetOptions) (fleet []member) {
	t.Helper()
	version, redis := o.version, o.redis
	for _, name := range members {
		var p *process
		if strings.HasPrefix(name, "polytls") {
			p = startMember(t, o)
		} else {
			config := object{"serve": true, "version": version, "requestCert": o.asks}
			if redis != "" {
				const noTicket = 0x4000 // SSL_OP_NO_TICKET
				config["redis"], config["secureOptions"] = redis, noTicket
			}
			p = startNode(t, name, config)
		}
		port := p.expect(t, `listening on 127\.0\.0\.1:(\d+)\n`)[1]
		fleet = append(fleet, member{name, port})
	}
	return fleet
}

// startMember starts the command as a server.
func startMember(t testing.TB, o fleetOptions) *process {
	t.Helper()
	version, redis := o.version, o.redis
	args := []string{"serve", "--listen", "127.0.0.1:0", "--mode", "echo", "--cert", pki().certFile, "--key", pki().keyFile,
		"--min-version", version, "--max-version", version, "--session-id-context", "fleet"}
	if o.early {
		args = append(args, "--max-early-data", "1000")
	}
	if o.asks {
		args = append(args, "--request-cert", "--ca", pki().caFile)
	}
	if redis == "" {
		args = append(args, "--ticket-keys", hex.EncodeToString(fleetKey))
	} else {
		args = append(args, "--session-store", "unix://"+redis, "--session-store-plain", "--secure-options", "SSL_OP_NO_TICKET")
	}
	return start(t, "polytls", args...)
}

// client makes connections and keeps what it can resume.
type client interface {
	// connect resumes a session if it has one (nil if not), and returns whether
	// that worked and the session to resume next.
	connect(t testing.TB, to member, session []byte) (reused bool, next []byte)
}

// clients are one of each kind, by name.
func clients(t testing.TB, o fleetOptions) map[string]client {
	config, files := object{"version": o.version}, []string(nil)
	if o.asks {
		config["cert"], config["key"] = string(pki().client.ChainPEM()), string(pki().client.KeyPEM())
		files = []string{"-cert", pki().clientFile, "-key", pki().clientKey}
	}
	return map[string]client{
		"polytls": ourClient{o},
		"openssl": opensslClient{o.version, files},
		"node12":  nodeClient{startNode(t, "node12", config)},
		"node":    nodeClient{startNode(t, "node", config)},
	}
}

// ourClient is the command; its sessions are PEM.
type ourClient struct{ fleetOptions }

func (c ourClient) connect(t testing.TB, to member, session []byte) (bool, []byte) {
	t.Helper()
	args := []string{"connect", "localhost:" + to.port, "--ca", pki().caFile, "--json", "--max-version", c.version}
	if c.asks {
		args = append(args, "--cert", pki().clientFile, "--key", pki().clientKey)
	}
	file := sessionFile(t, session)
	if session != nil {
		args = append(args, "--session-in", file)
	}
	p := start(t, "polytls", append(args, "--session-out", file)...)
	p.wait(t)
	reused := p.expect(t, `"sessionReused":(true|false)`)[1]
	return reused == "true", readSession(t, file)
}

// opensslClient is openssl s_client; its sessions are PEM, too.
type opensslClient struct {
	version string
	files   []string // of its certificate
}

func (c opensslClient) connect(t testing.TB, to member, session []byte) (bool, []byte) {
	t.Helper()
	file := sessionFile(t, session)
	args := []string{"s_client", "-connect", "127.0.0.1:" + to.port, "-servername", "localhost", "-CAfile", pki().caFile,
		"-verify_return_error", opensslFlags[c.version], "-sess_out", file}
	args = append(args, c.files...)
	if session != nil {
		args = append(args, "-sess_in", file)
	}
	p := start(t, "openssl", args...)
	kind := p.expect(t, `(New|Reused), TLSv1`)[1]
	p.Write(t, "hello\n")
	p.expect(t, `(?m)hello$`) // tickets come before it, and what tells of them is still being written
	p.Write(t, "Q\n")
	p.wait(t)
	return kind == "Reused", readSession(t, file)
}

var opensslFlags = map[string]string{"TLSv1.2": "-tls1_2", "TLSv1.3": "-tls1_3"}

func sessionFile(t testing.TB, session []byte) string {
	t.Helper()
	file := filepath.Join(t.TempDir(), "session.pem")
	if session != nil {
		if err := os.WriteFile(file, session, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	return file
}

func readSession(t testing.TB, file string) []byte {
	t.Helper()
	data, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	return data
}

// nodeClient is a process of Node; its sessions are base64.
type nodeClient struct{ p *process }

func (c nodeClient) connect(t testing.TB, to member, session []byte) (bool, []byte) {
	t.Helper()
	c.p.tell(t, "connect", object{"port": to.port, "session": string(session)})
	r := c.p.answer(t, "reused")
	if r["error"] != nil {
		t.Fatalf("%s to %s: %v", c.p.Name, to.name, r["error"])
	}
	if next := r["session"].(string); next != "" {
		session = []byte(next)
	}
	return r["reused"] == true, session
}

// TestMixedFleetResumesTickets checks that each server accepts the tickets of each
// other server, with any client.
func TestMixedFleetResumesTickets(t *testing.T) {
	for _, version := range []string{"TLSv1.2", "TLSv1.3"} {
		t.Run(version, func(t *testing.T) {
			goRound(t, fleetOptions{version: version})
		})
	}
}

// TestMixedFleetResumesClientCertificates checks that each server resumes the
// session of a client with a certificate, and verifies the certificate that the
// session holds.
func TestMixedFleetResumesClientCertificates(t *testing.T) {
	for _, version := range []string{"TLSv1.2", "TLSv1.3"} {
		t.Run(version, func(t *testing.T) {
			goRound(t, fleetOptions{version: version, asks: true})
		})
	}
}

// TestMixedFleetResumesMarkedTickets checks that other servers accept our tickets
// with a mark in ticket_appdata.
func TestMixedFleetResumesMarkedTickets(t *testing.T) {
	goRound(t, fleetOptions{version: "TLSv1.3", early: true})
}

// TestMixedFleetResumesIdentifiers checks the same for sessions in a Redis that all
// servers use.
func TestMixedFleetResumesIdentifiers(t *testing.T) {
	redis := peertest.StartRedis(t)
	goRound(t, fleetOptions{version: "TLSv1.2", redis: redis.Socket})
}

// goRound lets each client go round a fleet.
func goRound(t *testing.T, o fleetOptions) {
	t.Helper()
	fleet, all := startFleet(t, o), clients(t, o)
	for _, name := range slices.Sorted(maps.Keys(all)) {
		t.Run(name, func(t *testing.T) {
			c := all[name]
			checkTable(t, resumptions(t, c, fleet), fleet)
			checkJourney(t, c, o.version, fleet)
		})
	}
}

// resumptions returns, by issuing and resuming server, whether a session was
// resumed.
func resumptions(t *testing.T, c client, fleet []member) map[[2]string]bool {
	t.Helper()
	table := map[[2]string]bool{}
	for _, giver := range fleet {
		reused, session := c.connect(t, giver, nil)
		if reused || len(session) == 0 {
			t.Fatalf("%s: the first connection is resumed (%t), or has no session", giver.name, reused)
		}
		for _, taker := range fleet {
			table[[2]string{giver.name, taker.name}], _ = c.connect(t, taker, session)
		}
	}
	return table
}

// checkTable prints the table. Node 12 does not read what a newer Node seals,
// which is between these two; everything else must be resumed.
func checkTable(t *testing.T, table map[[2]string]bool, fleet []member) {
	t.Helper()
	var out strings.Builder
	fmt.Fprintf(&out, "%-20s", "given by, resumed at")
	for _, taker := range fleet {
		fmt.Fprintf(&out, "%11s", taker.name)
	}
	for _, giver := range fleet {
		fmt.Fprintf(&out, "\n%-20s", giver.name)
		for _, taker := range fleet {
			word := "-"
			if table[[2]string{giver.name, taker.name}] {
				word = "yes"
			} else if giver.name != "node" || taker.name != "node12" {
				t.Errorf("a session of %s is not resumed at %s", giver.name, taker.name)
			}
			fmt.Fprintf(&out, "%11s", word)
		}
	}
	t.Log("\n" + out.String())
}

// checkJourney takes one session round, with what each server makes of it. In
// TLS 1.3, where each gives a new ticket, Node 12 reads what a server of ours
// made of a newer Node's.
func checkJourney(t *testing.T, c client, version string, fleet []member) {
	t.Helper()
	const ours, alsoOurs, node12, node = 0, 1, 2, 3
	stops := []int{ours, node12, alsoOurs, node, ours, node, alsoOurs}
	if version == "TLSv1.3" {
		stops = append(stops, node12)
	}
	_, session := c.connect(t, fleet[node12], nil)
	for i, at := range stops {
		var reused bool
		if reused, session = c.connect(t, fleet[at], session); !reused {
			t.Errorf("stop %d, %s: not resumed", i, fleet[at].name)
		}
	}
}
