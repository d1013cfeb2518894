package interop

import (
	"errors"
	"io"
	"regexp"
	"slices"
	"testing"

	"polytls"
)

// report is a problem that a user of some implementation of TLS has published, made
// again here. What it says of Node 26 and of us is what the test saw.
type report struct {
	source string // the thread: owner/repository#number
	met    string // in our words
	run    scene
	node   string // the result with Node
	ours   string // with us, "" for the same
	why    string // we differ from Node
}

// scene plays a report at Node, or with us if n is nil, and says what came of it.
type scene func(t testing.TB, n *node) string

// The results of scenes. A failure is its code, or its words if it has none,
// after the option or the end that it was found at.
const (
	loads  = "loads"
	secure = "secure"
)

func reports() []report {
	return slices.Concat(pemReports(), keyReports(), pfxReports(), chainReports(), oddKeyReports(), nameReports(), helloReports(), serverReports())
}

// TestReports runs every report with polytls, and with Node in the same run.
func TestReports(t *testing.T) {
	t.Parallel()
	all := reports()
	for _, r := range all {
		t.Run(r.met, func(t *testing.T) {
			want := r.ours
			if want == "" {
				want = r.node
			}
			if got := r.run(t, nil); got != want {
				t.Errorf("%s: %s, want %s", r.source, got, want)
			}
		})
	}
	t.Run("node", func(t *testing.T) {
		n := startNode(t, "node")
		for _, r := range all {
			t.Run(r.met, func(t *testing.T) {
				if got := r.run(t, n); got != r.node {
					t.Errorf("%s: %s, want %s", r.source, got, r.node)
				}
			})
		}
	})
}

// TestReportsAreWhole checks that every report is complete, and that none is
// missing.
func TestReportsAreWhole(t *testing.T) {
	const atLeast = 40
	all := reports()
	if len(all) < atLeast {
		t.Errorf("%d reports, want at least %d", len(all), atLeast)
	}
	thread := regexp.MustCompile(`^[\w.-]+/[\w.-]+#\d+$`)
	seen := map[string]bool{}
	for _, r := range all {
		switch {
		case !thread.MatchString(r.source):
			t.Errorf("%s: source %q is not a thread", r.met, r.source)
		case seen[r.met]:
			t.Errorf("%s: listed twice", r.met)
		case r.node == "" || r.run == nil:
			t.Errorf("%s: not played", r.met)
		case (r.ours == "") != (r.why == ""), r.ours == r.node:
			t.Errorf("%s: we do %q, Node %q, because %q", r.met, r.ours, r.node, r.why)
		}
		seen[r.met] = true
	}
}

// load makes a context of the options.
func load(o options) scene {
	return func(t testing.TB, n *node) string {
		if failure := checkOptions(t, n, o); failure != "" {
			return failure
		}
		return loads
	}
}

// file is a context of one file, which is one of Node's options by its name.
func file(name string, data []byte) scene {
	return load(options{Files: map[string][]byte{name: data}})
}

func checkOptions(t testing.TB, n *node, o options) string {
	if n == nil {
		_, err := polytls.NewSecureContext(o.context())
		return words(err)
	}
	r := n.call(t, command{Command: "check", Options: &o})
	if r.Code != "" {
		return r.Code
	}
	return r.Message
}

// words is an error's code, or the text of its cause for those that have none
// in Node either.
func words(err error) string {
	for err != nil {
		var own *polytls.Error
		if !errors.As(err, &own) {
			return err.Error()
		}
		if own.Code != "" {
			return own.Code
		}
		err = own.Err
	}
	return ""
}

// meet connects a client to a server, and echoes a line.
func meet(server, client options) scene {
	return func(t testing.TB, n *node) string {
		if failure := checkOptions(t, n, server); failure != "" {
			return "server " + failure
		}
		if failure := checkOptions(t, n, client); failure != "" {
			return "client " + failure
		}
		port, next := listenAs(t, n, server)
		failure := dialAs(t, n, port, client)
		_, _ = next()
		if failure != "" {
			return "client " + failure
		}
		return secure
	}
}

// dialAs is connectAs without a session, which Node does not tell of if it is
// large.
func dialAs(t testing.TB, n *node, port int, o options) string {
	if n != nil {
		r := n.connect(t, port, o, hello, 0)
		if r.Echoed {
			return ""
		}
		return r.Code
	}
	s, err := tryConnect(t, port, o.client())
	if err != nil {
		return code(err)
	}
	defer s.Close()
	got := make([]byte, len(hello))
	if _, err = s.Write(hello); err == nil {
		_, err = io.ReadFull(s, got)
	}
	if err != nil {
		return code(err)
	}
	return ""
}
