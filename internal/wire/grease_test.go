package wire

import "testing"

func TestIsGREASE(t *testing.T) {
	n := 0
	for v := range 1 << 16 {
		want := v>>12 == v>>4&0xf && v>>8&0xf == 0xa && v&0xf == 0xa
		if IsGREASE(uint16(v)) != want {
			t.Errorf("%04x: %t", v, !want)
		}
		if want {
			n++
		}
	}
	if n != 16 {
		t.Errorf("%d values, want 16", n)
	}
}
