// Package lru implements maps of bounded size that remove the least recently used
// entries.
package lru

import (
	"container/list"
	"sync"
)

// Map is a map whose entries have a weight each. When their sum exceeds the map's
// limit, the least recently used entries are removed. A Map may be used by any
// number of goroutines. New makes one.
type Map[K comparable, V any] struct {
	limit int

	mu      sync.Mutex
	weight  int
	recent  list.List // of *entry[K, V], the most recent first
	entries map[K]*list.Element
}

type entry[K comparable, V any] struct {
	key    K
	value  V
	weight int
}

// New returns an empty map whose weights sum up to limit at most.
func New[K comparable, V any](limit int) *Map[K, V] {
	return &Map[K, V]{limit: limit, entries: map[K]*list.Element{}}
}

// Get returns the value of a key, which becomes the most recent.
func (m *Map[K, V]) Get(key K) (value V, ok bool) {
	m.mu.Lock()
	defer m.mu.Unlock()
	e, ok := m.entries[key]
	if !ok {
		return value, false
	}
	m.recent.MoveToFront(e)
	return e.Value.(*entry[K, V]).value, true
}

// Put sets the value of a key. An entry that is heavier than the limit is not
// stored.
func (m *Map[K, V]) Put(key K, value V, weight int) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if e, ok := m.entries[key]; ok {
		m.remove(e)
	}
	if weight > m.limit {
		return
	}
	m.entries[key] = m.recent.PushFront(&entry[K, V]{key, value, weight})
	for m.weight += weight; m.weight > m.limit; {
		m.remove(m.recent.Back())
	}
}

// Delete removes a key.
func (m *Map[K, V]) Delete(key K) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if e, ok := m.entries[key]; ok {
		m.remove(e)
	}
}

// Len returns the number of entries.
func (m *Map[K, V]) Len() int {
	m.mu.Lock()
	defer m.mu.Unlock()
	return len(m.entries)
}

// remove removes an entry. The lock is held.
func (m *Map[K, V]) remove(e *list.Element) {
	old := m.recent.Remove(e).(*entry[K, V])
	delete(m.entries, old.key)
	m.weight -= old.weight
}
