package polytls

import (
	"slices"
	"sync/atomic"
)

// handlers are the functions of an event, in the order in which they are called.
type handlers[F any] struct{ list atomic.Pointer[[]*F] }

// add appends f, which may be nil for none, and returns the function that removes it.
func (h *handlers[F]) add(f F, isNil bool) (remove func()) {
	if isNil {
		return func() {}
	}
	added := &f
	h.change(func(list []*F) []*F { return append(list, added) })
	return func() {
		h.change(func(list []*F) []*F {
			return slices.DeleteFunc(list, func(other *F) bool { return other == added })
		})
	}
}

// change replaces the list by what edit makes of a copy.
func (h *handlers[F]) change(edit func([]*F) []*F) {
	for {
		old := h.list.Load()
		var copied []*F
		if old != nil {
			copied = slices.Clone(*old)
		}
		edited := edit(copied)
		if h.list.CompareAndSwap(old, &edited) {
			return
		}
	}
}

// all returns the functions. The caller must not change the list.
func (h *handlers[F]) all() []*F {
	if list := h.list.Load(); list != nil {
		return *list
	}
	return nil
}
