package redisstore

import (
	"log/slog"
	"testing"
	"time"

	"github.com/redis/go-redis/v9"

	"polytls/internal/optiontest"
)

// TestOptionsThatHoldNothing tells what nil, empty, "" and 0 mean in the options of a
// store. No server is asked.
func TestOptionsThatHoldNothing(t *testing.T) {
	client := redis.NewClient(&redis.Options{Addr: "127.0.0.1:1"})
	defer client.Close()
	store := func(t *testing.T, o Options) *Store {
		t.Helper()
		s, err := New(client, o)
		if err != nil {
			t.Fatal(err)
		}
		return s
	}
	refuses := func(o Options) func(*testing.T) {
		return func(t *testing.T) {
			if _, err := New(client, o); err == nil {
				t.Error("no error")
			}
		}
	}
	keyless := func(keys [][]byte) func(*testing.T) {
		return func(t *testing.T) {
			s := store(t, Options{TicketKeys: keys, Log: slog.New(slog.DiscardHandler)})
			mustHold(t, s, id1, nil)
			if err := s.SetTicketKeys(make([]byte, 48)); err != nil {
				t.Error(err)
			}
		}
	}
	is := func(check func(o *Options) bool) func(*testing.T) {
		return func(t *testing.T) {
			if o := store(t, Options{}).options; !check(&o) {
				t.Errorf("the options are %+v", o)
			}
		}
	}
	optiontest.Check(t, optiontest.Rows{
		"Options.TicketKeys": {
			optiontest.Nil:          keyless(nil),
			optiontest.Empty:        keyless([][]byte{}),
			optiontest.EmptyElement: refuses(Options{TicketKeys: [][]byte{{}}}),
		},
		"Options.Prefix": {
			optiontest.EmptyString: is(func(o *Options) bool { return o.Prefix == "polytls:" }),
		},
		"Options.Deadline": {
			optiontest.Zero:     is(func(o *Options) bool { return o.Deadline == 100*time.Millisecond }),
			optiontest.Negative: refuses(Options{Deadline: -1}),
		},
		"Options.Failures": {
			optiontest.Zero:     is(func(o *Options) bool { return o.Failures == 5 }),
			optiontest.Negative: refuses(Options{Failures: -1}),
		},
		"Options.Pause": {
			optiontest.Zero:     is(func(o *Options) bool { return o.Pause == time.Second }),
			optiontest.Negative: refuses(Options{Pause: -1}),
		},
	}, Options{})
}
