// Package cookbook has the tasks of docs/cookbook.md: each file shows one, and tests it.
// `go test ./docs/cookbook -update-docs` writes the page.
package cookbook
