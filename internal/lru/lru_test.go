package lru

import "testing"

func TestForgetsWhatWasNotUsedForLongest(t *testing.T) {
	m := New[string, int](3)
	m.Put("a", 1, 1)
	m.Put("b", 2, 1)
	m.Put("c", 3, 1)
	if v, ok := m.Get("a"); !ok || v != 1 {
		t.Errorf("a: %d, %v", v, ok)
	}
	m.Put("d", 4, 1)
	if _, ok := m.Get("b"); ok || m.Len() != 3 {
		t.Errorf("b is there: %v; %d entries, want 3", ok, m.Len())
	}
	for _, key := range []string{"a", "c", "d"} {
		if _, ok := m.Get(key); !ok {
			t.Errorf("%s is gone", key)
		}
	}
}

func TestWeights(t *testing.T) {
	m := New[int, string](10)
	m.Put(1, "one", 6)
	m.Put(1, "one", 4) // in place of the other
	m.Put(2, "two", 6)
	if m.Len() != 2 {
		t.Errorf("%d entries, want 2", m.Len())
	}
	m.Put(3, "too heavy", 11)
	if _, ok := m.Get(3); ok || m.Len() != 2 {
		t.Errorf("what is heavier than the limit is kept: %v, %d entries", ok, m.Len())
	}
	m.Put(2, "too heavy", 11) // does not leave the old value either
	if _, ok := m.Get(2); ok {
		t.Error("an old value is left")
	}
	m.Put(4, "four", 6)
	m.Put(5, "five", 5)
	if _, ok := m.Get(4); ok || m.Len() != 1 {
		t.Errorf("over the limit: %d entries", m.Len())
	}
	m.Delete(5)
	m.Delete(6)
	m.Put(7, "seven", 10)
	if m.Len() != 1 {
		t.Errorf("%d entries, want 1: a weight was not given back", m.Len())
	}
}
