package main

import (
	"math"
	"testing"

	"polytls/internal/record"
	"polytls/internal/suite"
)

func TestWelch(t *testing.T) {
	for _, c := range []struct {
		a, b []float64
		want float64
	}{
		{[]float64{1, 2, 3}, []float64{1, 2, 3}, 0},
		{[]float64{1, 2, 3}, []float64{4, 5, 6}, 3.674234614},
		{[]float64{4, 5, 6}, []float64{1, 2, 3}, -3.674234614},
		{[]float64{27.5, 21.0, 19.0, 23.6, 17.0, 17.9}, []float64{27.1, 22.0, 20.8, 23.4, 23.4, 23.5}, 1.289631},
		{[]float64{5, 5}, []float64{6, 6}, math.Inf(1)},
	} {
		difference, deviation := welch(c.a, c.b)
		if got := difference / deviation; got != c.want && math.Abs(got-c.want) > 1e-4 {
			t.Errorf("welch(%v, %v) = %v, wanted %v", c.a, c.b, got, c.want)
		}
	}
}

func TestCropTakesOneBound(t *testing.T) {
	times := [][]float64{{1, 2, 3, 4, 1000}, {1, 2, 3, 4, 5}}
	crop(times)
	if len(times[0]) != 4 || len(times[1]) != 5 {
		t.Errorf("cropped to %v", times)
	}
}

// TestFailuresFail: every record that is measured must be refused by both
// openers, and all be as long.
func TestFailuresFail(t *testing.T) {
	for _, m := range []suite.MAC{suite.SHA1, suite.SHA256, suite.SHA384} {
		k := newKeys(m)
		o, err := record.NewOpener(k)
		if err != nil {
			t.Fatal(err)
		}
		want := record.HeaderLen + 16 + 320
		for _, f := range failures(k, 320) {
			if len(f.rec) != want {
				t.Errorf("%v %s: %d bytes, wanted %d", m.Hash(), f.name, len(f.rec), want)
			}
			if byTheBook(k)(append([]byte(nil), f.rec...)) == nil {
				t.Errorf("%v %s: the control opens it", m.Hash(), f.name)
			}
			if _, _, err := o.Open(f.rec); err == nil {
				t.Errorf("%v %s: it opens", m.Hash(), f.name)
			}
		}
		good := encrypt(k, authenticated(k, 320, 256))
		if err := byTheBook(k)(append([]byte(nil), good...)); err != nil {
			t.Errorf("%v: the control refuses a good record", m.Hash())
		}
		if _, _, err := o.Open(good); err != nil {
			t.Errorf("%v: a good record: %v", m.Hash(), err)
		}
	}
}
