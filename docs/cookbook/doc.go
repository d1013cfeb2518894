// Package cookbook has the tasks of docs/cookbook.md and the libraries of
// docs/libraries.md: each file shows one, and tests it. `go test ./docs/cookbook
// -update-docs` writes the pages.
package cookbook
